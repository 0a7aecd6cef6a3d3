"""Which language each part of a text is in: script runs, with Han and Latin resolved by request, markup and context.

Letters have a language; digits, punctuation and symbols take their neighbours'. Nothing is left out: the runs of a text
are contiguous and cover it.
"""

import bisect
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voxpod_inference.text.beside_figures import is_unit, known_to
from voxpod_inference.text.cantonese.markers import is_cantonese, is_mandarin
from voxpod_inference.text.chinese.markers import has_chinese_forms, is_chinese
from voxpod_inference.text.han_beside_kana import japanese_han
from voxpod_inference.text.languages import HAN, LATIN, UNKNOWN

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3005-\u3007"
_KANA = r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HANGUL = r"\uac00-\ud7fb\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uffa1-\uffdc"
_DEVANAGARI = r"\u0900-\u0963\u0966-\u096f\u0971-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff"
_LATIN = r"A-Za-z\uff21-\uff3a\uff41-\uff5a\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u02af\u1d00-\u1d22\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua787"
_STRONG = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<ja>[{_KANA}]+)|(?P<ko>[{_HANGUL}]+)|(?P<hi>[{_DEVANAGARI}]+)"
    rf"|(?P<latin>(?:[{_LATIN}]['’]?[\u0300-\u036f]*)+)|(?P<other>[^\W\d_])"
)
_ORDINAL_ENDS = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z])", re.I)
_WITH_UNITS = ("han", "ja", "ko", "hi")
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_SHORT_NAME = re.compile(r"(?<![A-Za-z])[A-Z]{1,2}\Z")
"""G20, B12, CA1831 have Chinese figures in Chinese."""
_COUNTED = re.compile("\\d{1,4}(?:便|号|番|列車|系|편|호|번|열차|노선)")
"""NH123便: the figure belongs to what counts it."""
_GLUED = re.compile(r"[-–.]?\d[\d.]*")


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text in one language; `start` and `end` are offsets in code points."""

    start: int
    end: int
    language: str
    """A language of `languages.KNOWN`, or `und-` with the name of a script that none of these is written in."""


@dataclass(frozen=True, slots=True)
class _Region:
    """A part of a text in which one language is asked for (`auto`: none)."""

    start: int
    end: int
    language: str
    explicit: bool


@dataclass(frozen=True, slots=True)
class _Mark:
    """Letters of one script, not yet resolved."""

    start: int
    end: int
    script: str


def language_runs(text: str, language: str, fallback: str, spans: Sequence[Run] = ()) -> tuple[Run, ...]:
    """The runs of `text`, in order and without gaps.

    `language` is `auto` or what Han and Latin letters are read as, where they can be; `fallback` (the voice's language) decides
    what nothing else does. In each of `spans` (ascending, apart) its own language stands for `language` and for `fallback`.
    """
    regions = list(_regions(len(text), language, spans))
    starts = [region.start for region in regions]
    resolved: list[list[Run]] = [[] for _ in regions]
    cantonese = is_cantonese(text)
    for line in _LINE.finditer(text):
        first, last = bisect.bisect_right(starts, line.start()) - 1, bisect.bisect_left(starts, line.end())
        here = [
            (r, _marks(text, max(line.start(), r.start), min(line.end(), r.end), r.language))
            for r in regions[first:last]
        ]
        unasked = _HanRule(
            text, [m for region, marks in here if not region.explicit for m in marks], fallback, cantonese
        )
        for at, (region, marks) in enumerate(here, first):
            rule = _HanRule(text, marks, fallback, cantonese) if region.explicit else unasked
            resolved[at] += _resolved(text, marks, region.language, fallback, rule)
    return tuple(_merged(_all_filled(text, regions, resolved, fallback if language == "auto" else language)))


def letter_of(text: str) -> str:
    """The first letter of a text that tells a language; empty without one."""
    return next((m.group()[0] for m in _STRONG.finditer(text) if m.lastgroup != "other"), "")


def _regions(length: int, language: str, spans: Sequence[Run]) -> Iterator[_Region]:
    at = 0
    for span in spans:
        if at < span.start:
            yield _Region(at, span.start, language, explicit=False)
        yield _Region(span.start, span.end, span.language, explicit=True)
        at = span.end
    if at < length or not spans:
        yield _Region(at, length, language, explicit=False)


def _marks(text: str, start: int, end: int, language: str) -> list[_Mark]:
    """The letters of a stretch of one line; units that follow a figure are none beside letters that are not
    Latin, nor where one of their languages is asked for."""
    marks = [_Mark(m.start(), m.end(), m.lastgroup or "") for m in _STRONG.finditer(text, start, end)]
    scripts = {mark.script for mark in marks} | {"han" if language in HAN else language}
    known = None if scripts.isdisjoint(_WITH_UNITS) else known_to(scripts)
    return [
        mark
        for mark in marks
        if not (known and is_unit(text, mark.start, mark.end, known))
        and not (mark.script == "other" and _is_symbol(text, mark.start))
    ]


def _is_symbol(text: str, at: int) -> bool:
    """Whether a letter of another script is none really: ℓ, ⁿ, 𝐱, or a lone π."""
    char = text[at]
    if not unicodedata.category(char).startswith("L") or unicodedata.category(char) == "Lm":
        return True
    if unicodedata.normalize("NFKC", char).isascii() or unicodedata.name(char, "").startswith("MATHEMATICAL"):
        return True
    beside = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return ("Ͱ" <= char <= "Ͽ" or char == "µ") and not any("Ͱ" <= c <= "Ͽ" for c in beside)


class _HanRule:
    """What Han is read as in one line, when nobody says it."""

    def __init__(self, text: str, marks: list[_Mark], fallback: str, cantonese: bool) -> None:
        letters = [(m.start, m.end, m.script == "ja") for m in marks if m.script in ("han", "ja")]
        has_kana = any(kana for _, _, kana in letters)
        self._japanese = japanese_han(text, letters) if has_kana else frozenset()
        if is_cantonese(line := _line_of(text, marks)) or (cantonese and not is_mandarin(line)):
            self._otherwise = "yue"
        elif fallback in ("zh", "yue"):
            self._otherwise = fallback
        else:
            rows = [text[start:end] for start, end, _ in letters]
            told = has_kana or any(is_chinese(row) or has_chinese_forms(row) for row in rows)
            self._otherwise = "ja" if fallback == "ja" and not told else "zh"

    def language(self, mark: _Mark) -> str:
        """Japanese beside kana, unless it is Chinese that stands by itself."""
        return "ja" if mark.start in self._japanese else self._otherwise


def _line_of(text: str, marks: list[_Mark]) -> str:
    return text[marks[0].start : marks[-1].end] if marks else ""


def _resolved(text: str, marks: list[_Mark], language: str, fallback: str, han: _HanRule) -> Iterator[Run]:
    latin = next((known for known in (language, fallback) if known in LATIN), "en")
    for mark in marks:
        if mark.script == "han":
            yield Run(mark.start, mark.end, language if language in HAN else han.language(mark))
        elif mark.script == "other":
            script = unicodedata.name(text[mark.start], "unknown").split(" ")[0].capitalize()
            yield Run(mark.start, mark.end, UNKNOWN + script)
        else:
            yield Run(mark.start, mark.end, latin if mark.script == "latin" else mark.script)


def _all_filled(text: str, regions: list[_Region], marks: list[list[Run]], default: str) -> Iterator[Run]:
    """The runs of each region; one without letters is in its own language, or else in that of what stands before or after it."""
    before = next((run.language for runs in marks for run in runs), default)
    for region, found in zip(regions, marks, strict=True):
        alone = region.language if region.explicit else before
        yield from _filled(text, region, found, alone)
        before = found[-1].language if found else alone


def _filled(text: str, region: _Region, marks: list[Run], alone: str) -> Iterator[Run]:
    """The marks of a region with the gaps between them given to a neighbour."""
    if not marks:
        yield Run(region.start, region.end, alone)
        return
    yield Run(region.start, marks[0].start, marks[0].language)
    for mark, following in itertools.pairwise([*marks, Run(region.end, region.end, marks[-1].language)]):
        yield mark
        cut = _owner_changes_at(text, mark, following)
        yield Run(mark.end, cut, mark.language)
        yield Run(cut, following.start, following.language)


def _owner_changes_at(text: str, left: Run, right: Run) -> int:
    """Where a gap stops belonging to its left neighbour: numbers glued to a Latin word are its own, others are read in
    the Chinese, Japanese, Korean or Hindi around them."""
    if left.language == right.language:
        return right.start
    if left.language not in LATIN:
        ordinal = right.language in LATIN and _ORDINAL_ENDS.match(text, right.start)
        return right.start - _digits_before(text, left.end, right.start) if ordinal else right.start
    gap = text[left.end : right.start]
    digit = re.search(r"(?:[<>＜＞]\s*)?\d", gap)
    if digit is None:
        return right.start
    glued = _GLUED.match(gap)
    if glued and right.language in ("zh", "yue") and gap[0].isdecimal() and _SHORT_NAME.search(text[: left.end][-4:]):
        return left.end
    if glued and right.language in ("ja", "ko") and gap[0].isdecimal() and _COUNTED.match(text, left.end):
        return left.end
    if glued:
        return left.end + glued.end()
    return left.end + digit.start()


def _digits_before(text: str, start: int, end: int) -> int:
    """How many figures end a stretch: of `7th` one, which is English with its ending."""
    return end - start - len(text[start:end].rstrip("0123456789"))


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
