"""docs/reasons.md lists, under each heading, every reason that can be met there."""

from voxpod_crds.conditions import Reason
from voxpod_crds.reference import REASON_GROUPS
from voxpod_operator.policy.failures import SANDBOX_REASONS


def listed(heading: str) -> set[Reason]:
    return set(REASON_GROUPS[heading][2])


def test_whatever_a_sandbox_may_give_as_its_failure_is_listed_under_ended() -> None:
    assert listed("Ended") >= SANDBOX_REASONS


def test_every_reason_is_listed_somewhere() -> None:
    assert set().union(*(listed(heading) for heading in REASON_GROUPS)) == set(Reason)
