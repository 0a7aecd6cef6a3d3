"""What the last look at the object store found, and how it is told. Pure."""

from dataclasses import dataclass
from datetime import datetime

from voxpod_crds.conditions import Condition, ConditionType, Reason


@dataclass(frozen=True, slots=True)
class StoreState:
    """Whether sandboxes can store audio, and why not."""

    reason: Reason | None = None
    """None: nobody has looked yet; requests do not wait for that."""
    message: str = ""

    @property
    def problem(self) -> str:
        """Why requests wait for the store; empty while they need not."""
        return "" if self.reason in (None, Reason.STORE_USABLE) else f"{self.reason}: {self.message}"


def store_condition(state: StoreState, now: datetime) -> Condition | None:
    """The StoreReachable condition of a SpeechModel; None before the first look.

    A condition of its own: whether the model can be used (Ready) does not depend on where its audio goes.
    """
    if state.reason is None:
        return None
    return Condition(
        type=ConditionType.STORE_REACHABLE,
        status="False" if state.problem else "True",
        reason=state.reason,
        message=state.message,
        last_transition_time=now.replace(microsecond=0),
    )
