"""Korean to phonemes: figures read aloud, the sound rules on jamo, IPA.

The alphabet: stops are plain (`k t p tɕ`, voiced `ɡ d b dʑ` between voiced sounds), tense (`k͈ t͈ p͈ t͈ɕ s͈`) or aspirated
(`kʰ tʰ pʰ tɕʰ`), unreleased at a syllable's end (`k̚ t̚ p̚`); ㅅ is `s`, before i and y `ɕ`; ㄹ is `ɾ` before a vowel, else `l`; vowels are
`a ɛ ʌ e o ø u y ɯ i ɰi` with `j` and `w` before them, ㅚ and ㅟ said as `we` and `wi`. A space parts words.
"""

import re
from collections.abc import Iterator

from voxpod_inference.text.korean.normal import read_aloud
from voxpod_inference.text.korean.sounds import Syllable, pronounced
from voxpod_inference.text.signs import LeftOut, read_signs
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, plain_punctuation, spoken
from voxpod_inference.text.traced import Traced

_ONSETS = {
    "ㄱ": "k", "ㄲ": "k͈", "ㄴ": "n", "ㄷ": "t", "ㄸ": "t͈", "ㄹ": "ɾ", "ㅁ": "m", "ㅂ": "p", "ㅃ": "p͈", "ㅅ": "s", "ㅆ": "s͈", "ㅇ": "", "ㅈ": "tɕ", "ㅉ": "t͈ɕ",
    "ㅊ": "tɕʰ", "ㅋ": "kʰ", "ㅌ": "tʰ", "ㅍ": "pʰ", "ㅎ": "h",
}  # fmt: skip
_VOICED = {"ㄱ": "ɡ", "ㄷ": "d", "ㅂ": "b", "ㅈ": "dʑ"}
_VOWELS = {
    "ㅏ": "a", "ㅐ": "ɛ", "ㅑ": "ja", "ㅒ": "jɛ", "ㅓ": "ʌ", "ㅔ": "e", "ㅕ": "jʌ", "ㅖ": "je", "ㅗ": "o", "ㅘ": "wa", "ㅙ": "wɛ", "ㅚ": "we", "ㅛ": "jo",
    "ㅜ": "u", "ㅝ": "wʌ", "ㅞ": "we", "ㅟ": "wi", "ㅠ": "ju", "ㅡ": "ɯ", "ㅢ": "ɰi", "ㅣ": "i",
}  # fmt: skip
_CODAS = {"": "", "ㄱ": "k̚", "ㄴ": "n", "ㄷ": "t̚", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p̚", "ㅇ": "ŋ"}
_UNTIL = re.compile(r"(?<=[\d가-힣)%℃])\s?[〜～–]\s?(?=\d)|(?<=\([월화수목금토일])\s?[〜～–]\s?(?=[월화수목금토일]\))")
"""Between the ends of a range; elsewhere it is a dash, a pause."""
_PHRASE = re.compile(r"[가-힣]+(?: +[가-힣]+)*")


class Korean:
    """Reads Korean."""

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the IPA above; punctuation of the models is kept."""
        normal = _normal(text)
        left_out = LeftOut(text)
        return spoken(Traced.joined(_pieces(normal, left_out)), left_out.told, glued=True)


def in_hangul(text: str) -> str:
    """A text as it is pronounced, in Hangul: what a person can check."""
    return _PHRASE.sub(
        lambda m: "".join(f"{' ' if s.spaced else ''}{s}" for s in pronounced(m.group())), _normal(text).text
    ).strip()


def _normal(text: str) -> Traced:
    plain = read_signs(Traced.of(text), "ko").sub(_UNTIL, "~").each(plain_punctuation)
    return read_aloud(plain).sub(re.compile(" {2,}"), " ")


def _pieces(text: Traced, left_out: LeftOut) -> Iterator[tuple[str, tuple[int, int]]]:
    at = 0
    for phrase in _PHRASE.finditer(text.text):
        yield from _marks(text, at, phrase.start(), left_out)
        yield from _phrase(text, phrase.start(), phrase.group())
        at = phrase.end()
    yield from _marks(text, at, len(text.text), left_out)


def _phrase(text: Traced, start: int, phrase: str) -> Iterator[tuple[str, tuple[int, int]]]:
    places = [start + i for i, char in enumerate(phrase) if char != " "]
    before: Syllable | None = None
    for place, syllable in zip(places, pronounced(phrase), strict=True):
        source = text.source(place, place + 1)
        if syllable.spaced:
            yield " ", (source[0], source[0])
        yield _ipa(before, syllable), source
        before = syllable


def _ipa(before: Syllable | None, syllable: Syllable) -> str:
    onset, vowel = _ONSETS[syllable.onset], _VOWELS[syllable.vowel]
    if before is not None and before.coda in ("", "ㄴ", "ㄹ", "ㅁ", "ㅇ") and not syllable.spaced:
        onset = _VOICED.get(syllable.onset, onset)
    if syllable.onset == "ㄹ" and before is not None and before.coda == "ㄹ":
        onset = "l"
    if vowel[0] in "ij" or syllable.vowel == "ㅟ":
        onset = onset.replace("s", "ɕ")
    return onset + vowel + _CODAS[syllable.coda]


def _marks(text: Traced, first: int, last: int, left_out: LeftOut) -> Iterator[tuple[str, tuple[int, int]]]:
    for place in range(first, last):
        char, source = text.text[place], text.source(place, place + 1)
        yield char if char in PUNCTUATION else left_out.sign(char, source[0]), source
