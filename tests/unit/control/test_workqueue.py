"""Which key a worker gets next, and what is remembered of one that nobody takes."""

from voxpod_operator.workqueue import Lane, WorkQueue


def a_queue(now: list[float], opened: bool = True) -> WorkQueue[str]:
    queue: WorkQueue[str] = WorkQueue(lambda: now[0])
    if opened:
        queue.open()
    return queue


async def test_a_follower_plans_nothing_so_that_its_queue_does_not_grow() -> None:
    """20,000 requests that came and went were 40,000 keys, and all of them were worked off at the takeover."""
    queue = a_queue([0.0], opened=False)
    for number in range(20_000):
        queue.add(f"r{number}")
        queue.add_after(f"r{number}", 30.0)
        queue.retry(f"r{number}")
    assert len(queue) == 0
    queue.open()
    queue.add("the first key of a leader")
    assert await queue.take() == "the first key of a leader"
    assert len(queue) == 0


async def test_what_frees_a_slot_goes_before_a_first_look_and_that_before_telling() -> None:
    queue = a_queue([0.0])
    for key, lane in (("place", Lane.TELLING), ("new", Lane.NORMAL), ("ended", Lane.URGENT), ("moved", Lane.TELLING)):
        queue.add(key, lane)
    queue.add("moved", Lane.URGENT)
    assert [await queue.take() for _ in range(4)] == ["ended", "moved", "new", "place"]


async def test_a_key_is_with_one_worker_at_a_time_and_comes_back_when_it_changed_meanwhile() -> None:
    queue = a_queue([0.0])
    queue.add("a")
    assert await queue.take() == "a"
    queue.add("a")
    queue.add("a", Lane.URGENT)
    assert len(queue) == 0
    queue.done("a")
    assert await queue.take() == "a"
    queue.done("a")
    assert len(queue) == 0


async def test_the_earliest_of_several_plans_counts_and_can_be_taken_back() -> None:
    now = [0.0]
    queue = a_queue(now)
    queue.add_after("a", 10.0)
    queue.add_after("a", 5.0)
    queue.add_after("a", 20.0)
    queue.add_after("b", 6.0)
    queue.unplan("b")
    now[0] = 30.0
    assert await queue.take() == "a"
    assert len(queue) == 0


async def test_a_key_that_fails_again_and_again_is_tried_after_50_ms_then_less_and_less_often() -> None:
    queue = a_queue([0.0])
    assert [queue.retry("a") for _ in range(12)] == [0.05 * 2**n for n in range(11)] + [60.0]
    queue.forget("a")
    assert queue.retry("a", least_seconds=3.0) == 3.0
