"""What espeak-ng has to be told about a language before it reads it: how its figures, dates, money and signs are said.

Each language fills this in its own package, a line for a unit or an abbreviation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from voxpod_inference.text.espeak.grammar import Gender
from voxpod_inference.text.traced import Rule


class Numbers(Protocol):
    """The numbers of a language in words: its module `numbers`."""

    def cardinal(self, number: int, gender: Gender = "", /) -> str:
        """A number from 0 to 10**15 (10**24 in Spanish), as it is said before a noun of that gender."""
        ...

    def ordinal(self, number: int, gender: Gender = "m", /) -> str:
        """`tercera`."""
        ...

    def fraction(self, count: int, of: int, /) -> str:
        """`dos tercios`; nothing where it has no usual name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """One language, as this front end and espeak-ng need to know it."""

    voice: str
    """espeak-ng's name of the voice; those that Kokoro's voices were trained with."""
    letters: str
    """Letters with marks that the language itself uses; the marks of others (ł, ø, ö) are taken off."""
    numbers: Numbers
    year: Callable[[int], str]
    """A year of a date."""
    decimal_mark: str
    """How decimals are written, `,` or `.`; the other one groups thousands."""
    comma: str
    """How a decimal comma is said."""
    point: str
    """How a decimal point is said."""
    most_digits: int = 15
    """Longer numbers are said figure by figure."""
    most_grouped: int = 15
    """The same of numbers whose thousands are grouped."""
    decimals_one_by_one: bool = False
    """Whether `0,25` is zero comma two five."""
    decimals_agree: bool = False
    """Whether numbers with decimals agree with their noun: `uno coma un millones`, `una coma cinco horas`."""
    minus: str
    to: str
    """Between the ends of a range of figures."""
    per: str
    """Between a measure and what it is for one of: `€/kg`."""
    plus: str
    months: Sequence[str]
    short_months: Sequence[str] = ()
    """Regular expressions of the months' abbreviations, in order, without the full stop."""
    date: str
    """A date, with {day}, {month} and {year}."""
    first: str
    """The first day of a month."""
    before_date: str
    """Regular expression of the words after which two figures with a slash are a date."""
    time: str
    """A time of day, with {hour} and {minute}."""
    full_hour: str
    written_hours: str
    """Regular expression of what stands for hours behind a time: `h`, `Uhr`."""
    before_time: str = r"(?!)"
    """Regular expression of the words after which `8.30` is a time."""
    seconds: str
    """A time with its seconds, with {time} and {seconds}."""
    zero_minutes: bool = True
    """Whether `9:05` is nine zero five."""
    quarters: Mapping[int, str]
    """Minutes with a name of their own, as behind the hours up to twelve: `y media`."""
    day_parts: Callable[[str, int], str] | None = None
    """What `AM` or `PM` is behind an hour; None where espeak-ng's letters do."""
    money: str
    """Money with its smaller unit, with {whole}, {unit}, {small} and {cents}."""
    of: str
    """Between a million and what there are so many of."""
    of_before_vowel: str = ""
    millions: str
    """Regular expression of the words for large numbers that stand between a figure and its currency."""
    magnitudes: Mapping[str, tuple[str, str]]
    """Abbreviations of large numbers beside a currency, to one and several: `M€`, `mln`."""
    currencies: Mapping[str, tuple[str, str, str]]
    """Sign or code to one, several, and its hundredths."""
    units: Mapping[str, tuple[str, str]]
    """Abbreviation to one and several."""
    symbols: Mapping[str, str]
    over: str
    """Between the numbers of a fraction that has no name."""
    mixed: str
    """Between a whole number and a fraction."""
    halves: tuple[str, str]
    """Half of something masculine and feminine: `1/2 taza`."""
    and_halves: tuple[str, str]
    """The same behind a whole number: `una hora y media`."""
    ratio_words: str = r"(?!)"
    """Regular expression of the words after which `1:50` is a ratio."""
    addresses: Mapping[str, str]
    """How the signs of web and e-mail addresses are said."""
    abbreviations: Mapping[str, str]
    """In lower case they match a capital too."""
    before_figures: Mapping[str, str]
    """Abbreviations before a figure only: elsewhere `art.` may end a sentence."""
    weekdays: Mapping[str, str] = field(default_factory=dict)
    """Short names, without the full stop: `lun. 5`, `lun-vie`."""
    before_names: Mapping[str, str]
    """Abbreviations before a capital only."""
    may_end: Sequence[str] = ()
    """Those of them after whose full stop a sentence may end, where a capital follows."""
    code_words: str
    """Regular expression of what a code stands after: `PIN`, with the words that may lie between."""
    places: str = r"(?!)"
    """Regular expression of the words after which `14A` is a seat or a door, no amperes."""
    telephones: str
    """Regular expression of how numbers of the country are grouped."""
    pairs: bool = False
    """Whether groups of two figures of a telephone number are said as numbers."""
    always: str
    """24/7."""
    feminine: str = r"(?!)"
    """Regular expression of feminine nouns, one and several."""
    several: str = r"\w+"
    """Regular expression of what may be a noun after more than one."""
    no_noun: str = r"(?!)"
    """Regular expression of words that are no noun, so that a number before them stands alone."""
    numeral_letters: str = ""
    """The names of I V X L C D M, where they are no numeral; none where espeak-ng says them itself."""
    kings: str = ""
    """Names after which a single letter is a numeral: `Pedro I`."""
    ordinal_kings: int = 0
    """Up to which number the numeral of a king or a century is an ordinal."""
    short_ordinals: Mapping[str, str]
    """Ordinals that lose their end before a noun: `primer libro`."""
    written_ordinals: str = r"(?!)"
    """Regular expression of letters that make a figure an ordinal: `2do`."""
    parts_of_books: str = r"(?!)"
    """Regular expression of the words after which a numeral is a number: `siglo`, `capítulo`."""
    articles: str = ""
    """Regular expression of the words between which and a noun a numeral is its ordinal: `el XI congreso`."""
    counted_by_numerals: Mapping[str, Gender]
    """Nouns that a numeral before them is the ordinal of, and their gender: `II Guerra Mundial`."""
    first_rules: Sequence[Rule] = ()
    """Forms that only this language has; before all others."""
    last_rules: Sequence[Rule] = ()
    """Words that espeak-ng pronounces better in another spelling."""


