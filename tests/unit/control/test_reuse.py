"""Which sandbox may have a tenant's next request: never one of another bond, nor more than the tenant says, nor by a guess."""

from datetime import UTC, datetime, timedelta

from voxpod_crds.tenant import TenantSandbox
from voxpod_operator.idle import IdleSandbox
from voxpod_operator.policy.pool import Kind
from voxpod_operator.reuse import EXPECTED_SECONDS, PROMISED_SECONDS, TAKEN_SECONDS, TOGETHER_SECONDS, Bond, Reuse

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
KIND = Kind(1, TenantSandbox())
MINE, THEIRS = Bond("acme", "kokoro", KIND), Bond("other", "kokoro", KIND)
CHANGED = Bond("acme", "kokoro", Kind(1, TenantSandbox(cpu="2")))
ENDS = NOW + timedelta(hours=25)
SOON = NOW + timedelta(minutes=10)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_sandbox(job: str, there: bool = True) -> IdleSandbox:
    return IdleSandbox(job, f"{job}-pod", "uid", 2, "", "", lambda: there)


def served_once(reuse: Reuse, job: str = "j", bond: Bond = MINE, most: int = 3) -> None:
    assert reuse.hand(job, "a", bond, most, ENDS, first=True) == most - 1


def test_the_number_that_is_left_counts_requests_and_not_answers() -> None:
    reuse = Reuse()
    served_once(reuse)
    assert reuse.hand("j", "a", MINE, 3, ENDS, first=True) == 2, "its answer was lost, and is given again"
    assert reuse.hand("j", "b", MINE, 3, ENDS, first=False) == 1
    assert reuse.hand("j", "c", MINE, 3, ENDS, first=False) == 0
    assert reuse.hand("j", "d", MINE, 3, ENDS, first=False) == 0


def test_of_one_that_is_not_known_nobody_can_tell() -> None:
    assert Reuse().hand("j", "b", MINE, 3, ENDS, first=False) == 0


def test_one_of_another_bond_is_given_to_nobody() -> None:
    reuse = Reuse()
    served_once(reuse)
    with reuse.asking(a_sandbox("j")):
        assert reuse.take(THEIRS, SOON) is None
        assert reuse.take(CHANGED, SOON) is None
        assert reuse.hand("j", "b", THEIRS, 3, ENDS, first=True) == 0


def test_it_is_given_once_and_only_while_it_asks() -> None:
    reuse = Reuse()
    served_once(reuse)
    assert reuse.take(MINE, SOON) is None
    with reuse.asking(a_sandbox("j")):
        assert reuse.take(MINE, SOON) is not None
        assert reuse.take(MINE, SOON) is None
    assert reuse.take(MINE, SOON) is None


def test_one_that_has_hung_up_is_given_to_nobody() -> None:
    reuse = Reuse()
    served_once(reuse)
    with reuse.asking(a_sandbox("j", there=False)):
        assert reuse.take(MINE, SOON) is None


def test_a_deadline_beyond_the_jobs_end_needs_another_sandbox() -> None:
    reuse = Reuse()
    served_once(reuse)
    with reuse.asking(a_sandbox("j")):
        assert reuse.take(MINE, ENDS + timedelta(seconds=1)) is None
        assert reuse.take(MINE, ENDS) is not None


def test_one_is_expected_from_its_result_until_it_asks_or_a_moment_is_over() -> None:
    clock = Clock()
    reuse = Reuse(clock)
    served_once(reuse)
    assert not reuse.expects(MINE, SOON)
    reuse.handed_in("j")
    assert reuse.expects(MINE, SOON)
    assert not reuse.expects(THEIRS, SOON)
    with reuse.asking(a_sandbox("j")):
        assert not reuse.expects(MINE, SOON)
    reuse.handed_in("j")
    clock.now += EXPECTED_SECONDS
    assert not reuse.expects(MINE, SOON)


def test_one_that_may_have_no_more_is_not_expected() -> None:
    reuse = Reuse(Clock())
    assert reuse.hand("j", "a", MINE, 1, ENDS, first=True) == 0
    reuse.handed_in("j")
    assert not reuse.expects(MINE, SOON)


def test_how_long_it_waits_depends_on_what_is_under_way() -> None:
    reuse = Reuse()
    served_once(reuse)
    with reuse.asking(a_sandbox("j")):
        assert reuse.patience("j", promised=False) == TOGETHER_SECONDS
        assert reuse.patience("j", promised=True) == PROMISED_SECONDS
        reuse.take(MINE, SOON)
        assert reuse.patience("j", promised=False) == TAKEN_SECONDS


def test_what_is_gone_is_forgotten() -> None:
    reuse = Reuse()
    served_once(reuse)
    assert reuse.has_served("j", but="b")
    assert not reuse.has_served("j", but="a")
    reuse.forget("j")
    assert reuse.bond_of("j") is None
    assert not reuse.has_served("j", but="b")
