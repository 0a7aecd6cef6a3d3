"""Numbered pinyin to the phonemes of Kokoro's Chinese voices.

The alphabet is IPA with a letter for each affricate and an arrow for each tone: → high, ↗ rising, ↓ low, ↘ falling.
"""

import re

_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s", "": "",
}  # fmt: skip
# `0` is where the tone goes: after the vowel, before a final nasal.
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n", "eng": "ə0ŋ",
    "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n", "iou": "jou0",
    "ing": "i0ŋ", "iong": "jʊ0ŋ", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "uei": "wei0", "ua": "wa0", "uai": "wai0",
    "uan": "wa0n", "uen": "wə0n", "uang": "wa0ŋ", "ueng": "wə0ŋ", "uo": "wo0", "o": "wo0", "v": "y0", "ve": "ɥe0",
    "van": "ɥɛ0n", "vn": "y0n", "iai": "jai0",
}  # fmt: skip
_WHOLE = {
    "er": "ɚ0", "o": "ɔ0", "yo": "jɔ0", "ê": "ɛ0", "hm": "hm0", "hng": "hŋ0", "m": "m0", "n": "n0", "ng": "ŋ0",
}  # fmt: skip
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcs]?)([a-zê]+)")
_SHORTENED = {"iu": "iou", "ui": "uei", "un": "uen"}
# y and w only mark that a syllable begins with i, u or ü.
_GLIDES = {
    "yi": "i", "ya": "ia", "yan": "ian", "yang": "iang", "yao": "iao", "ye": "ie", "yin": "in", "you": "iou",
    "ying": "ing", "yong": "iong", "yai": "iai", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "wu": "u",
    "wei": "uei", "wa": "ua", "wai": "uai", "wan": "uan", "wen": "uen", "wang": "uang", "weng": "ueng", "wo": "uo",
    "wong": "ueng",
}  # fmt: skip


def phonemes_of(pinyin: str) -> str | None:
    """`zhang3` as `ꭧa↓ŋ`; None for what is not a syllable."""
    letters, tone = pinyin[:-1], _TONES.get(pinyin[-1:])
    if tone is None:
        return None
    if letters in _WHOLE:
        return _WHOLE[letters].replace("0", tone)
    parts = _SYLLABLE.fullmatch(letters)
    if parts is None:
        return None
    initial, final = parts.groups()
    final = _GLIDES.get(letters, _SHORTENED.get(final, final)) if not initial else _SHORTENED.get(final, final)
    if initial in ("j", "q", "x") and final[0] == "u":
        final = "v" + (final[1:] if final != "uen" else "n")
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        # The model's letter for the buzzing vowel of zhi and zi alike.
        return f"{_INITIALS[initial]}ɨ{tone}"
    shape = _FINALS.get(final)
    return None if shape is None else _INITIALS[initial] + shape.replace("0", tone)
