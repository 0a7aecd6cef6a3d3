"""Lines, slots and shares: who goes next, and what nobody can take twice."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOON
from voxpod_crds.base import ResourceKey
from voxpod_operator.policy.book import Book, Candidate, Share, Slot

UNLIMITED = Share(None)


def waiting(
    name: str, tenant: str = "acme", *, age: float = 0, priority: int = 0, model: str = "kokoro", cost: float = 1.0
) -> Candidate:
    since = NOON - timedelta(seconds=age)
    return Candidate(f"uid-{name}", ResourceKey(tenant, name), tenant, model, since, priority, cost)


def names(granted: list[Candidate]) -> list[str]:
    return [candidate.key.name for candidate in granted]


def grant(book: Book, slots: int, share: Share = UNLIMITED) -> list[str]:
    return names(book.grant(lambda model: slots, lambda tenant: share))


def test_an_older_request_goes_first_and_a_higher_priority_before_it() -> None:
    book = Book()
    for candidate in (waiting("new", age=10), waiting("old", age=20), waiting("urgent", priority=5)):
        book.wait(candidate)
    assert [book.place(f"uid-{n}") for n in ("urgent", "old", "new")] == [1, 2, 3]
    assert grant(book, 2) == ["urgent", "old"]
    assert book.place("uid-new") == 1


def test_a_priority_is_a_head_start_of_a_minute_a_step_so_that_nothing_starves() -> None:
    book = Book()
    for candidate in (waiting("patient", age=541), waiting("urgent", priority=9), waiting("late", age=539)):
        book.wait(candidate)
    assert grant(book, 3) == ["patient", "urgent", "late"]


def test_a_tenant_gains_nothing_over_others_by_calling_everything_urgent() -> None:
    book = Book()
    for number in range(10):
        book.wait(waiting(f"a{number}", "loud", priority=9))
        book.wait(waiting(f"b{number}", "quiet", age=1))
    assert serve(book, 10) == ["quiet", "loud"] * 5


def test_what_was_granted_holds_its_slot_before_the_status_says_so() -> None:
    book = Book()
    for number in range(3):
        book.wait(waiting(f"r{number}"))
    assert grant(book, 2) == ["r0", "r1"]
    assert grant(book, 2) == []
    assert book.granted(waiting("r0"))
    assert not book.without_slot("uid-r0"), "an old version of the status that comes late frees nothing"
    book.held_by("uid-r0", Slot("acme", "kokoro"))
    assert book.active_of_tenant("acme") == 2
    assert book.gone("uid-r0")
    assert grant(book, 2) == ["r2"]


def test_a_grant_that_is_given_back_frees_its_slot_once() -> None:
    book = Book()
    book.wait(waiting("a"))
    grant(book, 1)
    assert book.give_back("uid-a")
    assert not book.give_back("uid-a")
    assert book.active_of_model("kokoro") == 0


def test_a_slot_goes_to_whom_can_use_it_whoever_waits_longer_for_something_else() -> None:
    """A freed slot stood empty for 30 s while six older requests of a tenant at its limit were woken for it."""
    book = Book()
    for number in range(6):
        book.wait(waiting(f"a{number}", age=60))
    book.wait(waiting("g", "globex", age=1))
    book.wait(waiting("other", "acme", age=90, model="cosyvoice"))
    granted = book.grant(
        lambda model: {"kokoro": 1}.get(model, 0), lambda tenant: Share(0) if tenant == "acme" else UNLIMITED
    )
    assert names(granted) == ["g"]


def test_a_tenant_that_floods_delays_only_itself() -> None:
    book = Book()
    for number in range(1000):
        book.wait(waiting(f"flood-{number:04}", "greedy", age=100))
    assert len(grant(book, 4)) == 4
    book.wait(waiting("light", "light", age=1))
    book.gone("uid-flood-0000")
    assert grant(book, 4) == ["light"]


def test_a_tenant_that_was_idle_saves_up_nothing() -> None:
    book = Book()
    for number in range(60):
        book.wait(waiting(f"a{number:02}", "busy"))
    for number in range(40):
        assert grant(book, 1)
        book.gone(f"uid-a{number:02}")
    for number in range(20):
        book.wait(waiting(f"b{number:02}", "idle-until-now"))
    order = serve(book, 20)
    assert 9 <= order.count("busy") <= 11


@given(
    weights=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9), min_size=2),
    cost=st.floats(0.5, 20),
)
def test_shares_converge_to_the_weights(weights: dict[str, int], cost: float) -> None:
    book = Book()
    rounds = 40 * sum(weights.values())
    for tenant in weights:
        for number in range(rounds):
            book.wait(waiting(f"{tenant}{number:05}", tenant, cost=cost))
    served = Counter(serve(book, rounds, weights))
    for tenant, weight in weights.items():
        assert abs(served[tenant] - 40 * weight) <= 2


@given(costs=st.lists(st.floats(0.1, 30), min_size=30, max_size=60))
def test_no_tenant_with_work_is_passed_by_more_than_one_longest_request_of_each_other(costs: list[float]) -> None:
    """The bound of start-time fair queueing, in seconds of audio, for equal weights."""
    book = Book()
    done: Counter[str] = Counter()
    cost_of = {}
    for number, cost in enumerate(costs):
        for tenant in "ab":
            name = f"{tenant}{number:03}"
            cost_of[name] = cost if tenant == "a" else costs[-number - 1]
            book.wait(waiting(name, tenant, cost=cost_of[name]))
    longest = max(costs)
    for _ in range(len(costs)):
        (name,) = grant(book, 1)
        book.gone(f"uid-{name}")
        done[name[0]] += cost_of[name]
        if all(book.first(tenant, 1) for tenant in "ab"):
            assert abs(done["a"] - done["b"]) <= 2 * longest


def serve(book: Book, rounds: int, weights: dict[str, int] | None = None) -> list[str]:
    """Tenants in the order in which one slot is given to them, each at once given back."""
    order = []
    for _ in range(rounds):
        (candidate,) = book.grant(lambda model: 1, lambda tenant: Share(None, (weights or {}).get(tenant, 1)))
        book.gone(candidate.uid)
        order.append(candidate.tenant)
    return order


def two_equal_tenants() -> Book:
    """Each with ten requests of ten seconds that wait."""
    book = Book()
    for number in range(10):
        for tenant in "ab":
            book.wait(waiting(f"{tenant}{number}", tenant, age=10 - number, cost=10))
    return book


def test_a_slot_that_was_granted_and_not_taken_costs_its_tenant_nothing() -> None:
    book = two_equal_tenants()
    for _ in range(5):  # as when its ledger has no room
        (first,) = book.grant(lambda model: 1, lambda tenant: UNLIMITED if tenant == "a" else Share(0))
        book.give_back(first.uid)
        book.wait(first)
    assert serve(book, 20) == ["a", "b"] * 10


def test_a_request_that_gave_its_slot_back_is_charged_once() -> None:
    book = two_equal_tenants()
    (first,) = book.grant(lambda model: 1, lambda tenant: UNLIMITED)
    for _ in range(5):  # as when no node has room
        book.held_by(first.uid, Slot("a", "kokoro"))
        book.without_slot(first.uid)
        book.wait(first)
        (again,) = book.grant(lambda model: 1, lambda tenant: UNLIMITED if tenant == "a" else Share(0))
        assert again == first
    book.gone(first.uid)
    assert serve(book, 19) == ["b", *["a", "b"] * 9]


def test_the_book_remembers_nothing_of_requests_that_are_gone() -> None:
    book = two_equal_tenants()
    serve(book, 20)
    assert (book._paid, book._granted, book._held) == (set(), {}, {})


drawn = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 9), st.sampled_from(["acme", "globex", "initech"])), max_size=12
)


@given(drawn)
def test_every_place_of_a_line_is_taken_once(requests: list[tuple[int, int, str]]) -> None:
    book = Book()
    stood = [waiting(f"r{n}", t, age=age, priority=p) for n, (age, p, t) in enumerate(requests)]
    for candidate in stood:
        book.wait(candidate)
        book.wait(candidate)
    for tenant in {candidate.tenant for candidate in stood}:
        places = [book.place(c.uid) for c in stood if c.tenant == tenant]
        assert sorted(places) == list(range(1, len(places) + 1))
        assert [book.place(c.uid) for c in book.first(tenant, 5)] == list(range(1, min(5, len(places)) + 1))


moves = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["wait", "grant", "stored", "late", "gone", "back"])))


@given(moves, st.integers(0, 4), st.integers(0, 3))
def test_whatever_comes_in_whatever_order_no_limit_is_passed(
    steps: list[tuple[int, str]], slots: int, limit: int
) -> None:
    book = Book()
    held: set[str] = set()
    for number, step in steps:
        candidate = waiting(f"r{number}", f"t{number % 2}")
        if step == "wait" and candidate.uid not in held:
            book.wait(candidate)
        elif step == "grant":
            held |= {c.uid for c in book.grant(lambda model: slots, lambda tenant: Share(limit))}
        elif step == "stored" and candidate.uid in held:
            book.held_by(candidate.uid, Slot(candidate.tenant, candidate.model))
        elif step == "late":
            held -= {candidate.uid} if book.without_slot(candidate.uid) else set()
        elif step in ("gone", "back"):
            (book.gone if step == "gone" else book.give_back)(candidate.uid)
            held.discard(candidate.uid)
        assert len(held) == book.active_of_model("kokoro") <= slots
        assert all(book.active_of_tenant(f"t{n}") <= limit for n in range(2))
