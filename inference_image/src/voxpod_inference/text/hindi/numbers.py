"""Hindi numbers in words: each below a hundred has a word of its own."""

from voxpod_inference.text.espeak.grammar import Gender, words

_SMALL = words(
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस "
    "बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस "
    "चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ "
    "साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी "
    "अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे"
)
_SIZES = (
    (10**17, "शंख"),
    (10**15, "पद्म"),
    (10**13, "नील"),
    (10**11, "खरब"),
    (10**9, "अरब"),
    (10**7, "करोड़"),
    (10**5, "लाख"),
    (1000, "हज़ार"),
    (100, "सौ"),
)
_FIRST = {1: "पहल", 2: "दूसर", 3: "तीसर", 4: "चौथ", 6: "छठ"}
_PARTS = {3: "तिहाई", 4: "चौथाई"}


def cardinal(number: int, _gender: Gender = "") -> str:
    """`बारह लाख चौंतीस हज़ार`; numbers do not agree with their noun."""
    said = []
    for size, name in _SIZES:
        count, number = divmod(number, size)
        if count:
            said.append(f"{cardinal(count)} {name}")
    if number or not said:
        said.append(_SMALL[number])
    return " ".join(said)


def year(number: int) -> str:
    """1947 is `उन्नीस सौ सैंतालीस`, 2024 a plain number."""
    hundreds, rest = divmod(number, 100)
    if not 11 <= hundreds <= 19:
        return cardinal(number)
    return f"{_SMALL[hundreds]} सौ" + (f" {_SMALL[rest]}" if rest else "")


def ordinal(number: int, ending: str = "ाँ") -> str:
    """`पाँचवीं`; `ending` is the vowel sign that the writer gave it: ा ी े, with a nasal or without."""
    if number in _FIRST:
        return _FIRST[number] + ending[0]
    said = "सौ" if number == 100 else cardinal(number)
    return f"{said}व{ending}"


def fraction(count: int, of: int) -> str:
    """`तीन चौथाई`; halves, thirds and quarters have names."""
    if of == 2 and count == 1:
        return "आधा"
    return f"{cardinal(count)} {_PARTS[of]}" if of in _PARTS else ""
