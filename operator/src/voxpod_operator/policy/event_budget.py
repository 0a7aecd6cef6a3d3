"""How many Events are written: token buckets, one for each tenant and one for all. Pure; `now` is an argument."""

from dataclasses import dataclass

BURST, PER_SECOND = 60.0, 2.0
"""Of one tenant: the whole way of twenty requests at once, and of two in three seconds for good."""

BURST_OF_ALL, PER_SECOND_OF_ALL = 200.0, 10.0
"""Events stay for an hour, some 800 bytes each: at this rate 30 MB of etcd."""

RESERVE = 0.25
"""The part of a bucket that is kept for warnings: in a crowd it is rather told what went wrong than what went well."""

KEPT_BUCKETS = 1000


@dataclass(slots=True)
class _Bucket:
    """Tokens that were left at a moment."""

    tokens: float
    at: float

    def fill(self, burst: float, per_second: float, now: float) -> None:
        self.tokens = min(burst, self.tokens + (now - self.at) * per_second)
        self.at = now


class EventBudget:
    """Who may have an Event written now."""

    def __init__(self) -> None:
        self._all = _Bucket(BURST_OF_ALL, 0.0)
        self._of: dict[str, _Bucket] = {}

    def spend(self, whose: str, warning: bool, now: float) -> bool:
        """Take a token of this tenant and one of all; False when either bucket has none, and then none is taken."""
        mine = self._of.setdefault(whose, _Bucket(BURST, now))
        mine.fill(BURST, PER_SECOND, now)
        self._all.fill(BURST_OF_ALL, PER_SECOND_OF_ALL, now)
        kept = 0.0 if warning else RESERVE
        if mine.tokens < 1 + kept * BURST or self._all.tokens < 1 + kept * BURST_OF_ALL:
            return False
        mine.tokens -= 1
        self._all.tokens -= 1
        if len(self._of) > KEPT_BUCKETS:  # a bucket that is full again is as good as none
            self._of = {name: one for name, one in self._of.items() if now - one.at < BURST / PER_SECOND}
        return True
