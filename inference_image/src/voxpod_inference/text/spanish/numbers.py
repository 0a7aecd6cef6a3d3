"""Spanish numbers in words."""

from voxpod_inference.text.espeak.grammar import Gender, words

_SMALL = words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve "
    "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_TENS = words("- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_HUNDREDS = words(
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_ORDINALS = words(
    "- primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo decimotercero decimocuarto decimoquinto "
    "decimosexto decimoséptimo decimoctavo decimonoveno vigésimo"
)
_ORDINAL_TENS = words(
    "- décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo nonagésimo centésimo"
)
_PARTS = words("- - medio tercio cuarto quinto sexto séptimo octavo noveno décimo")

_SIZES = ((10**18, "un trillón", "trillones"), (10**12, "un billón", "billones"), (10**6, "un millón", "millones"))


def cardinal(number: int, gender: Gender = "") -> str:
    """`veintiuno`; before a noun `veintiún` or `veintiuna`, `doscientas`."""
    if number < 1000:
        return _below_1000(number, gender)
    for size, one, several in _SIZES:
        if number >= size:
            count, rest = divmod(number, size)
            said = one if count == 1 else f"{cardinal(count, 'm')} {several}"
            return f"{said} {cardinal(rest, gender)}" if rest else said
    thousands, rest = divmod(number, 1000)
    counted = _below_1000(thousands, "m")
    if gender == "f":
        counted = counted.replace("ientos", "ientas")
    said = "mil" if thousands == 1 else f"{counted} mil"
    return f"{said} {_below_1000(rest, gender)}" if rest else said


def _below_1000(number: int, gender: Gender) -> str:
    if number == 100:
        return "cien"
    hundreds, rest = divmod(number, 100)
    said = []
    if hundreds:
        said.append(_HUNDREDS[hundreds][:-2] + "as" if gender == "f" and hundreds > 1 else _HUNDREDS[hundreds])
    if rest or not hundreds:
        tens, ones = divmod(rest, 10)
        said.append(_SMALL[rest] if rest < 30 else _TENS[tens] + (f" y {_SMALL[ones]}" if ones else ""))
    words = " ".join(said)
    if rest % 10 != 1 or rest == 11 or not gender:
        return words
    if gender == "f":
        return words[:-1] + "a"
    return words.removesuffix("veintiuno") + "veintiún" if rest == 21 else words[:-1]


_ORDINAL_HUNDREDS = words(
    "- centésimo ducentésimo tricentésimo cuadringentésimo quingentésimo sexcentésimo septingentésimo octingentésimo noningentésimo"
)


def ordinal(number: int, gender: Gender = "m") -> str:
    """`vigesimoprimera`, `centésimo tercero`, `dosmilésimo`; 0 has none."""
    if not 0 < number < 10**12:
        return cardinal(number, gender)
    for size, name in ((10**6, "millonésimo"), (1000, "milésimo")):
        if number >= size:
            count, rest = divmod(number, size)
            many = _glued(cardinal(count, "m")) if count > 1 else ""
            said = many + name + (f" {ordinal(rest)}" if rest else "")
            return said.replace("o ", "a ")[:-1] + "a" if gender == "f" else said
    hundreds, rest = divmod(number, 100)
    said = " ".join(filter(None, (_ORDINAL_HUNDREDS[hundreds] if hundreds else "", _ordinal_below_100(rest))))
    return said.replace("o ", "a ")[:-1] + "a" if gender == "f" else said


def _ordinal_below_100(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number <= 20:
        return _ORDINALS[number] if number else ""
    if number < 30:
        return f"vigesimo{_ORDINALS[ones]}".replace("oo", "o")
    return _ORDINAL_TENS[tens] + (f" {_ORDINALS[ones]}" if ones else "")


_PLAIN = str.maketrans("éóú", "eou")


def _glued(number: str) -> str:
    return number.replace(" y ", "i").replace(" ", "").translate(_PLAIN)


def fraction(count: int, of: int) -> str:
    """`dos tercios`, `cinco doceavos`; nothing where it has no usual name."""
    name = _PARTS[of] if of <= 10 else ""
    if not name and of < 100:
        name = cardinal(of, "m").replace(" y ", "i").removesuffix("a").translate(_PLAIN) + "avo"
    elif not name and (of in range(100, 1000, 100) or of % 1000 == 0):
        name = ordinal(of)
    return f"{cardinal(count, 'm')} {name}{'s' if count > 1 else ''}" if name else ""
