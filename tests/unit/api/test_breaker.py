"""The circuit breaker: who may ask a server that does not answer."""

import pytest

from voxpod_api.cluster.breaker import LIMIT, PAUSE_SECONDS, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(LIMIT):
        assert breaker.lets_through()
        breaker.failed()
    return breaker


def test_a_few_failures_are_nothing(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(10 * LIMIT):
        breaker.failed()
        assert breaker.lets_through()
        breaker.answered()


def test_after_many_in_a_row_one_call_at_a_time_is_the_probe(clock: Clock) -> None:
    breaker = broken(clock)
    assert not breaker.lets_through()
    clock.now += PAUSE_SECONDS
    assert [breaker.lets_through() for _ in range(5)] == [True, False, False, False, False]


def test_a_probe_that_fails_keeps_it_open_and_one_that_is_answered_closes_it(clock: Clock) -> None:
    breaker = broken(clock)
    clock.now += PAUSE_SECONDS
    breaker.lets_through()
    clock.now += 1
    breaker.failed()
    clock.now += PAUSE_SECONDS - 0.1
    assert not breaker.lets_through()
    clock.now += 0.1
    assert breaker.lets_through()
    breaker.answered()
    assert all(breaker.lets_through() for _ in range(5))


def test_a_probe_that_never_ends_is_followed_by_another(clock: Clock) -> None:
    breaker = broken(clock)
    clock.now += PAUSE_SECONDS
    assert breaker.lets_through()
    clock.now += PAUSE_SECONDS
    assert breaker.lets_through()
