"""Events that are to be written, and those written lately: what repeats within some minutes is one Event with a count.

In memory only, of the leader: a new one begins a new series, and what was not written is told by the conditions.
"""

from collections import OrderedDict
from datetime import datetime

from voxpod_operator.cluster.event_drafts import About, Draft, Identity, Notice
from voxpod_operator.policy.event_budget import EventBudget

SERIES_SECONDS = 360.0
"""So long after it was last seen does a notice count as a repetition; as long as client-go's."""

KEPT_DRAFTS = 2000
MOST_PENDING = 500
TRIES = 5


class Bulletin:
    """What is to be told by Events, within the budget."""

    def __init__(self) -> None:
        self._budget = EventBudget()
        self._drafts: OrderedDict[Identity, Draft] = OrderedDict()
        """Lately seen last."""
        self._pending: OrderedDict[Identity, None] = OrderedDict()
        self._rests_until = float("-inf")

    def note(self, about: About, notice: Notice, whose: str, at: datetime, now: float) -> bool:
        """Have an Event written, or one that was counted up; False when that is too much."""
        identity = (about.uid, notice.reason, notice.occasion)
        draft = self._drafts.get(identity)
        if draft is None or now - draft.seen_at > SERIES_SECONDS:
            draft = Draft(about, notice, at, at, now, count=0)
        if identity not in self._pending:
            if len(self._pending) >= MOST_PENDING or not self._budget.spend(whose, notice.type == "Warning", now):
                return False
            self._pending[identity] = None
        draft.count, draft.last, draft.seen_at = draft.count + 1, at, now
        self._drafts[identity] = draft
        self._drafts.move_to_end(identity)
        if len(self._drafts) > KEPT_DRAFTS:
            self._pending.pop(self._drafts.popitem(last=False)[0], None)
        return True

    def take(self, now: float) -> Draft | None:
        """The next one to write; None without any, or while they rest."""
        if not self._pending or now < self._rests_until:
            return None
        identity, _ = self._pending.popitem(last=False)
        return self._drafts[identity]

    def put_back(self, draft: Draft, rest_until: float) -> bool:
        """It could not be written now, and goes first after a rest; False when that was its last try."""
        draft.tries += 1
        self._rests_until = rest_until
        if draft.tries >= TRIES or self._drafts.get(draft.identity) is not draft:
            return False
        self._pending[draft.identity] = None
        self._pending.move_to_end(draft.identity, last=False)
        return True

    def __len__(self) -> int:
        return len(self._pending)
