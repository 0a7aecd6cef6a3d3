"""Tenants beside one another over time: the book in a simulated cluster whose sandboxes take as long as their audio."""

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON
from voxpod_crds.base import ResourceKey
from voxpod_operator.policy.book import Book, Candidate, Share

SLOTS = 8


@dataclass(frozen=True)
class Sent:
    """A request of a tenant: when it comes and how many seconds it keeps a slot."""

    tenant: str
    at: float
    seconds: float


def simulate(
    sent: list[Sent], weights: dict[str, int] | None = None, until: float = float("inf")
) -> dict[str, list[float]]:
    """Seconds from coming to the end of each request, by tenant, in the order in which they ended."""
    book, took = Book(), defaultdict[str, list[float]](list)
    events: list[tuple[float, int, str]] = [(request.at, number, "comes") for number, request in enumerate(sent)]
    heapq.heapify(events)
    while events and events[0][0] <= until:
        now, number, what = heapq.heappop(events)
        request, uid = sent[number], f"uid-{number:05}"
        if what == "comes":
            since = NOON + timedelta(seconds=int(request.at))  # creation times are whole seconds
            key = ResourceKey(request.tenant, uid)
            book.wait(Candidate(uid, key, request.tenant, "kokoro", since, 0, request.seconds))
        else:
            book.gone(uid)
            took[request.tenant].append(now - request.at)
        for granted in book.grant(lambda model: SLOTS, lambda tenant: Share(None, (weights or {}).get(tenant, 1))):
            index = int(granted.uid.removeprefix("uid-"))
            heapq.heappush(events, (now + sent[index].seconds, index, "ends"))
    return took


def light_tenants(random_: random.Random) -> list[Sent]:
    """Nine tenants that each ask for a sixth of their fair share of the slots on the average."""
    sent = []
    for tenant in range(9):
        at = 0.0
        while (at := at + random_.expovariate(1 / 40)) < 600:
            sent.append(Sent(f"light-{tenant}", at, random_.uniform(2, 8)))
    return sent


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


@pytest.mark.parametrize("seed", range(5))
def test_beside_a_greedy_tenant_light_ones_wait_at_most_twice_as_long_as_alone(seed: int) -> None:
    random_ = random.Random(seed)
    light = light_tenants(random_)
    greedy = [Sent("greedy", 0.0, random_.uniform(2, 8)) for _ in range(3000)]
    together = simulate(greedy + light, until=900)
    for tenant in sorted({request.tenant for request in light}):
        alone = simulate([request for request in light if request.tenant == tenant])
        assert p95(together[tenant]) <= 2 * p95(alone[tenant]), tenant


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=2), st.integers(0, 10**6))
def test_shares_converge_to_the_weights_within_five_percent(weights: dict[str, int], seed: int) -> None:
    random_ = random.Random(seed)
    sent = [Sent(tenant, 0.0, random_.uniform(2, 8)) for tenant in weights for _ in range(1500)]
    took = simulate(sent, weights, until=600.0)
    # what a tenant got, in slot seconds: its requests are served in the order in which they were sent
    got = {t: sum([r.seconds for r in sent if r.tenant == t][: len(took[t])]) for t in weights}
    for tenant, weight in weights.items():
        due = weight / sum(weights.values()) * sum(got.values())
        assert abs(got[tenant] - due) <= max(0.05 * due, 2 * 8 * SLOTS), (tenant, got)


@pytest.mark.parametrize("pause", [0.0, 5.0, 120.0])
def test_bursts_after_pauses_gain_nothing_over_steady_work(pause: float) -> None:
    """Both are always behind while they have work; the one that pauses gets no more for its pauses."""
    steady = [Sent("steady", 0.0, 4.0) for _ in range(4000)]
    bursts = [Sent("bursts", at * (60 + pause), 4.0) for at in range(8) for _ in range(60)]
    took = simulate(steady + bursts, until=8 * (60 + pause))
    share = len(took["bursts"]) / (len(took["bursts"]) + len(took["steady"]))
    assert share <= 0.5 + 0.02
