"""What the final message of a request tells of what came before. Pure."""

from voxpod_crds.conditions import MAX_MESSAGE
from voxpod_crds.tts_request import TTSRequest


def and_before(request: TTSRequest, message: str) -> str:
    """The message, and in short why earlier sandboxes were given up: what the last one met may be another matter."""
    told = "; ".join(
        f"attempt {a.attempt} {a.reason}{f' on {a.node}' if a.node else ''}: {_cut(a.message, 80)}"
        for a in request.status.failed_attempts
    )
    return f"{_cut(message, MAX_MESSAGE - len(told) - 10)}; before: {told}" if told else message


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def last_word(request: TTSRequest) -> str:
    """What the request was waiting for, for the message of a missed deadline."""
    last = request.status.conditions[-1] if request.status.conditions else None
    return f"; last: {last.reason}: {last.message}" if last is not None and last.message else ""
