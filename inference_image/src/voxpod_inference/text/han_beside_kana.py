"""Which Han of a line with kana is Japanese, and which is Chinese beside it: 你好！こんにちは！"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from voxpod_inference.text.chinese.markers import has_chinese_forms, is_chinese

_SIGNS = re.compile(
    r"(?P<open>[「『（(《〈【［\[“])|(?P<close>[」』）)》〉】］\]”])"
    r"|(?P<sentence>[。．｡！!？?…]|\.(?=\s|\Z))|(?P<clause>[、，､,；;：:—–―/|\"\s])"
)
_DEEPEST = 8
"""Brackets in brackets that are told apart; bounds what a text of nothing but brackets costs."""

Letters = tuple[int, int, bool]
"""Start and end of a row of Han or kana in the text, and whether it is kana."""


@dataclass(slots=True, eq=False)
class _Scope:
    """A clause, the sentence that it is in, or all that stands between the same brackets."""

    outer: "_Scope | None"
    kana: int = 0
    chinese: int = 0
    """Characters of each."""


def japanese_han(text: str, rows: Iterable[Letters]) -> frozenset[int]:
    """Starts of the rows of Han that are Japanese, in a line that has kana; `rows` ascend.

    Han that touches kana is Japanese unless it has Chinese words. Other Han is what most of its clause is in, where that tells;
    else of its sentence, of what stands between the same brackets, and of what is around those.
    """
    placed = list(_placed(text, rows))
    touched = {at for (start, end, kana), _ in placed if kana for at in (start, end)}
    loose: list[tuple[int, _Scope]] = []
    japanese: list[int] = []
    for (start, end, kana), scopes in placed:
        row, touches = text[start:end], start in touched or end in touched
        if kana:
            for scope in scopes:
                scope.kana += end - start
        elif touches and not is_chinese(row):
            japanese.append(start)
        elif not touches:
            loose.append((start, scopes[0]))
            # a name in simplified characters does not make its clause Chinese, but a sentence of nothing else is
            told = scopes if is_chinese(row) else scopes[1:] if has_chinese_forms(row) else ()
            for scope in told:
                scope.chinese += end - start
    return frozenset(japanese + [start for start, clause in loose if _is_japanese(clause)])


def _placed(text: str, rows: Iterable[Letters]) -> Iterator[tuple[Letters, tuple[_Scope, _Scope, _Scope]]]:
    """Each row with its clause, its sentence and what stands between the same brackets."""
    clause, sentence, between = _opened(None)
    around: list[tuple[_Scope, _Scope, _Scope]] = []
    at = 0
    for row in rows:
        for sign in _SIGNS.finditer(text, at or row[0], row[0]):
            if sign["open"] and len(around) < _DEEPEST:
                around.append((clause, sentence, between))
                clause, sentence, between = _opened(clause)
            elif sign["close"] and around:
                clause, sentence, between = around.pop()
            elif sign["sentence"]:
                sentence = _Scope(between)
                clause = _Scope(sentence)
            else:
                clause = _Scope(sentence)
        at = row[1]
        yield row, (clause, sentence, between)


def _opened(outer: _Scope | None) -> tuple[_Scope, _Scope, _Scope]:
    between = _Scope(outer)
    sentence = _Scope(between)
    return _Scope(sentence), sentence, between


def _is_japanese(clause: _Scope) -> bool:
    scope: _Scope | None = clause
    while scope is not None:
        if scope.kana or scope.chinese:
            return scope.kana > scope.chinese
        scope = scope.outer
    return True
