"""What holds for any text that is read: its words and chunks are in order, and where the source has them."""

import itertools

from voxpod_inference.text.chunks import Chunk
from voxpod_inference.text.frontend import Script
from voxpod_inference.text.spoken import Spoken


def assert_words_in_order(said: Spoken | Chunk, start: int, end: int) -> None:
    """Every word has characters between `start` and `end` and has phonemes; both ascend and none is in two words."""
    written, heard = start, 0
    for word in said.words:
        assert written <= word.start < word.end <= end, (word, said)
        assert heard <= word.first < word.last <= len(said.phonemes), (word, said)
        written, heard = word.end, word.last


def assert_chunks_are_the_source(script: Script, source: str) -> None:
    """Chunks joined are the source, each knows where it begins, and its words are in order inside it; what replaces a word may go on in the next."""
    assert "".join(chunk.text for chunk in script.chunks) == source
    ends = list(itertools.accumulate(len(chunk.text) for chunk in script.chunks))
    assert [chunk.start for chunk in script.chunks] == [0, *ends][: len(ends)], script.chunks
    last: tuple[int, int] | None = None
    for chunk, end in zip(script.chunks, ends, strict=True):
        goes_on = bool(chunk.words) and (chunk.words[0].start, chunk.words[0].end) == last
        assert_words_in_order(chunk, chunk.words[0].start if goes_on else chunk.start, end)
        last = (chunk.words[-1].start, chunk.words[-1].end) if chunk.words else last
