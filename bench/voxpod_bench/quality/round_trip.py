"""Speak a set of sentences, have them written down, count what differs."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from voxpod_bench.quality.edits import Edit, distance, edits
from voxpod_bench.quality.recogniser import Recogniser, Sound
from voxpod_bench.quality.sets import SAME, Sentence, SentenceSet
from voxpod_bench.quality.spoken_form import heard_tokens, kana, pinyin, tokens

PAUSE_SECONDS = 0.8
"""Between two sentences in one window of the recogniser."""
SOUNDS = {"zh": pinyin, "ja": kana}
"""How to tell what sounds the same though it is written differently."""

Speak = Callable[[str], Sound]


@dataclass(slots=True)
class Outcome:
    """One sentence: how long it is and what was heard differently."""

    sentence: Sentence
    tokens: list[str]
    seconds: float
    edits: list[Edit] = field(default_factory=list)

    @property
    def dropped(self) -> bool:
        """Whether half of it or more was not heard at all."""
        return 2 * sum(not edit.heard for edit in self.edits) >= len(self.tokens)


@dataclass(frozen=True, slots=True)
class Understood:
    """A whole set."""

    set: SentenceSet
    outcomes: tuple[Outcome, ...]
    misread: int
    """Pinyin syllables or kana that differ, where the language has them."""
    sounds: int

    @property
    def tokens(self) -> int:
        """How many there are."""
        return sum(len(outcome.tokens) for outcome in self.outcomes)

    @property
    def errors(self) -> float:
        """Differing tokens by all tokens: the word error rate, or character error rate in Chinese and Japanese."""
        return sum(len(outcome.edits) for outcome in self.outcomes) / self.tokens

    @property
    def misread_rate(self) -> float:
        """Differing syllables by all syllables; 0 where none were compared."""
        return self.misread / max(1, self.sounds)

    @property
    def dropped(self) -> list[str]:
        """The sentences that were not heard."""
        return [outcome.sentence.written for outcome in self.outcomes if outcome.dropped]

    @property
    def seconds(self) -> float:
        """Of sound."""
        return sum(outcome.seconds for outcome in self.outcomes)


def round_trip(chosen: SentenceSet, speak: Speak, rate: int, recogniser: Recogniser) -> Understood:
    """Speak the set and have it written down; `speak` gives samples at `rate` Hz."""
    misread = sounds = 0
    outcomes: list[Outcome] = []
    for window, sound in _windows(chosen, speak, rate):
        said = list(itertools.chain.from_iterable(outcome.tokens for outcome in window))
        heard = heard_tokens(recogniser.hear(sound, rate, chosen.name), chosen.name, said, SAME.get(chosen.name, ()))
        _share_out(edits(said, heard), window)
        outcomes += window
        if chosen.most_misread is not None:
            one, other = SOUNDS[chosen.language](said), SOUNDS[chosen.language](heard)
            misread, sounds = misread + distance(one, other), sounds + len(one)
    return Understood(chosen, tuple(outcomes), misread, sounds)


def _windows(chosen: SentenceSet, speak: Speak, rate: int) -> Iterator[tuple[list[Outcome], Sound]]:
    """Neighbouring sentences that fit into one window of the recogniser, and their sound."""
    window: list[Outcome] = []
    pieces: list[Sound] = []
    silence = np.zeros(round(PAUSE_SECONDS * rate), np.float32)
    for sentence in chosen.sentences:
        sound = speak(sentence.written)
        if pieces and (sum(map(len, pieces)) + len(sound)) / rate > chosen.window_seconds:
            yield window, np.concatenate(pieces)
            window, pieces = [], []
        window.append(Outcome(sentence, tokens(sentence.read, chosen.name), len(sound) / rate))
        pieces += [sound, silence]
    yield window, np.concatenate(pieces)


def _share_out(found: Sequence[Edit], window: Sequence[Outcome]) -> None:
    """Give each edit to the sentence that it lies in."""
    ends = list(itertools.accumulate(len(outcome.tokens) for outcome in window))
    for edit in found:
        at = next(index for index, end in enumerate(ends) if edit.position < end)
        start = ends[at] - len(window[at].tokens)
        window[at].edits.append(Edit(edit.position - start, edit.said, edit.heard))
