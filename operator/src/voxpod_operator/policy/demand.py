"""What a request will use: characters, and about how many seconds of audio. Pure.

A lexicon may put 200 characters in the place of each word, so that 10,000 characters become a million: what it puts there
counts, not what is written. SSML counts as it is written, tags included.
"""

import re
from dataclasses import dataclass

from voxpod_crds.tts_request import LexiconEntry, TTSRequestSpec
from voxpod_operator.policy.speech_estimate import seconds_of

MARGIN = 1.25
"""What is held is so much more than what is expected: half of the estimates are too low."""

_UNSPACED = re.compile(
    r"[\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7fb\uf900-\ufaff\U00020000-\U000323af]"
)
"""Written without spaces between words: a word of the lexicon may stand anywhere in these (as the sandbox's front end has it)."""
_MARKUP = r"<[^<>]*>"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a request will use."""

    characters: int
    estimated_seconds: float

    @property
    def held_seconds(self) -> float:
        """What is held of audio."""
        return round(self.estimated_seconds * MARGIN, 3)


def demand_of(spec: TTSRequestSpec) -> Demand:
    """Characters and seconds of the text as it will be read."""
    text = expanded(spec.text, spec.lexicon)
    return Demand(len(text), seconds_of(text, spec.speed))


def expanded(text: str, lexicon: list[LexiconEntry]) -> str:
    """The text with the lexicon's readings in the place of their words: the longest word first, never inside a tag.

    A word in lower case is meant however the text writes it. Word and text may be written with other signs for the same
    (apostrophes, spaces); such a word counts as it is written.
    """
    exact = {entry.word: _reading(entry) for entry in lexicon}
    if not exact:
        return text
    folded = {word: reading for word, reading in exact.items() if word == word.lower()}
    words = "|".join(
        f"(?i:{re.escape(word)})" if word in folded else re.escape(word)
        for word in sorted(exact, key=len, reverse=True)
    )

    def read(found: re.Match[str]) -> str:
        word = found.group()
        if word.startswith("<") or _goes_on(text, found.start()) or _goes_on(text, found.end()):
            return word
        return exact.get(word) or folded.get(word.lower(), word)

    return re.sub(f"{_MARKUP}|{words}", read, text)


def _reading(entry: LexiconEntry) -> str:
    return entry.say_as or entry.ipa or entry.pinyin or ""


def _goes_on(text: str, at: int) -> bool:
    """Whether a word goes on across this position."""
    return 0 < at < len(text) and _in_word(text[at - 1]) and _in_word(text[at])


def _in_word(char: str) -> bool:
    return (char.isalnum() or char == "_") and not _UNSPACED.match(char)
