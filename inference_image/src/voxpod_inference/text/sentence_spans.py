"""Where the sentences of a document stand in its source."""

from collections.abc import Iterator

from voxpod_inference.text import split
from voxpod_inference.text.document import Document

_MARKUP = frozenset("<>")


def sentence_spans(document: Document, language_at: split.LanguageAt) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence in the source, in order and apart, without the space around; what was replaced is in one.

    `language_at` tells the language of a position of the document's text.
    """
    text, positions = _parted(document)
    start = end = 0
    for sentence in split.sentences(text, lambda at: language_at(positions[at])):
        end += len(sentence)
        if not document.may_cut(positions[end]):
            continue
        spoken = document.text[positions[start] : positions[end]]
        first = positions[start] + len(spoken) - len(spoken.lstrip())
        last = positions[start] + len(spoken.rstrip())
        start = end
        if first < last:
            span = document.source_span(first, last)
            if span[0] < span[1]:  # not so for `<sub alias="x"/>`, which stands for nothing
                yield span


def _parted(document: Document) -> tuple[str, list[int]]:
    """The text with a space where markup stands, as in `One.<break/>Two`, and the document's position of each character and of the end."""
    pieces: list[str] = []
    positions: list[int] = []
    before = 0
    for part, at in zip(document.parts, document.positions, strict=True):
        if _MARKUP & set(document.source[before : part.start]):
            pieces.append(" ")
            positions.append(at)
        pieces.append(part.text)
        positions += range(at, at + len(part.text))
        before = part.end
    return "".join(pieces), [*positions, len(document.text)]
