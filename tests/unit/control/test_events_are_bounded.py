"""Events repeat in series, and a crowd of them is cut to a budget."""

from datetime import UTC, datetime, timedelta

from voxpod_operator.cluster.event_drafts import About, Draft, Notice
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.manifests import event
from voxpod_operator.policy.bulletin import SERIES_SECONDS, TRIES, Bulletin
from voxpod_operator.policy.event_budget import (
    BURST,
    BURST_OF_ALL,
    PER_SECOND,
    PER_SECOND_OF_ALL,
    RESERVE,
    EventBudget,
)

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
WAITS = Notice("Normal", "WaitingForConcurrency", "Wait", "Tenant acme runs 1 of 1 concurrent requests")


def about(name: str = "hello") -> About:
    return About(TTS_REQUEST, "acme", name, f"uid-{name}")


def noted(bulletin: Bulletin, at: float, name: str = "hello", notice: Notice = WAITS) -> bool:
    return bulletin.note(about(name), notice, "acme", NOW + timedelta(seconds=at), at)


def test_three_thousand_at_once_are_a_burst_and_no_more() -> None:
    bulletin = Bulletin()
    rejected = Notice("Warning", "VoiceNotFound", "Reject", "Rejected: no such voice")
    assert sum(noted(bulletin, 0.0, f"r-{n}", rejected) for n in range(3000)) == BURST
    assert sum(noted(bulletin, 10.0, f"s-{n}", rejected) for n in range(3000)) == 10 * PER_SECOND


def test_what_went_well_leaves_a_reserve_for_what_goes_wrong() -> None:
    budget = EventBudget()
    assert sum(budget.spend("acme", False, 0.0) for _ in range(1000)) == BURST * (1 - RESERVE)
    assert sum(budget.spend("acme", True, 0.0) for _ in range(1000)) == BURST * RESERVE


def test_one_tenants_crowd_leaves_room_for_another_and_all_together_have_a_limit() -> None:
    budget = EventBudget()
    assert sum(budget.spend("acme", True, 0.0) for _ in range(1000)) == BURST
    assert budget.spend("globex", True, 0.0)
    assert sum(budget.spend(f"team-{n}", True, 0.0) for n in range(1000)) == BURST_OF_ALL - BURST - 1
    assert sum(budget.spend(f"team-{n}", True, 5.0) for n in range(1000)) == 5 * PER_SECOND_OF_ALL


def test_what_repeats_is_one_event_that_counts() -> None:
    bulletin = Bulletin()
    noted(bulletin, 0.0)
    draft = bulletin.take(0.0)
    assert draft is not None
    assert "series" not in event.event(draft, "operator-0")
    draft.stored = True
    noted(bulletin, 60.0)
    noted(bulletin, 61.0)
    again = bulletin.take(61.0)
    assert again is draft
    assert event.series(draft) == {"series": {"count": 3, "lastObservedTime": "2026-11-28T12:01:01.000000Z"}}
    assert bulletin.take(61.0) is None


def test_what_repeats_after_some_minutes_is_a_new_event() -> None:
    bulletin = Bulletin()
    noted(bulletin, 0.0)
    first = bulletin.take(0.0)
    noted(bulletin, SERIES_SECONDS + 1)
    second = bulletin.take(SERIES_SECONDS + 1)
    assert first is not None
    assert second is not None
    assert event.name_of(first) != event.name_of(second)


def test_one_that_cannot_be_written_goes_first_after_a_rest_and_is_given_up_in_the_end() -> None:
    bulletin = Bulletin()
    noted(bulletin, 0.0, "a")
    noted(bulletin, 0.0, "b")
    for tried in range(1, TRIES + 1):
        draft = bulletin.take(float(tried))
        assert draft is not None
        assert draft.about.name == "a"
        assert bulletin.put_back(draft, rest_until=tried + 1.0) == (tried < TRIES)
        assert bulletin.take(tried + 0.5) is None, "they rest"
    following = bulletin.take(TRIES + 1.0)
    assert following is not None
    assert following.about.name == "b"


def test_names_of_events_are_in_the_order_of_time_and_differ_at_one_moment() -> None:
    def name(later: float, reason: str) -> str:
        at = NOW + timedelta(seconds=later)
        return event.name_of(Draft(about(), Notice("Normal", reason, "Do", ""), at, at, 0.0))

    told = [(0.0, "Admitted"), (0.0, "Claimed"), (0.001, "Retrying"), (59.0, "Claimed"), (86_400.0, "Succeeded")]
    names = [name(*one) for one in told]
    assert len(set(names)) == len(told)
    assert sorted(names, key=lambda n: n[:-2]) == names


def test_the_event_is_what_the_api_server_takes() -> None:
    bulletin = Bulletin()
    long = About(TTS_REQUEST, "acme", "a" * 230 + "-" * 6 + "b" * 17, "uid")
    bulletin.note(long, Notice("Normal", "Admitted", "Admit", "é" * 1000), "acme", NOW, 0.0)
    draft = bulletin.take(0.0)
    assert draft is not None
    made = event.event(draft, "operator-0")
    assert len(made["metadata"]["name"]) <= 253
    assert "-." not in made["metadata"]["name"]
    assert len(made["note"].encode()) <= event.MAX_NOTE
    assert made["regarding"] == {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "TTSRequest",
        "namespace": "acme",
        "name": long.name,
        "uid": "uid",
    }
    assert made["eventTime"] == "2026-11-28T12:00:00.000000Z"
