"""What is known of the archive after each event. Pure."""

from datetime import datetime, timedelta

import pytest

from builders import NOON
from voxpod_crds.base import ResourceKey
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.policy import archive_book
from voxpod_operator.policy.archive_book import SLACK, ArchiveBook
from voxpod_operator.policy.usage_record import UsageRecord


def over(uid: str, ended_at: datetime = NOON) -> EndedRequest:
    return EndedRequest(ResourceKey("acme", uid), uid, "1", "Succeeded", "acme", "", "", "Succeeded", ended_at)


def record(uid: str, ended_at: datetime = NOON, line: str = "{}") -> UsageRecord:
    return UsageRecord(uid, "acme", ended_at, line)


def test_nothing_may_go_before_the_archive_has_told_how_far_it_goes() -> None:
    book = ArchiveBook()
    book.ended("acme", over("a"))
    assert not book.may_go("acme", "a")
    book.learn("acme", None)
    assert not book.may_go("acme", "a")
    book.archived("acme", book.waiting("acme", 1))
    assert book.may_go("acme", "a")


def test_new_leader_archives_what_ended_since_the_last_end_in_the_archive_and_some_more() -> None:
    book = ArchiveBook()
    for minutes in (0, 9, 11, 30):
        book.ended("acme", over(f"u{minutes}", NOON - timedelta(minutes=minutes)))
    book.enter(record("deleted", NOON - timedelta(minutes=30)))
    book.learn("acme", NOON)
    assert timedelta(minutes=9) < SLACK < timedelta(minutes=11)
    assert {one.uid for one in book.waiting("acme", 10)} == {"u0", "u9", "deleted"}
    assert book.may_go("acme", "u30")


def test_those_that_ended_first_are_archived_first() -> None:
    book = ArchiveBook()
    for seconds in (3, 1, 2):
        book.ended("acme", over(f"u{seconds}", NOON + timedelta(seconds=seconds)))
    assert [one.uid for one in book.waiting("acme", 2)] == ["u1", "u2"]


def test_record_that_is_at_hand_need_not_be_read() -> None:
    book = ArchiveBook()
    book.ended("acme", over("a"))
    assert book.needs_record("a")
    book.enter(record("a"))
    assert not book.needs_record("a")
    assert len(book) == 1
    assert isinstance(book.waiting("acme", 1)[0], UsageRecord)


def test_archived_request_that_is_deleted_is_not_archived_again() -> None:
    book = ArchiveBook()
    book.ended("acme", over("a"))
    book.archived("acme", book.waiting("acme", 1))
    assert not book.needs_record("a")
    book.dismiss("acme", "a")
    assert not book.needs_record("a"), "deleted by us: its DELETED event is still to come"


def test_record_that_comes_while_another_is_stored_waits_on() -> None:
    """Its object was not there any more when it was read, and its last event comes just then."""
    book = ArchiveBook()
    book.ended("acme", over("a"))
    read = book.waiting("acme", 1)
    book.enter(record("a"))
    book.archived("acme", read)
    assert book.waiting("acme", 1) == [record("a")]


def test_room_for_records_is_bounded_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_book, "MOST_BYTES", 10)
    book = ArchiveBook()
    book.enter(record("a", line="x" * 8))
    assert not book.has_room(record("b", line="x" * 8))
    book.enter(record("a", line="x" * 2))
    assert book.has_room(record("b", line="x" * 8)), "a record in the place of another"
    book.archived("acme", book.waiting("acme", 1))
    assert book.has_room(record("b", line="x" * 10))


def test_oldest_goes_first_and_what_somebody_deleted_holds_up_nobody() -> None:
    book = ArchiveBook()
    for uid in ("a", "b", "c"):
        book.ended("acme", over(uid))
    book.gone("a")
    assert book.oldest("acme") == over("b")
    book.dismiss("acme", "b")
    assert book.oldest("acme") == over("c")
    assert book.oldest("globex") is None
