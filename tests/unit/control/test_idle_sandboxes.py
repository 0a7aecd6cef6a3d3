"""Who waits for work is given away once, or ended; never both, whatever comes between."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from voxpod_operator.idle import ASKS_AGAIN, UNCERTAIN, IdleSandbox, IdleSandboxes

START = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


def a_sandbox(job: str, profile: str = "p", template: str = "t", *, there: bool = True) -> IdleSandbox:
    return IdleSandbox(job, f"{job}-x", f"uid-{job}", 2, profile, template, lambda: there)


def test_the_one_of_the_present_template_is_taken_first_and_each_once() -> None:
    idle = IdleSandboxes(Clock())
    with idle.waiting(a_sandbox("old", template="before")), idle.waiting(a_sandbox("new")):
        assert [one.job_name if (one := idle.take("p", "t")) else None for _ in range(3)] == ["new", "old", None]


def test_one_of_another_profile_is_not_taken() -> None:
    idle = IdleSandboxes(Clock())
    with idle.waiting(a_sandbox("a", profile="q")):
        assert idle.take("p", "t") is None


def test_one_whose_connection_broke_is_not_taken() -> None:
    idle = IdleSandboxes(Clock())
    with idle.waiting(a_sandbox("a", there=False)):
        assert idle.take("p", "t") is None


def test_between_two_questions_it_is_still_there_for_a_moment() -> None:
    clock = Clock()
    idle = IdleSandboxes(clock)
    for job in ("a", "b"):
        with idle.waiting(a_sandbox(job)):
            pass
    clock.pass_by(ASKS_AGAIN / 2)
    assert (taken := idle.take("p", "t")) is not None
    clock.pass_by(ASKS_AGAIN)
    assert idle.take("p", "t") is None
    assert taken.job_name == "a"


def test_one_that_was_given_away_is_not_ended_before_the_outcome_is_known() -> None:
    clock = Clock()
    idle = IdleSandboxes(clock)
    with idle.waiting(a_sandbox("a")):
        idle.take("p", "t")
        assert not idle.retire("a")
        clock.pass_by(UNCERTAIN)
        assert idle.retire("a")
        assert not idle.idle("a")


steps = st.lists(
    st.tuples(
        st.sampled_from(("ask", "leave", "take", "retire", "wake", "later")), st.integers(0, 4), st.sampled_from("pq")
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(steps)
def test_in_any_order_of_events_nobody_is_given_away_twice_or_after_his_end(todo: list[tuple[str, int, str]]) -> None:
    clock = Clock()
    idle = IdleSandboxes(clock)
    asking: dict[str, ExitStack] = {}
    used: set[str] = set()
    with ExitStack() as all_of_them:
        for what, number, profile in todo:
            job = f"{profile}{number}"
            match what:
                case "ask":  # a second connection of the same pod, too
                    asking[job] = all_of_them.enter_context(ExitStack())
                    asking[job].enter_context(idle.waiting(a_sandbox(job, profile)))
                case "leave" if job in asking:
                    asking.pop(job).close()
                case "take":
                    if (taken := idle.take(profile, "t")) is not None:
                        assert taken.profile == profile
                        assert taken.job_name not in used
                        used.add(taken.job_name)
                case "retire":
                    if idle.retire(job):
                        used.add(job)
                case "wake":
                    idle.wake(job)
                    used.add(job)
                case "later":
                    clock.pass_by(UNCERTAIN / 2)
            assert not any(idle.idle(one) for one in used)
