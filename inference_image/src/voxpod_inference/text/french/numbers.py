"""French numbers in words, with a hyphen where espeak-ng else parts what is one word in the mouth."""

from voxpod_inference.text.espeak.grammar import Gender, words

_SMALL = words(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
)
_TENS = words("- dix vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt")
_SIZES = ((10**12, "billion"), (10**9, "milliard"), (10**6, "million"))
_PARTS = {2: "demi", 3: "tiers", 4: "quart"}


def cardinal(number: int, gender: Gender = "") -> str:
    """`quatre-vingts`, `deux cents`; `vingt-et-une` before a feminine noun."""
    said = []
    for size, name in _SIZES:
        count, number = divmod(number, size)
        if count:
            said.append(f"{cardinal(count)} {name}{'s' if count > 1 else ''}")
    thousands, rest = divmod(number, 1000)
    if thousands:
        counted = _below_1000(thousands)
        said.append("mille" if thousands == 1 else f"{_singular(counted)} mille")
    if rest or not said:
        last = _below_1000(rest)
        said.append(f"{last}e" if gender == "f" and rest % 10 == 1 and last.endswith("un") else last)
    return " ".join(said)


def _singular(counted: str) -> str:
    """`quatre-vingts` and `deux cents` lose their s before mille."""
    return counted.removesuffix("s") if counted.endswith(("vingts", "cents")) else counted


def _below_1000(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    said = [] if not hundreds else ["cent"] if hundreds == 1 else [f"{_SMALL[hundreds]} cent{'' if rest else 's'}"]
    if rest or not hundreds:
        said.append(_below_100(rest))
    return " ".join(said)


def _below_100(number: int) -> str:
    if number < 20:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    if tens in (7, 9):
        ones += 10
    if not ones:
        return _TENS[tens] + ("s" if tens == 8 else "")
    joiner = "-et-" if ones in (1, 11) and tens < 8 else "-"
    return f"{_TENS[tens]}{joiner}{_SMALL[ones]}"


def ordinal(number: int, gender: Gender = "m") -> str:
    """`dix-neuvième`; 1 is `premier` or `première`."""
    if number == 1:
        return "première" if gender == "f" else "premier"
    said = _singular(cardinal(number)).removeprefix("un ") if number % 10**6 == 0 else _singular(cardinal(number))
    said = said.removesuffix("s") if said.endswith(("millions", "milliards")) else said
    last = said.rpartition("-")[2].rpartition(" ")[2]
    changed = {"cinq": "cinquième", "neuf": "neuvième"}.get(last)
    return said.removesuffix(last) + changed if changed else said.removesuffix("e") + "ième"


def fraction(count: int, of: int) -> str:
    """`deux tiers`, `cinq douzièmes`; nothing where it has no usual name."""
    if of > 100 and of != 1000:
        return ""
    name = _PARTS.get(of) or ordinal(of)
    return f"{cardinal(count)} {name}{'s' if count > 1 and name[-1] != 's' else ''}"
