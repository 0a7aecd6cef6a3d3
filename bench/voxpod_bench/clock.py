"""Times as they stand in logs, as seconds since 1970."""

from datetime import datetime


def epoch_seconds(stamp: str) -> float:
    """An RFC 3339 time of any precision, to the microsecond; ValueError for anything else, a time without a zone too."""
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is None:
        raise ValueError(f"{stamp!r} names no time zone")
    return moment.timestamp()
