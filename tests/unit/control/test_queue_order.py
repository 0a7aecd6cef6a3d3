from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, a_request, an_assigned_request
from voxpod_crds.conditions import Reason
from voxpod_operator.policy.queue_order import next_in_line, standing, turns

ACME = {"acme": "acme", "globex": "globex"}
CONCURRENCY = Reason.WAITING_FOR_CONCURRENCY


def waiting_for(reason: str) -> dict[str, object]:
    return {
        "phase": "Queued",
        "conditions": [
            {"type": "Admitted", "status": "False", "reason": reason, "lastTransitionTime": "2026-11-24T12:00:00Z"}
        ],
    }


def test_an_older_request_goes_first_and_a_higher_priority_before_it() -> None:
    old, new, urgent = (
        a_request(name="old", age=20),
        a_request(name="new", age=10),
        a_request(name="urgent", priority=5),
    )
    everybody = [new, urgent, old]
    assert [r.metadata.name for r in next_in_line(everybody, frozenset(), 3, ACME)] == ["urgent", "old", "new"]
    assert [standing(r, everybody, frozenset(), CONCURRENCY, ACME).ahead for r in (urgent, old, new)] == [0, 1, 2]


def test_only_what_holds_a_sandbox_or_was_promised_one_is_active() -> None:
    running = an_assigned_request(name="running", claimed=True)
    over = a_request(name="over", status={"phase": "Succeeded", "sandbox": {"jobName": "x"}})
    promised = a_request(name="promised")
    found = standing(a_request(name="me"), [running, over, promised], {"uid-promised"}, CONCURRENCY, ACME)
    assert (found.active, found.ahead) == (2, 0)


def test_a_request_that_waits_for_something_else_is_not_ahead() -> None:
    for_a_model = a_request(name="model", age=30, status=waiting_for("WaitingForModel"))
    for_a_slot = a_request(name="slot", age=20, status=waiting_for("WaitingForConcurrency"))
    assert standing(a_request(name="me"), [for_a_model, for_a_slot], frozenset(), CONCURRENCY, ACME).ahead == 1


def test_requests_of_the_same_second_have_a_total_order() -> None:
    twins = [a_request(name=n) for n in ("b", "a", "c")]
    assert sorted(standing(r, twins, frozenset(), CONCURRENCY, ACME).ahead for r in twins) == [0, 1, 2]


def test_priority_reorders_a_tenants_own_turns_and_nobody_elses() -> None:
    mine = [a_request(name="a-old", age=30), a_request(name="a-urgent", age=10, priority=9)]
    theirs = [a_request(name="b", namespace="globex", age=20)]
    assert [r.metadata.name for r in turns([*theirs, *mine], ACME)] == ["a-urgent", "b", "a-old"]


def test_who_gave_a_slot_back_goes_after_those_who_came_meanwhile() -> None:
    """It had its turn; by its age it would have every next one too."""
    had_its_turn = a_request(name="a", age=600, status={"attempt": 1, "notBefore": NOON - timedelta(seconds=5)})
    theirs = [a_request(name="b", namespace="globex", age=60), a_request(name="c", namespace="globex", age=1)]
    assert [r.metadata.name for r in turns([*theirs, had_its_turn], ACME)] == ["b", "a", "c"]


def test_places_among_all_and_among_the_tenants_own_are_told_apart() -> None:
    mine = [a_request(name="first", age=30), a_request(name="second", age=10)]
    theirs = [a_request(name=f"b{n}", namespace="globex", age=20) for n in range(5)]
    found = standing(mine[1], [*mine, *theirs], frozenset(), CONCURRENCY, ACME)
    assert (found.ahead, found.ahead_of_own) == (6, 1)


ages = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 9), st.sampled_from(["acme", "globex", "initech"])), max_size=12
)


@given(ages)
def test_somebody_is_always_first_and_every_place_is_taken_once(drawn: list[tuple[int, int, str]]) -> None:
    waiting = [
        a_request(name=f"r{n}", namespace=ns, age=age, priority=priority) for n, (age, priority, ns) in enumerate(drawn)
    ]
    places = [standing(r, waiting, frozenset(), CONCURRENCY, ACME).ahead for r in waiting]
    assert sorted(places) == list(range(len(waiting)))