def units(words: str) -> dict[str, tuple[str, str]]:
    """`km kilómetro kilómetros; ...` as a table; `_` stands for a space."""
    table: dict[str, tuple[str, str]] = {}
    for entry in words.split(";"):
        sign, one, *several = (part.replace("_", " ") for part in entry.split())
        table[sign] = (one, several[0] if several else one)
    return table


def pairs(words: str) -> dict[str, str]:
    """`+ más; & y` as a table; `_` stands for a space on the left side, and for itself alone."""
    entries = (entry.strip().partition(" ") for entry in words.split(";"))
    return {key if key == "_" else key.replace("_", " "): value for key, _, value in entries}


def currencies(words: str) -> dict[str, tuple[str, str, str]]:
    """`€ euro euros céntimos; ...` as a table: signs and codes, joined by `|`, one, several, hundredths (`-` for none)."""
    table: dict[str, tuple[str, str, str]] = {}
    for entry in words.split(";"):
        signs, one, several, small = (part.replace("_", " ") for part in entry.split())
        table |= dict.fromkeys(signs.split("|"), (one, several, small.replace("-", "")))
    return table


def genders(masculine: str, feminine: str) -> dict[str, Gender]:
    """Nouns by gender, as a table."""
    return {**dict.fromkeys(masculine.split(), "m"), **dict.fromkeys(feminine.split(), "f")}
