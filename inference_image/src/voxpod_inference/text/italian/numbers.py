"""Italian numbers in words."""

from voxpod_inference.text.espeak.grammar import Gender, words

_SMALL = words(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove"
)
_TENS = words("- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_ORDINALS = words("- primo secondo terzo quarto quinto sesto settimo ottavo nono decimo")
_SIZES = ((10**12, "un bilione", "bilioni"), (10**9, "un miliardo", "miliardi"), (10**6, "un milione", "milioni"))


def cardinal(number: int, gender: Gender = "") -> str:
    """`ventuno`, `dodicimila trecento`; 1 before a noun is `un` or `una`."""
    if number == 1 and gender:
        return "una" if gender == "f" else "un"
    for size, one, several in _SIZES:
        if number >= size:
            count, rest = divmod(number, size)
            said = one if count == 1 else f"{cardinal(count)} {several}"
            return f"{said} {cardinal(rest)}" if rest else said
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_1000(rest)
    said = "mille" if thousands == 1 else f"{_below_1000(thousands).replace('tré', 'tre')}mila"
    # one word in writing, but for a breath of its own where it grows long
    return said + (" " if thousands > 1 else "") + _below_1000(rest) if rest else said


def _below_1000(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    said = ("cento" if hundreds == 1 else f"{_SMALL[hundreds]}cento") if hundreds else ""
    if not rest and said:
        return said
    if rest < 20:
        return said + _SMALL[rest]
    tens, ones = divmod(rest, 10)
    stem = _TENS[tens][:-1] if ones in (1, 8) else _TENS[tens]
    return said + stem + ("tré" if ones == 3 else _SMALL[ones] if ones else "")


def ordinal(number: int, gender: Gender = "m") -> str:
    """`ventitreesima`; 0 has none."""
    if not number:
        return cardinal(number)
    if number <= 10:
        said = _ORDINALS[number]
    else:
        said = cardinal(number)
        said = said.removesuffix("tré") + "tre" if said.endswith("tré") else said
        said = (said if said.endswith(("tre", "sei")) else said[:-1]) + "esimo"
    return said[:-1] + "a" if gender == "f" else said


def fraction(count: int, of: int) -> str:
    """`due terzi`, `cinque dodicesimi`; nothing where it has no usual name."""
    if of > 100 and of != 1000:
        return ""
    name = "mezzo" if of == 2 else ordinal(of)
    return f"{cardinal(count, 'm')} {name if count == 1 else f'{name[:-1]}i'}"
