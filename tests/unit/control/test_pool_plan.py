"""How many sandboxes wait: never too many, never none by an upgrade, and as many as the requests of one start time need."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voxpod_operator.policy.pool import FIRST_PAUSE, LIFE, Demand, Plan, Pool, Pooled, PoolMemory, plan

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
START = timedelta(seconds=60)


def one(name: str, *, idle: bool = True, useful: bool = True, current: bool = True, age: float = 10) -> Pooled:
    born = NOW - timedelta(seconds=age)
    return Pooled(name, born, born, idle, useful, useful and current)


def a_pool(*sandboxes: Pooled, wanted: int = 2, most: int = 8, busy: int = 0, may_create: int = 10) -> Pool:
    return Pool(wanted, most, busy, sandboxes, START, may_create)


def test_an_empty_pool_is_filled() -> None:
    assert plan(a_pool(), NOW) == Plan(2, [], 0)


def test_what_starts_counts_as_much_as_what_waits() -> None:
    assert plan(a_pool(one("a", idle=False), one("b")), NOW) == Plan(0, [], 0)


def test_the_rate_bounds_what_is_created_at_once() -> None:
    assert plan(a_pool(wanted=8, may_create=3), NOW).create == 3


def test_requests_at_work_leave_no_room() -> None:
    assert plan(a_pool(one("a"), wanted=4, most=4, busy=2), NOW).create == 1
    assert plan(a_pool(one("a"), one("b"), wanted=4, most=4, busy=3), NOW) == Plan(0, ["a"], 0)


def test_one_that_does_not_start_is_ended_and_replaced() -> None:
    assert plan(a_pool(one("a", idle=False, age=61), wanted=1), NOW) == Plan(1, ["a"], 1)


def test_one_that_waited_long_goes_once_another_waits_in_its_place() -> None:
    age = LIFE.total_seconds()
    assert plan(a_pool(one("old", age=age), wanted=1), NOW) == Plan(1, [], 0)
    assert plan(a_pool(one("old", age=age), one("new", idle=False), wanted=1), NOW) == Plan(0, [], 0)
    assert plan(a_pool(one("old", age=age), one("new"), wanted=1), NOW) == Plan(0, ["old"], 0)


def test_where_there_is_room_for_one_only_the_old_one_makes_it() -> None:
    assert plan(a_pool(one("old", current=False), wanted=1, most=1), NOW) == Plan(0, ["old"], 0)


def test_those_of_another_bundle_end_at_once() -> None:
    assert plan(a_pool(one("a", useful=False), one("b", useful=False)), NOW) == Plan(2, ["a", "b"], 0)


def test_more_than_are_wanted_end_one_at_a_time() -> None:
    assert plan(a_pool(*(one(n) for n in "abcd")), NOW) == Plan(0, ["a"], 0)


def test_what_fails_is_tried_again_later_and_later() -> None:
    memory = PoolMemory()
    for name in ("a", "b", "c"):
        memory.create(name, 0.0)
    for name in ("a", "b", "b", "of the leader before"):
        memory.fail(name, NOW)
    assert memory.failures == 2, "a Job fails once"
    failing = Pool(1, 8, 0, (), START, 10, memory.failures, memory.failed_at)
    assert plan(failing, NOW + 3 * FIRST_PAUSE).create == 0
    assert plan(failing, NOW + 4 * FIRST_PAUSE).create == 1
    memory.started("of the leader before", 1.0)
    assert memory.failures == 2
    memory.started("c", 1.0)
    assert (memory.failures, memory.failed_at) == (0, None)


pooled = st.builds(
    one,
    st.uuids().map(str),
    idle=st.booleans(),
    useful=st.booleans(),
    current=st.booleans(),
    age=st.floats(0, 2 * LIFE.total_seconds()),
)


@given(st.lists(pooled, max_size=12), st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))
def test_whatever_is_there_the_plan_stays_within_its_bounds(
    sandboxes: list[Pooled], wanted: int, most: int, busy: int, may_create: int
) -> None:
    pool = a_pool(*sandboxes, wanted=wanted, most=most, busy=busy, may_create=may_create)
    due = plan(pool, NOW)
    good = [s for s in sandboxes if s.useful and s.name not in due.end]
    assert 0 <= due.create <= may_create
    assert due.create == 0 or busy + len(good) + due.create <= most
    new = [s for s in good if s.current and NOW - s.created_at < LIFE]
    assert due.create == 0 or len(new) + due.create <= wanted
    idle = [s for s in sandboxes if s.idle and s.useful]
    if idle and min(wanted, 1) and busy + len([s for s in sandboxes if s.useful]) < most:
        assert [s for s in idle if s.name not in due.end], "the last one that waits stays"


@given(st.data())
def test_a_level_returns_whatever_happens_to_it(data: st.DataObject) -> None:
    """Sandboxes start, are taken, fail and are forgotten in any order; then it is quiet."""
    there: dict[str, Pooled] = {}
    made = 0
    for _ in range(data.draw(st.integers(0, 30))):
        match data.draw(st.sampled_from(("plan", "start", "take", "upgrade"))):
            case "plan":
                due = plan(a_pool(*there.values(), wanted=3), NOW)
                for name in due.end:
                    del there[name]
                for _ in range(due.create):
                    made += 1
                    there[str(made)] = one(str(made), idle=False)
            case "start" if there:
                name = data.draw(st.sampled_from(sorted(there)))
                there[name] = one(name, current=there[name].current)
            case "take" if waiting := [s.name for s in there.values() if s.idle]:
                del there[data.draw(st.sampled_from(waiting))]
            case "upgrade":
                there = {n: one(n, idle=s.idle, current=False) for n, s in there.items()}
    for _ in range(30):
        due = plan(a_pool(*there.values(), wanted=3), NOW)
        there = {n: one(n, current=s.current) for n, s in there.items() if n not in due.end}
        for _ in range(due.create):
            made += 1
            there[str(made)] = one(str(made), idle=False)
    assert len(there) == 3
    assert all(s.current and s.idle for s in there.values())


def test_as_many_wait_as_come_while_one_starts() -> None:
    demand = Demand(start_seconds=2.0)
    for second in range(600):
        for part in range(5):
            demand.arrived(second + part / 5)
    assert 4.5 < demand.rate_at(600) < 5.5
    assert demand.wanted(600, least=1, most=100) in range(15, 19), "10 on average, and twice the square root of it"
    assert demand.wanted(600, least=1, most=8) == 8
    assert demand.wanted(600 + 3600, least=1, most=100) == 1


def test_without_requests_the_least_wait() -> None:
    assert Demand().wanted(10, least=0, most=5) == 0
    assert Demand().wanted(10, least=3, most=0) == 3
