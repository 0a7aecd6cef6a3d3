"""How a list of conditions changes, and that every reason is documented."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_crds.conditions import MAX_MESSAGE, Condition, ConditionType, Reason, Status, find_condition, set_condition
from voxpod_crds.reference import REASON_GROUPS

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)


def condition(
    type_: ConditionType = ConditionType.READY,
    status: Status = "True",
    reason: str = "Ready",
    at: datetime = NOW,
    message: str = "",
    generation: int | None = 1,
) -> Condition:
    return Condition(
        type=type_,
        status=status,
        reason=reason,
        message=message,
        last_transition_time=at,
        observed_generation=generation,
    )


def test_first_condition_is_appended() -> None:
    ready = condition()
    assert set_condition((), ready) == (ready,)


def test_condition_replaces_the_one_of_its_type_in_place() -> None:
    admitted = condition(ConditionType.ADMITTED)
    dispatched = condition(ConditionType.DISPATCHED, "False")
    new = condition(ConditionType.ADMITTED, "False", at=LATER)
    assert set_condition((admitted, dispatched), new) == (new, dispatched)


def test_transition_time_moves_when_the_status_changes() -> None:
    (changed,) = set_condition((condition(status="False"),), condition(status="True", at=LATER))
    assert changed.last_transition_time == LATER


def test_transition_time_stays_when_only_reason_and_message_change() -> None:
    (changed,) = set_condition(
        (condition(status="False", reason="Probing"),),
        condition(ConditionType.READY, "False", "Suspended", LATER, "m", 2),
    )
    assert changed == condition(ConditionType.READY, "False", "Suspended", NOW, "m", 2)


def test_long_message_is_cut_with_a_mark() -> None:
    (cut,) = set_condition((), condition(message="x" * (MAX_MESSAGE + 1)))
    assert len(cut.message) == MAX_MESSAGE
    assert cut.message.endswith("x…")


def test_longest_message_is_kept_whole() -> None:
    (kept,) = set_condition((), condition(message="字" * MAX_MESSAGE))
    assert kept.message == "字" * MAX_MESSAGE


def test_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="Shiny"):
        set_condition((), condition().model_copy(update={"type": "Shiny"}))


def test_find_condition_tells_none_from_some() -> None:
    assert find_condition([condition()], ConditionType.READY) == condition()
    assert find_condition([condition()], ConditionType.COMPLETE) is None


conditions = st.builds(
    condition,
    type_=st.sampled_from(ConditionType),
    status=st.sampled_from(["True", "False", "Unknown"]),
    at=st.sampled_from([NOW, LATER]),
    message=st.text(max_size=MAX_MESSAGE + 10),
)


@given(st.lists(conditions, max_size=20))
def test_types_stay_unique_and_in_order_of_their_first_appearance(news: list[Condition]) -> None:
    kept: tuple[Condition, ...] = ()
    for new in news:
        kept = set_condition(kept, new)
    assert [c.type for c in kept] == list(dict.fromkeys(c.type for c in news))


@given(st.lists(conditions, max_size=5), conditions)
def test_setting_a_condition_twice_changes_nothing_more(olds: list[Condition], new: Condition) -> None:
    kept: tuple[Condition, ...] = ()
    for old in olds:
        kept = set_condition(kept, old)
    once = set_condition(kept, new)
    assert set_condition(once, new) == once


def test_condition_is_written_as_kubernetes_writes_it() -> None:
    assert condition(generation=None).to_wire() == {
        "type": "Ready",
        "status": "True",
        "reason": "Ready",
        "message": "",
        "lastTransitionTime": "2026-11-24T18:00:00Z",
    }


@pytest.mark.parametrize("reason", Reason)
def test_reason_is_one_word_with_a_sentence(reason: Reason) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]+", reason.value)
    assert re.fullmatch(r"\S.{20,}\.", reason.__doc__ or "")


def test_every_reason_has_a_group_in_the_documentation() -> None:
    assert {reason for _, _, reasons in REASON_GROUPS.values() for reason in reasons} == set(Reason)


def test_no_reason_both_waits_and_never_resolves() -> None:
    wait, never = set(REASON_GROUPS["Wait"][2]), set(REASON_GROUPS["Never"][2])
    assert not wait & never
    assert all(reason.startswith("Waiting") for reason in wait)
    assert not any(reason.startswith("Waiting") for reason in set(Reason) - wait)
