"""Plain text with `<lang=zh>` spans, the only markup of plain text: a span says which language its letters are in.

`<lang=zh>` holds to the next `<lang=...>`, to `</lang>`, or to the end. Everything else is text, a lone `<` too.
"""

import re

from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.text.document import Document, Part, Style, spoken_parts
from voxpod_inference.text.languages import KNOWN, language_of

_TAG = re.compile(
    r"<(?P<open>lang\s*=\s*(?P<quote>[\"']?)(?P<code>[^<>\s\"']*)(?P=quote)\s*|/\s*lang\s*)>|<(?:lang\s*=|/lang\b)",
    re.I,
)
_ACCEPTED = f"<lang=CODE> and </lang> are accepted, CODE one of {', '.join(KNOWN)}"
_LOOKS_LIKE_SSML = re.compile(
    r"\A\s*(?:<\?xml\b[^>]*>\s*)?<speak\b[^>]*>|<(?:break|prosody|say-as|phoneme|emphasis)\b[^<>]*=[^<>]*>", re.I
)


def document(text: str) -> Document:
    """The parts of a plain text; InputError tells the place of a tag that is broken, unknown or closes nothing."""
    parts: list[Part] = []
    unread: list[str] = []
    language: str | None = None
    at = 0
    for tag in _TAG.finditer(text):
        parts += spoken_parts(text[at : tag.start()], at, Style(language), unread)
        at = tag.end()
        if tag["open"] is None:
            raise _refused(text, tag.start(), "is not finished")
        if tag["code"] is not None:
            language = language_of(tag["code"])
            if language is None:
                raise _refused(text, tag.start(), "names no known language")
        elif language is None:
            raise _refused(text, tag.start(), "closes a language span, and none is open")
        else:
            language = None
    parts += spoken_parts(text[at:], at, Style(language), unread)
    warnings = (
        ("the text looks like SSML and is read as plain text: ssml is not set",)
        if _LOOKS_LIKE_SSML.search(text)
        else ()
    )
    return Document(text, tuple(parts), tuple(unread), warnings)


def _refused(text: str, at: int, why: str) -> InputError:
    shown = text[at : at + 24].split("\n")[0]
    return InputError(INPUT_REFUSED, f"the tag {shown!r} at character {at} {why}; {_ACCEPTED}")
