"""What goes wrong in front of a person who tries the demo."""

from collections.abc import Sequence


class DemoError(Exception):
    """What failed, in a sentence; `details` are lines to read, `try_next` commands to run or settings to change."""

    def __init__(self, message: str, *, details: Sequence[str] = (), try_next: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)
        self.try_next = tuple(try_next)
