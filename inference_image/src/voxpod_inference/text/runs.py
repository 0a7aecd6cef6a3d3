"""Which language each part of a text is in: script runs, with Han resolved by what stands around it.

Letters have a language; digits, punctuation and symbols take their neighbours'. Nothing is left out: the runs of a text
are contiguous and cover it.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from voxpod_inference.errors import LANGUAGE_NOT_SUPPORTED, InputError

SPOKEN = ("en", "ja", "zh")
"""Languages that the front end can read; a bundle may speak fewer."""

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3005-\u3007"
_KANA = r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HANGUL = r"\uac00-\ud7fb\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uffa1-\uffdc"
_LATIN = r"A-Za-z\uff21-\uff3a\uff41-\uff5a\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff"
# Characters of written Cantonese that Mandarin does not use; one of them makes the text Cantonese.
_CANTONESE = re.compile("[嘅喺冇咗啲哋嗰嚟佢冚乜]")
_STRONG = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<kana>[{_KANA}]+)|(?P<ko>[{_HANGUL}]+)|(?P<en>(?:[{_LATIN}]['’]?[\u0300-\u036f]*)+)"
)
_UNITS = frozenset(["km", "cm", "mm", "m", "kg", "mg", "g", "ml", "mL", "L", "kW", "kWh", "Hz", "h"])
"""Read in the language around them when they follow a figure: 100km is 一百公里."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_GLUED = re.compile(r"[-–.]?\d[\d.]*")


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text in one language; `start` and `end` are offsets in code points."""

    start: int
    end: int
    language: str


def language_runs(text: str, language: str, fallback: str) -> tuple[Run, ...]:
    """The runs of `text`, in order and without gaps.

    `language` is `auto` or one of SPOKEN and decides what Han is read as. `fallback` is for a text without any letter.
    InputError names the first part in a language that nobody here speaks.
    """
    marks: list[Run] = []
    for line in _LINE.finditer(text):
        found = [(m.start(), m.end(), m.lastgroup or "") for m in _STRONG.finditer(text, line.start(), line.end())]
        han = language if language in ("zh", "ja") else "ja" if any(kind == "kana" for *_, kind in found) else "zh"
        beside_han = any(kind == "han" for *_, kind in found)
        marks += (
            Run(a, b, {"han": han, "kana": "ja"}.get(kind, kind))
            for a, b, kind in found
            if not (beside_han and text[a:b] in _UNITS and text[:a].rstrip(" ")[-1:].isdecimal())
        )
    _refuse_unspoken(text, marks, auto=language == "auto")
    return tuple(_merged(_filled(text, marks, language if language in SPOKEN else fallback)))


def _refuse_unspoken(text: str, marks: list[Run], *, auto: bool) -> None:
    if auto and (cantonese := _CANTONESE.search(text)):
        raise _unspoken("yue", "Cantonese", text, cantonese.start())
    for mark in marks:
        if mark.language == "ko":
            raise _unspoken("ko", "Korean", text, mark.start)
    covered = {i for mark in marks for i in range(mark.start, mark.end)}
    for i, char in enumerate(text):
        if i not in covered and not char.isascii() and unicodedata.category(char) in ("Lu", "Ll", "Lo", "Lt", "Lm"):
            script = unicodedata.name(char, "unknown").split(" ")[0].capitalize()
            if script == "Greek" and not any("Ͱ" <= c <= "Ͽ" for c in text[max(0, i - 1) : i] + text[i + 1 : i + 2]):
                continue  # a lone π or μ is a symbol
            if script not in ("Mathematical", "Fullwidth", "Modifier", "Double-struck", "Script", "Black-letter"):
                raise _unspoken(None, script, text, i)


def _unspoken(code: str | None, name: str, text: str, start: int) -> InputError:
    span = text[start : start + 20].split("\n")[0]
    which = f"{name} ({code})" if code else f"a language written in {name} script"
    return InputError(
        LANGUAGE_NOT_SUPPORTED,
        f"characters {start} to {start + len(span)} of the text ({span!r}) are in {which}; "
        f"this model speaks {', '.join(SPOKEN)}",
    )


def _filled(text: str, marks: list[Run], fallback: str) -> Iterator[Run]:
    """The marks with the gaps between them given to a neighbour."""
    if not marks:
        yield Run(0, len(text), fallback)
        return
    yield Run(0, marks[0].start, marks[0].language)
    for mark, following in itertools.pairwise([*marks, Run(len(text), len(text), marks[-1].language)]):
        yield mark
        cut = _owner_changes_at(text, mark, following)
        yield Run(mark.end, cut, mark.language)
        yield Run(cut, following.start, following.language)


def _owner_changes_at(text: str, left: Run, right: Run) -> int:
    """Where a gap stops belonging to its left neighbour: numbers glued to a Latin word are its own, others are read in
    the Chinese or Japanese around them."""
    if left.language == right.language or "en" not in (left.language, right.language):
        return right.start
    gap = text[left.end : right.start]
    digit = re.search(r"\d", gap)
    if digit is None or left.language != "en":
        return right.start
    glued = _GLUED.match(gap)
    if glued:
        return left.end + glued.end()
    return left.end + digit.start()


def _merged(runs: Iterator[Run]) -> Iterator[Run]:
    current: Run | None = None
    for run in runs:
        if run.start == run.end:
            continue
        if current is not None and current.language == run.language:
            current = Run(current.start, run.end, run.language)
            continue
        if current is not None:
            yield current
        current = run
    if current is not None:
        yield current
