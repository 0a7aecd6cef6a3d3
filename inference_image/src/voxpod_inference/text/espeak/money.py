"""Amounts of money."""

import re
from collections.abc import Iterable, Mapping

from voxpod_inference.text.espeak.figures import NUMBER, counted_of, gender_of, is_one, is_round, parts, said
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule


def money(tables: Tables) -> Iterable[Rule]:
    """An amount with the sign or code of its currency on either side, with millions and hundredths, and per what it is: `2 €/kg`."""
    currencies = _either_case(tables.currencies)
    signs = _alternatives(currencies)
    short = _alternatives(tables.magnitudes) or "(?!)"
    large = rf"(?:\s?(?P<short>{short})(?!\w)|\s(?P<large>{tables.millions})(?!\w))?"
    unit = (
        rf"(?:\s?/\s?(?P<unit>{_alternatives(tables.units)})(?!\w)|/(?P<word>[^\W\d_](?:[^\W\d_]|[\u0900-\u0963])+))?"
    )

    def told(match: re.Match[str]) -> str:
        one, several, small = currencies[re.sub("[\u00a0\u202f]", " ", match["sign"])]
        of = tables.units[match["unit"]][0] if match["unit"] else match["word"]
        per = f" {tables.per} {of}" if of else ""
        number, short, large = match["number"], match["short"], match["large"]
        if short or large:
            single, plural = tables.magnitudes[short] if short else (large, large)
            whole, _, decimals = parts(number, tables.decimal_mark)
            if single in _THOUSAND and not decimals:
                return _amount(f"{whole}000", one, several, small, tables) + per
            name = single if is_one(number, tables) else plural
            return f"{said(number, tables, 'm')} {name} {several if name in _THOUSAND else counted_of(several, tables)}{per}"
        return _amount(number, one, several, small, tables) + per

    yield re.compile(rf"(?<!\w)(?P<sign>{signs})\s?(?P<number>{NUMBER}){large}{unit}"), told
    glued = rf"(?:\s?(?P<short>{short})|\s(?P<large>{tables.millions}))?"
    yield re.compile(rf"(?<![\w.,])(?P<number>{NUMBER}){glued}\s?(?P<sign>{signs})(?!\w){unit}"), told


_THOUSAND = ("mil", "mille", "mila")


def _amount(number: str, one: str, several: str, small: str, tables: Tables) -> str:
    whole, _, cents = parts(number, tables.decimal_mark)
    cents += "0" * (len(cents) == 1)  # 4,5 € is four fifty
    words = said(whole, tables, gender_of(several, tables))
    unit = one if whole == "1" else counted_of(several, tables) if is_round(whole) else several
    if not cents or (small and cents == "00"):
        return f"{words} {unit}"
    if not small or len(cents) != 2:
        return f"{said(number, tables)} {unit}"
    small = _singular(small) if int(cents) == 1 else small
    hundredths = said(str(int(cents)), tables, "m")
    if whole == "0":
        return f"{hundredths} {small}"
    if int(cents) < 10 and "{small}" not in tables.money:
        hundredths = f"{hundredths} {small}"
    return tables.money.format(whole=words, unit=unit, cents=hundredths, small=small).strip()


def _singular(small: str) -> str:
    if small.endswith("chi"):
        return small.removesuffix("hi") + "o"
    return small[:-1] + {"i": "o", "े": "ा"}.get(small[-1], "")


def _either_case(table: Mapping[str, tuple[str, str, str]]) -> dict[str, tuple[str, str, str]]:
    """The table with its codes in lower case too: `usd`, `us$`."""
    return {
        sign.lower(): names
        for sign, names in table.items()
        if (len(sign) > 2 and sign[:2].isupper()) or sign[1:] == "$"
    } | dict(table)


def _alternatives(table: Iterable[str]) -> str:
    return "|".join(re.escape(sign).replace(r"\ ", r"\s") for sign in sorted(table, key=len, reverse=True))
