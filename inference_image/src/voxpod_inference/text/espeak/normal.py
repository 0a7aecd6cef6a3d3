"""Text of espeak-ng's languages as it is read aloud: addresses, abbreviations, dates, times, money, figures, signs.

A list of rules, made of a language's tables and applied in order; each turns one written form into words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from voxpod_inference.text.espeak.numbers import agreed, figure, french_ordinal, roman
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.signs import read_signs
from voxpod_inference.text.traced import Traced

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_SPECIAL = {
    "ß": "ss",
    "ł": "l",
    "Ł": "L",
    "ø": "o",
    "Ø": "O",
    "đ": "d",
    "Đ": "D",
    "ı": "i",
    "þ": "th",
    "ð": "d",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
}
_ADDRESS = re.compile(
    r"\b((?:https?://|www\.)[^\s,;)>\"»]*[^\s,;)>\"».!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|es|fr|it|br|pt|in|eu)\b(?:/[^\s,;)>\"».!?]*)?)"
)
_NUMBER = r"\d+(?:[.,\u00a0\u202f\u2009]\d+)*"
_FRENCH_NUMBER = r"\d{1,3}(?:[ .\u00a0\u202f\u2009]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)*"
_NUMERAL = "[IVXLCDM]+"


class ReadAloud:
    """Reads the text of one language aloud, in words that espeak-ng pronounces well."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._number = _FRENCH_NUMBER if tables.spaced_thousands else _NUMBER
        kinds = (
            self._addresses,
            self._abbreviations,
            self._dates,
            self._times,
            self._money,
            self._units,
            self._ordinals,
            self._figures,
            self._symbols,
        )
        self._rules: list[Rule] = [rule for kind in kinds for rule in kind()]

    def __call__(self, text: Traced) -> Traced:
        """`text` with words for its figures and signs; what has no rule stays as it is."""
        text = text.sub(re.compile(r"[A-Za-z][\u0300-\u036f]+"), lambda m: unicodedata.normalize("NFC", m.group()))
        text = read_signs(text, self._tables.voice[:2]).each(self._plain)
        for pattern, replacement in self._rules:
            text = text.sub(pattern, replacement)
        return text

    def _plain(self, char: str) -> str:
        """A character in the language's own letters, and digits of any script as 0 to 9."""
        if char.isascii() or char.lower() in self._tables.letters:
            return char
        if char.isdecimal():
            return str(unicodedata.decimal(char))
        if char in "\u200c\u200d\u00ad":
            return ""
        if (
            not char.isalpha()
            or not unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN"))
            or char in "ªº"
        ):
            return unicodedata.normalize("NFKC", char) if unicodedata.east_asian_width(char) == "F" else char
        plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        return _SPECIAL.get(char, plain)

    def _addresses(self) -> Iterable[Rule]:
        def said(match: re.Match[str]) -> str:
            address = re.sub(r"^https?://", "", match[1]).rstrip("/")
            return re.sub(r"[^\w]|_", lambda m: f" {self._tables.addresses.get(m.group(), '')} ", address)

        yield _ADDRESS, said

    def _abbreviations(self) -> Iterable[Rule]:
        for written, said in sorted(self._tables.abbreviations.items(), key=lambda entry: -len(entry[0])):
            # A full stop that also ends the text stays: the voice falls.
            pattern = re.escape(written).replace(r"\ ", r"\s?")
            yield re.compile(rf"(?<![\w.]){pattern}(?=\s*\Z)"), said + ("." if written.endswith(".") else "")
            yield re.compile(rf"(?<![\w.]){pattern}(?!\w)"), said

    def _dates(self) -> Iterable[Rule]:
        def said(year: str, month: str, day: str, written: str) -> str:
            if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
                return written
            name = self._tables.months[int(month) - 1]
            return self._tables.date.format(
                day=self._tables.first if int(day) == 1 else int(day), month=name, year=year
            )

        yield (
            re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?![\d/-])"),
            lambda m: said(m[4], m[3], m[1], m.group()),
        )
        yield re.compile(r"(?<![\d/.-])(\d{4})-(\d{2})-(\d{2})(?![\d/-])"), lambda m: said(m[1], m[2], m[3], m.group())

    def _times(self) -> Iterable[Rule]:
        tables = self._tables
        before = r"(?<![\d.,:])"

        def said(hours: str, minutes: str) -> str:
            hour = agreed(int(hours), feminine=True, tables=tables)
            form = tables.time if int(minutes) else tables.full_hour
            zero = "" if int(minutes) > 9 or tables.voice == "hi" else "0 "
            made = form.format(hour=hour, minute=f"{zero}{int(minutes)}")
            return re.sub(r"^(une|uma|una) (heures|horas)", lambda m: f"{m[1]} {m[2][:-1]}", made)

        after = r"(?:\s*(?:h|hs|hrs|heures|बजे)(?!\w))?"
        yield (
            re.compile(rf"{before}([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d:]){after}"),
            lambda m: said(m[1], m[2]),
        )
        yield re.compile(rf"{before}([01]?\d|2[0-4])\s?h\s?([0-5]\d)(?!\w)"), lambda m: said(m[1], m[2])
        if tables.voice in ("fr-fr", "pt-br"):
            yield re.compile(rf"{before}([01]?\d|2[0-4])\s?h(?!\w)"), lambda m: said(m[1], "0")
        if tables.voice == "it":
            yield (
                re.compile(r"\b((?:[Aa]ll|[Dd]all|[Oo]r|[Ll])e )([01]?\d|2[0-4])\.([0-5]\d)(?!\.?\d)"),
                lambda m: m[1] + said(m[2], m[3]),
            )

    def _money(self) -> Iterable[Rule]:
        tables = self._tables
        signs = "|".join(re.escape(sign) for sign in sorted(tables.currencies, key=len, reverse=True))
        large = rf"(?:\s(?P<large>{tables.millions})(?!\w))?"

        def said(match: re.Match[str]) -> str:
            one, several, small = tables.currencies[match["sign"]]
            number, large = figure(match["number"], tables), match["large"]
            whole, _, cents = number.partition(f" {tables.decimal} ")
            if large:
                between = "d'" if tables.voice == "fr-fr" and several[0] in "aeiou" else f"{tables.of} ".lstrip()
                return f"{number} {large} {between}{several}"
            unit = one if whole == "1" else several
            cents = cents.replace(" ", "")
            if not small or len(cents) != 2:
                return f"{number} {unit}"
            if not int(cents):
                return f"{whole} {unit}"
            return tables.money.format(whole=whole, unit=unit, cents=int(cents), small=small).strip()

        yield re.compile(rf"(?<!\w)(?P<sign>{signs})\s?(?P<number>{self._number}){large}"), said
        yield re.compile(rf"(?<![\w.,])(?P<number>{self._number}){large}\s?(?P<sign>{signs})(?!\w)"), said

    def _units(self) -> Iterable[Rule]:
        tables = self._tables
        names = "|".join(re.escape(unit) for unit in sorted(tables.units, key=len, reverse=True))
        number = rf"(?<![\w.,])({self._number})"

        def said(match: re.Match[str]) -> str:
            one, several = tables.units[match[2]]
            return f"{match[1]} {one if match[1] == '1' else several}"

        yield re.compile(rf"(?<![\w.,])[-−](?={self._number})"), f"{tables.minus} "
        yield (
            re.compile(r"(?<!\d)\d{5}-\d{4}(?!\d)"),
            lambda m: ", ".join(" ".join(group) for group in m.group().split("-")),
        )
        yield re.compile(r"(?<![\w/.,])(\d{1,4})/(\d{1,4})(?![\w/])"), self._fraction
        yield re.compile(rf"{number}\s?[-–]\s?(?=\d)(?!\d+[-–])"), lambda m: f"{m[1]} {tables.to} "
        yield re.compile(rf"{number}\s?({names})(?!\w)"), said

    def _fraction(self, match: re.Match[str]) -> str:
        sign = {"1/2": "½", "1/4": "¼", "3/4": "¾"}.get(match.group(), "")
        return self._tables.symbols.get(sign) or f"{match[1]} {self._tables.over} {match[2]}"

    def _ordinals(self) -> Iterable[Rule]:
        tables = self._tables
        if tables.voice == "hi":
            return
        if tables.voice == "fr-fr":
            yield (
                re.compile(r"(?<!\w)(\d{1,4})(?:(e|è|ème|ième|er)|(re|ère|nde))s?(?!\w)"),
                lambda m: french_ordinal(int(m[1]), bool(m[3])),
            )
            # not Le, De, Ce, Me, Ver
            century = re.compile(r"(?<!\w)((?:[IVX]+|[CDLM][IVXLCDM]+)(?=e|è)|I(?=er|re))(e|ème|er|re)(?!\w)")
            yield century, lambda m: french_ordinal(value, m[2] == "re") if (value := roman(m[1])) else m.group()
        yield re.compile(r"(?<!\w)(\d+)\.([ºª])"), r"\1\2"
        # A numeral of two letters and more, or one after a capitalised name: `Felipe VI`, `Pedro I`, `capítulo XII`.
        numeral = re.compile(
            rf"(?<!\w)(?:(?<=[a-zà-ÿ] )([IVX]{{2,}}|[XLCDM]{{2,}}[IVX]+)|(?<=[a-zà-ÿ] )({_NUMERAL[:-1]}{{2,}})|(?<=[a-zà-ÿ] )([{'VX' if tables.voice == 'it' else 'IVX'}]))(?!\w)"
        )
        yield numeral, lambda m: self._roman(m.group())

    def _roman(self, numeral: str) -> str:
        value = roman(numeral)
        if value is None or value > 100:
            return numeral
        if self._tables.voice == "it" and value > len(self._tables.kings):
            return numeral  # espeak-ng reads these as the ordinals that Italian has there
        if value <= len(self._tables.kings):
            return self._tables.kings[value - 1]
        return "premier" if value == 1 else str(value)

    def _figures(self) -> Iterable[Rule]:
        tables = self._tables
        yield re.compile(r"(?<![\w.,])\d+(?:\.\d+){2,}(?![\w.])"), self._version
        yield re.compile(rf"(?<!\w)(?:{self._number})"), lambda m: figure(m.group(), tables)

        def counted(match: re.Match[str]) -> str:
            feminine = re.fullmatch(tables.feminine, match[2]) is not None
            return agreed(int(match[1]), feminine, tables)

        not_a_noun = r"(?!(?:de|del|y|e|et|o|ou|a|à|al|da|do|por|pour|per|en|em|es|est|menos|coma|virgule|virgola|vírgula|com|con|horas? y)\b)"
        yield (
            re.compile(rf"(?<![\w,.])(?<!{re.escape(tables.decimal)} )(\d{{1,15}})(?= {not_a_noun}([^\W\d_]+))"),
            counted,
        )

    def _version(self, match: re.Match[str]) -> str:
        """`1.2.3` with the dots said; groups of three digits are thousands instead."""
        groups = match.group().split(".")
        if all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3 and self._tables.decimal_mark == ",":
            return figure(match.group(), self._tables)
        return f" {self._tables.addresses['.']} ".join(groups)

    def _symbols(self) -> Iterable[Rule]:
        symbols = self._tables.symbols
        yield re.compile("|".join(re.escape(symbol) for symbol in symbols)), lambda m: f" {symbols[m.group()]} "
