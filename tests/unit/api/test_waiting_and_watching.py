"""Those who wait hear of every change through the one watch, whatever becomes of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from facade_samples import Json, a_version, succeeded
from voxpod_api.cluster import following
from voxpod_api.cluster.board import RequestBoard, Seat
from voxpod_api.cluster.following import WatchState, follow
from voxpod_api.errors import Expired, Unavailable
from voxpod_api.speech.outcome import ended
from voxpod_crds.base import ResourceKey

KEY = ResourceKey("acme", "hello")


class ScriptedGateway:
    """Lists and watches as written down: items of each list, then events of each watch or the error that ends it."""

    def __init__(self, lists: list[Any], watches: list[Any]) -> None:
        self.lists, self.watches = lists, watches
        self.versions: list[str] = []
        self.quiet = asyncio.Event()
        """Set once nothing more will come."""

    async def pages(
        self, plural: str, namespace: str = "", selector: str = ""
    ) -> AsyncIterator[tuple[list[Json], str]]:
        found = self.lists.pop(0)
        if isinstance(found, Exception):
            raise found
        yield found, "100"

    async def watch(self, plural: str, selector: str, version: str) -> AsyncIterator[Json]:
        self.versions.append(version)
        if not self.watches:
            self.quiet.set()
            await asyncio.Event().wait()
        for event in self.watches.pop(0):
            if isinstance(event, Exception):
                raise event
            yield event


@asynccontextmanager
async def followed(gateway: ScriptedGateway, board: RequestBoard) -> AsyncIterator[WatchState]:
    state = WatchState("ttsrequests")
    task = asyncio.create_task(follow(gateway, state, "", board))  # type: ignore[arg-type]
    try:
        yield state
    finally:
        task.cancel()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "FIRST_PAUSE_SECONDS", 0.01)


def event(kind: str, raw: Json) -> Json:
    return {"type": kind, "object": raw}


DONE = a_version(7, status=succeeded())


@pytest.mark.parametrize(
    ("lists", "watches"),
    [
        pytest.param([[]], [[event("MODIFIED", DONE)]], id="told by the watch"),
        pytest.param([[DONE]], [], id="found by the first list"),
        pytest.param([[], [DONE]], [[Expired("WATCH", 410, "too old")]], id="missed by a watch that expired"),
        pytest.param([[], [DONE]], [[Unavailable("WATCH", 0, "reset")]], id="missed by a watch that broke"),
        pytest.param([Unavailable("GET", 503, "away"), [DONE]], [], id="found when the API server is there again"),
        pytest.param([[]], [[], [event("MODIFIED", DONE)]], id="told after a watch that ended in good order"),
    ],
)
async def test_an_end_is_heard_of_however_it_is_told(lists: list[Any], watches: list[Any]) -> None:
    board = RequestBoard()
    with board.seat(KEY) as seat:
        async with followed(ScriptedGateway(lists, watches), board):
            assert await asyncio.wait_for(seat.until(ended), 5) == DONE


@pytest.mark.parametrize(
    ("lists", "watches"),
    [
        pytest.param([[a_version(5)]], [[event("DELETED", a_version(5))]], id="told by the watch"),
        pytest.param([[a_version(5)], []], [[Expired("WATCH", 410, "too old")]], id="missing in a later list"),
    ],
)
async def test_a_request_that_is_deleted_is_not_waited_for(lists: list[Any], watches: list[Any]) -> None:
    board = RequestBoard()
    with board.seat(KEY) as seat:
        async with followed(ScriptedGateway(lists, watches), board):
            await asyncio.wait_for(seat.until(ended), 5)
    assert seat.gone


def test_a_request_that_is_made_while_a_list_is_read_is_not_taken_for_deleted() -> None:
    board = RequestBoard()
    board.list_begins()
    with board.seat(KEY) as seat:
        seat.take(a_version(9))
        board.list_ends()
        assert not seat.gone


def test_an_older_version_that_comes_later_changes_nothing() -> None:
    seat = Seat(KEY)
    seat.take(DONE)
    seat.take(a_version(3))
    assert seat.latest == DONE


async def test_a_watch_goes_on_from_the_last_event_or_bookmark() -> None:
    bookmark = event("BOOKMARK", {"metadata": {"resourceVersion": "250"}})
    gateway = ScriptedGateway([[]], [[event("ADDED", a_version(7))], [bookmark]])
    async with followed(gateway, RequestBoard()):
        await asyncio.wait_for(gateway.quiet.wait(), 5)
    assert gateway.versions == ["100", "7", "250"]


def test_nothing_is_kept_of_requests_that_nobody_waits_for() -> None:
    board = RequestBoard()
    with board.seat(KEY):
        assert board.listens(KEY)
    for number in range(100):
        board.put(a_version(number, name=f"r{number}"))
    assert not board.listens(KEY)
    assert vars(board)["_seats"] == {}
