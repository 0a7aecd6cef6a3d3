"""The Cantonese word table: the words and readings of ToJyutping (BSD-2-Clause), as a table that opens at once.

The library parses them for 0.6 s at every import; a bundle that speaks Cantonese has them as `yue.tsv` instead.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from voxpod_inference.packages import Package, Progress, download, from_wheel
from voxpod_inference.tables import write_table

TABLE = "yue.tsv"
PACKAGE = Package("pypi", "ToJyutping", "3.2.0", "af7fe10095a3ce91b5cf2bcd7e7c62002407f432c3083562f725ddc140c6fd7e")

# The order in which ToJyutping's trie.txt numbers its syllables: 20 initials, 67 finals, 6 tones.
_INITIALS = ("", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "ng", "gw", "kw", "w", "h", "z", "c", "s", "j")
_FINALS = (
    *(nucleus + coda for nucleus in ("aa", "a", "e", "i", "o", "u") for coda in ("", "i", "u", "m", "n", "ng", "p", "t", "k")),
    *("oe", "oen", "oeng", "oet", "oek", "eoi", "eon", "eot", "yu", "yun", "yut", "m", "ng"),
)  # fmt: skip
_TONES = 6


def fetch_cantonese(path: Path, progress: Progress) -> None:
    """Write the table to `path`, out of the pinned package; FetchError when that cannot be had."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = download(PACKAGE, Path(scratch), progress)
        write_table(path, cantonese_entries(from_wheel(wheel, "ToJyutping/trie.txt").decode()))


def cantonese_entries(trie: str) -> Iterator[tuple[str, str]]:
    """Table rows: word to its first reading, a jyutping syllable for each character, two for the few that have two (`卅` saa1-aa6).

    `trie` is ToJyutping's trie.txt: characters lead to a node, two ASCII characters are a syllable (`~` joins those of one
    character), braces hold the words that go on from it. ValueError where it is something else.
    """
    words: list[str] = [""]
    at = 1
    while words:
        word = words[-1]
        while (char := _at(trie, at)) not in "{}" and ord(char) >= 256:
            word, at = word + char, at + 1
        first, at = _readings(trie, at, len(word))
        if first:
            yield word, " ".join(first)
        if (char := _at(trie, at)) == "{":
            words.append(word)
        elif char == "}":
            words.pop()
        elif ord(char) < 256:
            raise ValueError(f"character {at} of the trie is {char!r}: not ToJyutping 3.2's format")
        at += char in "{}"


def _readings(trie: str, at: int, length: int) -> tuple[list[str], int]:
    """The first of a node's readings, and where what follows begins."""
    first: list[str] = []
    while ord(_at(trie, at)) < ord("{"):
        reading, joined = [""] * length, ""
        for place in range(length):
            while True:
                joined += ("-" if joined else "") + _syllable(_at(trie, at) + _at(trie, at + 1))
                at += 2
                if _at(trie, at) != "~":
                    break
                at += 1
            reading[place], joined = joined, ""
        first = first or reading
    return first, at


def _at(trie: str, at: int) -> str:
    if at >= len(trie):
        raise ValueError("the trie ends before its last brace")
    return trie[at]


def _syllable(code: str) -> str:
    number = (ord(code[0]) - 33) * 90 + ord(code[1]) - 33
    initial, rest = divmod(number, len(_FINALS) * _TONES)
    final, tone = divmod(rest, _TONES)
    if not 0 <= initial < len(_INITIALS):
        raise ValueError(f"{code!r} is no syllable of ToJyutping 3.2's trie")
    return f"{_INITIALS[initial]}{_FINALS[final]}{tone + 1}"
