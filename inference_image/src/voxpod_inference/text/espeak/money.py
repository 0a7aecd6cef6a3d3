"""Amounts of money."""

import re
from collections.abc import Iterable

from voxpod_inference.text.espeak.figures import NUMBER, gender_of, is_one, parts, said
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule


def money(tables: Tables) -> Iterable[Rule]:
    """An amount with the sign or code of its currency on either side, with millions and hundredths, and per what it is: `2 €/kg`."""
    signs = _alternatives(tables.currencies)
    short = _alternatives(tables.magnitudes) or "(?!)"
    large = rf"(?:\s?(?P<short>{short})(?!\w)|\s(?P<large>{tables.millions})(?!\w))?"
    unit = (
        rf"(?:\s?/\s?(?P<unit>{_alternatives(tables.units)})(?!\w)|/(?P<word>[^\W\d_](?:[^\W\d_]|[\u0900-\u0963])+))?"
    )

    def told(match: re.Match[str]) -> str:
        one, several, small = tables.currencies[re.sub("[\u00a0\u202f]", " ", match["sign"])]
        of = tables.units[match["unit"]][0] if match["unit"] else match["word"]
        per = f" {tables.per} {of}" if of else ""
        number, short, large = match["number"], match["short"], match["large"]
        if short or large:
            single, plural = tables.magnitudes[short] if short else (large, large)
            whole, _, decimals = parts(number, tables.decimal_mark)
            if single in _THOUSAND and not decimals:
                return _amount(f"{whole}000", one, several, small, tables) + per
            name = single if is_one(number, tables) else plural
            return f"{said(number, tables, 'm')} {name} {_of(several, name, tables)}{per}"
        return _amount(number, one, several, small, tables) + per

    yield re.compile(rf"(?<!\w)(?P<sign>{signs})\s?(?P<number>{NUMBER}){large}{unit}"), told
    glued = rf"(?:\s?(?P<short>{short})|\s(?P<large>{tables.millions}))?"
    yield re.compile(rf"(?<![\w.,])(?P<number>{NUMBER}){glued}\s?(?P<sign>{signs})(?!\w){unit}"), told


_THOUSAND = ("mil", "mille", "mila")


def _amount(number: str, one: str, several: str, small: str, tables: Tables) -> str:
    whole, _, cents = parts(number, tables.decimal_mark)
    words = said(whole, tables, gender_of(several, tables))
    unit = one if whole == "1" else several
    if not cents or (small and cents == "00"):
        return f"{words} {unit}"
    if not small or len(cents) != 2:
        return f"{said(number, tables)} {unit}"
    if whole == "0":
        return f"{said(str(int(cents)), tables, 'm')} {small}"
    return tables.money.format(whole=words, unit=unit, cents=said(str(int(cents)), tables), small=small).strip()


def _of(several: str, name: str, tables: Tables) -> str:
    """`millones de euros`, `millions d'euros`; `mil euros`."""
    if name in _THOUSAND or not tables.of:
        return several
    return (
        tables.of_before_vowel + several
        if tables.of_before_vowel and several[0] in "aeiou"
        else f"{tables.of} {several}"
    )


def _alternatives(table: Iterable[str]) -> str:
    return "|".join(re.escape(sign).replace(r"\ ", r"\s") for sign in sorted(table, key=len, reverse=True))
