"""The Chinese word table of a Kokoro bundle: jieba's words and frequencies (MIT) with pypinyin's readings (MIT).

Computing the readings once, here, spares every sandbox the import of both libraries (0.8 s and 120 MB together).
"""

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_LONGEST_PHRASE = 8
_PHRASE_FREQUENCY = 3
_NOT_SIMPLIFIED = frozenset("瞭藉")


def chinese_entries(
    words: str, phrases: Mapping[str, Sequence[Sequence[str]]], characters: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Table rows: word to `log-probability pinyin pinyin ...`, a numbered pinyin (5 = neutral) for each character.

    `words` is jieba's dict.txt (`word frequency tag` a line), `phrases` and `characters` are pypinyin's dictionaries.
    """
    readings = {chr(int(code)): numbered(reading.split(",")[0]) for code, reading in characters.items()}
    frequencies: dict[str, int] = dict.fromkeys(phrases, _PHRASE_FREQUENCY) | dict.fromkeys(readings, 1)
    for line in words.splitlines():
        word, count, *_ = line.split(" ")
        if all(c in readings for c in word):
            frequencies[word] = max(1, int(count))
    total = math.log(sum(frequencies.values()))
    for word, frequency in frequencies.items():
        pinyin = list(_read(word, phrases, readings))
        if len(pinyin) == len(word):
            yield word, f"{math.log(frequency) - total:.2f} {' '.join(pinyin)}"


def simplified_entries(characters: str) -> Iterator[tuple[str, str]]:
    """Table rows: a traditional character to the simplified one that is read like it most often.

    `characters` is OpenCC's TSCharacters.txt: a traditional character, a tab, its simplified ones.
    """
    for line in characters.splitlines():
        traditional, _, simplified = line.partition("\t")
        if traditional not in _NOT_SIMPLIFIED and len(traditional) == 1 and simplified[:1] not in ("", traditional):
            yield traditional, simplified[0]


def numbered(pinyin: str) -> str:
    """`zhǎng` as `zhang3`, `lǜ` as `lv4`, `de` as `de5`."""
    tone, letters = "5", list[str]()
    for letter in unicodedata.normalize("NFD", pinyin):
        if letter in _TONES:
            tone = _TONES[letter]
        elif letter == "\u0308":
            letters[-1] = "v"
        else:
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters)) + tone


def _read(word: str, phrases: Mapping[str, Sequence[Sequence[str]]], readings: Mapping[str, str]) -> Iterator[str]:
    """The longest known phrases from left to right, single characters between them."""
    start = 0
    if word.startswith("第一"):  # an ordinal keeps its tone, whatever follows
        yield from ("di4", "yi1")
        start = 2
    while start < len(word):
        for end in range(min(len(word), start + _LONGEST_PHRASE), start + 1, -1):
            if (phrase := phrases.get(word[start:end])) is not None:
                yield from (numbered(syllable[0]) for syllable in phrase)
                break
        else:
            end = start + 1
            if word[start] in readings:
                yield readings[word[start]]
        start = end
