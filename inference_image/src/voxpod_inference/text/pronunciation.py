"""Pronunciations that a requester gives, in the model's alphabet: IPA, pinyin, or that alphabet itself."""

import re
import unicodedata
from collections.abc import Callable

from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.text.chinese.pinyin import phonemes_of
from voxpod_inference.text.document import Reading

ALPHABETS = ("ipa", "pinyin", "x-kokoro")
LONGEST = 500
"""Characters of one pronunciation."""

Table = tuple[tuple[str, str], ...]
# Letters that the model has one of its own for, longest first; ties, syllable dots and links say nothing to it.
_EVERYWHERE: Table = (
    ("\u035c", "\u0361"), ("t\u0361s", "ʦ"), ("d\u0361z", "ʣ"), ("\u0361", ""), ("‿", ""), (".", ""), ("|", ""), ("\u032f", ""), ("'", "ˈ"), ("’", "ˈ"), ("g", "ɡ"), ("c\u0327", "ç"),
    ("tɕ", "ʨ"), ("dʑ", "ʥ"), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ʈʂ", "ꭧ"), ("ɫ", "l"), ("ʍ", "w"), ("ʉ", "u"),
)  # fmt: skip
# As misaki writes the English that the model was trained with (its EN_PHONES.md).
_ENGLISH: Table = (
    ("l\u0329", "ᵊl"), ("n\u0329", "ᵊn"), ("m\u0329", "ᵊm"), ("eɪ", "A"), ("aɪ", "I"), ("aʊ", "W"), ("oʊ", "O"), ("əʊ", "Q"), ("ɔɪ", "Y"),
    ("ɝː", "ɜɹ"), ("ɝ", "ɜɹ"), ("ɚ", "əɹ"), ("ɜːr", "ɜɹ"), ("ɜːɹ", "ɜɹ"), ("ɾ", "T"), ("r", "ɹ"), ("e", "ɛ"), ("a", "æ"),
)  # fmt: skip
# Written without a tie these are one sound here; in English they are two, as in cats.
_AFFRICATES: Table = (("ts", "ʦ"), ("dz", "ʣ"))
_MANDARIN: Table = (
    *_AFFRICATES,
    ("˧˥", "↗"), ("˨˩˦", "↓"), ("˨˩˧", "↓"), ("˨˩", "↓"), ("˥˩", "↘"), ("˥˥", "→"), ("˥", "→"),
)  # fmt: skip
_BY_LANGUAGE = {"en": _ENGLISH, "zh": _MANDARIN, "ja": _AFFRICATES, "it": _AFFRICATES}
_TONE_AFTER_NASAL = re.compile("([nŋ])([→↗↓↘])")

_TONE_MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_NUMBERED = re.compile(r"[a-zü:]+[0-5]")


def phonemes(reading: Reading, language: str, count: Callable[[str], int]) -> str:
    """A given pronunciation in the model's alphabet; InputError names the first symbol or syllable that it has none for.

    `language` is of the text around, `count` says how many tokens of the model phonemes make.
    """
    if reading.kind == "pinyin":
        return pinyin_phonemes(reading.value, reading.place)
    said = reading.value if reading.kind == "x-kokoro" else _from_ipa(reading.value, language)
    for symbol in said:
        if symbol != " " and count(symbol) != 1:
            what = f"{symbol!r} (U+{ord(symbol):04X}) in {shown(reading.value)}"
            raise InputError(INPUT_REFUSED, f"{reading.place}: this model has no sound for {what}")
    return said


def has_sound(value: str) -> bool:
    """Whether a pronunciation in any of `ALPHABETS` has a letter of its own, and not stress, length, tones and the like alone."""
    return any(char == "ᵊ" or unicodedata.category(char) in ("Lu", "Ll", "Lt", "Lo") for char in value)


def pinyin_phonemes(text: str, place: str) -> str:
    """The phonemes of one word in pinyin, its tones as digits (`chong2 qing4`) or as marks (`chóng qìng`)."""
    said = []
    for syllable in _syllables(text):
        sound = phonemes_of(syllable)
        if sound is None:
            accepted = "syllables with a tone, such as 'chong2 qing4' or 'chóng qìng', are accepted"
            raise InputError(
                INPUT_REFUSED,
                f"{place}: {syllable.rstrip('5')!r} in {shown(text)} is no syllable of pinyin; {accepted}",
            )
        said.append(sound)
    return "".join(said)


def shown(text: str) -> str:
    """A value as a message quotes it: not longer than a line."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _from_ipa(ipa: str, language: str) -> str:
    said = unicodedata.normalize("NFD", ipa).strip()
    for old, new in _EVERYWHERE + _BY_LANGUAGE.get(language, ()):
        said = said.replace(old, new)
    return _TONE_AFTER_NASAL.sub(r"\2\1", said)


def _syllables(text: str) -> list[str]:
    """Numbered syllables: `chong2`, a neutral tone as 5."""
    syllables: list[str] = []
    plain = unicodedata.normalize("NFC", text.lower()).replace("u:", "ü")
    for word in re.split(r"[\s'’·-]+", plain.strip()):
        numbered = _NUMBERED.findall(word)
        syllables += numbered if numbered and "".join(numbered) == word else [word]
    return [_numbered(syllable) for syllable in syllables if syllable]


def _numbered(syllable: str) -> str:
    if syllable[-1].isdigit():
        letters, tone = syllable[:-1], syllable[-1]
    else:
        marks = unicodedata.normalize("NFD", syllable)
        tone = next((_TONE_MARKS[c] for c in marks if c in _TONE_MARKS), "5")
        letters = unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONE_MARKS))
    return f"{letters.replace('ü', 'v')}{tone.replace('0', '5')}"
