"""Brazilian numbers in words."""

from voxpod_inference.text.espeak.grammar import Gender, words

_SMALL = words(
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove"
)
_TENS = words("- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
_HUNDREDS = words("- cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos")
_ORDINALS = words("- primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono")
_ORDINAL_TENS = words(
    "- décimo vigésimo trigésimo quadragésimo quinquagésimo sexagésimo septuagésimo octogésimo nonagésimo"
)
_PARTS = words("- - meio terço quarto quinto sexto sétimo oitavo nono décimo")
_SIZES = ((10**12, "trilhão", "trilhões"), (10**9, "bilhão", "bilhões"), (10**6, "milhão", "milhões"))


def cardinal(number: int, gender: Gender = "") -> str:
    """`mil duzentos e cinquenta`; before a feminine noun `vinte e duas`, `duzentas`."""
    groups = []
    for size, one, several in _SIZES:
        count, number = divmod(number, size)
        if count:
            groups.append(f"um {one}" if count == 1 else f"{cardinal(count)} {several}")
    thousands, rest = divmod(number, 1000)
    if thousands:
        groups.append("mil" if thousands == 1 else f"{_below_1000(thousands, gender)} mil")
    if rest or not groups:
        groups.append(_below_1000(rest, gender))
    last = rest or thousands
    links = " e " if len(groups) > 1 and last and (last < 100 or last % 100 == 0) else " "
    return links.join([" ".join(groups[:-1]), groups[-1]]) if len(groups) > 1 else groups[0]


def _below_1000(number: int, gender: Gender) -> str:
    if number == 100:
        return "cem"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [_HUNDREDS[hundreds]] if hundreds else []
    if gender == "f" and hundreds > 1:
        words[0] = words[0][:-2] + "as"
    if rest >= 20:
        words.append(_TENS[tens])
    if (rest < 20 and rest) or (rest >= 20 and ones) or not number:
        small = _SMALL[rest if rest < 20 else ones]
        words.append({"um": "uma", "dois": "duas"}.get(small, small) if gender == "f" else small)
    return " e ".join(words)


def ordinal(number: int, gender: Gender = "m") -> str:
    """`vigésima primeira`; from 200 on the number itself."""
    if number >= 200 or not number:
        return cardinal(number, gender)
    tens, ones = divmod(number % 100, 10)
    words = ["centésimo"] if number >= 100 else []
    words += [_ORDINAL_TENS[tens]] if tens else []
    words += [_ORDINALS[ones]] if ones else []
    return " ".join(word[:-1] + "a" if gender == "f" else word for word in words)


def fraction(count: int, of: int) -> str:
    """`dois terços`, `cinco doze avos`; nothing where it has no usual name."""
    name = _PARTS[of] if of <= 10 else {100: "centésimo", 1000: "milésimo"}.get(of, "")
    if not name and of < 100:
        name = f"{cardinal(of)} avo"
    return f"{cardinal(count)} {name}{'s' if count > 1 else ''}" if name else ""
