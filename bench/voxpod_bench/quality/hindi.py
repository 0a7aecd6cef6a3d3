"""Hindi in any script, by its consonants: whisper-base hears it well, and writes it down as Urdu or in Latin letters. Pure."""

import itertools

_DEVANAGARI = {
    "k": "कख", "g": "गघ", "c": "चछ", "j": "जझ", "t": "टठतथ", "d": "डढदध", "n": "नणञङंँ", "p": "पफ", "b": "बभ", "m": "म", "r": "र", "l": "ल", "s": "शषस",
}  # fmt: skip
_URDU = {
    "k": "کقخ", "g": "گغ", "c": "چ", "j": "جزذضظ", "t": "تٹط", "d": "دڈ", "n": "نں", "p": "پف", "b": "ب", "m": "م", "r": "رڑ", "l": "ل", "s": "سشصث",
}  # fmt: skip
_LATIN = {
    "k": "kqc", "g": "g", "c": "č", "j": "jz", "t": "t", "d": "d", "n": "n", "p": "pf", "b": "b", "m": "m", "r": "r", "l": "l", "s": "s",
}  # fmt: skip
_CLASS = {
    letter: name for table in (_DEVANAGARI, _URDU, _LATIN) for name, letters in table.items() for letter in letters
}


def consonants(text: str) -> list[str]:
    """The classes of consonants that both scripts write: aspiration, retroflexion and h, y, w, which one of them leaves open, do not count."""
    text = text.replace("\u0921\u093c", "र").replace("\u0922\u093c", "र")  # the flaps, with their dot
    text = text.replace("ch", "č")
    found = (_CLASS[letter] for letter in text if letter in _CLASS)
    return [name for name, _ in itertools.groupby(found)]  # Urdu writes no doubled consonants
