"""When each word is heard, from how many frames the model gave to each of its tokens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.engines.base import WordTime
from voxpod_inference.engines.rests import Gap
from voxpod_inference.text.frontend import Chunk
from voxpod_inference.text.spoken import PUNCTUATION

_SIGNS = "".join(PUNCTUATION)


@dataclass(frozen=True, slots=True)
class Timeline:
    """From the model's frames to what is heard of them."""

    samples_a_frame: int
    cut: int
    """Samples that the sound begins before its frames say: those that were trimmed, and those by which the model is ahead."""
    stretch: float
    """How many times as long the samples have become."""
    sample_rate: int
    begins: float
    ends: float
    """Seconds between which there is sound."""

    def heard(self, frames: float) -> float:
        """Seconds from the first sample that is heard to a frame of the model."""
        at = (frames * self.samples_a_frame - self.cut) * self.stretch / self.sample_rate
        return min(max(at, self.begins), self.ends)


def word_times(
    chunk: Chunk, is_token: Callable[[str], bool], durations: NDArray[np.int64], timeline: Timeline
) -> Iterator[WordTime]:
    """A chunk's words with their times; `durations` has a number for each token and one for the silence at either end.

    The model lets the first sound begin and the last one end within the frames of the silent tokens, the more the slower
    it speaks: where the sound itself begins and ends is known better. A space between two words is shared by both.
    """
    starts = np.concatenate([[0], np.cumsum(durations)])
    tokens_before = np.concatenate([[0], np.cumsum([is_token(p) for p in chunk.phonemes])])
    space = is_token(" ")
    for word in chunk.words:
        first, last = 1 + tokens_before[word.first], 1 + tokens_before[word.last]
        if first < last:
            leads, trails = _is_quiet(chunk.phonemes[: word.first]), _is_quiet(chunk.phonemes[word.last :])
            earlier = space and chunk.phonemes[word.first - 1 : word.first] == " "
            later = space and chunk.phonemes[word.last : word.last + 1] == " "
            begins = timeline.begins if leads else timeline.heard(float(starts[first] + starts[first - earlier]) / 2)
            ends = timeline.ends if trails else timeline.heard(float(starts[last] + starts[last + later]) / 2)
            yield WordTime(word.start, word.end, begins, ends)


def gaps(
    chunk: Chunk,
    is_token: Callable[[str], bool],
    durations: NDArray[np.int64],
    timeline: Timeline,
    speed_of_request: float,
) -> Iterator[Gap]:
    """Where the chunk's rests are in its sound: from the end of the last sound before to the beginning of the first after."""
    starts = np.concatenate([[0], np.cumsum(durations)])
    tokens_before = np.concatenate([[0], np.cumsum([is_token(p) for p in chunk.phonemes])])
    for place, silence in chunk.rests:
        before = len(chunk.phonemes[:place].rstrip(_SIGNS))
        after = len(chunk.phonemes) - len(chunk.phonemes[place:].lstrip(_SIGNS))
        begins = timeline.heard(float(starts[1 + tokens_before[before]]))
        ends = timeline.heard(float(starts[1 + tokens_before[after]]))
        following = (word.start for word in chunk.words if word.first >= place)
        yield Gap(begins, ends, silence / speed_of_request, next(following, chunk.start + len(chunk.text)))


def _is_quiet(phonemes: str) -> bool:
    return all(p in PUNCTUATION for p in phonemes)
