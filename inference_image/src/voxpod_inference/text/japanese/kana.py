"""Katakana pronunciations to the phonemes of Kokoro's Japanese voices."""

import re

_ROWS = {
    "アイウエオ": ("a", "i", "ɯ", "e", "o"),
    "カキクケコ": ("ka", "kʲi", "kɯ", "ke", "ko"),
    "ガギグゲゴ": ("ɡa", "ɡʲi", "ɡɯ", "ɡe", "ɡo"),
    "サシスセソ": ("sa", "ɕi", "sɨ", "se", "so"),
    "ザジズゼゾ": ("ʣa", "ʥi", "zɨ", "ʣe", "ʣo"),
    "タチツテト": ("ta", "ʨi", "ʦɨ", "te", "to"),
    "ダヂヅデド": ("da", "ʥi", "zɨ", "de", "do"),
    "ナニヌネノ": ("na", "ɲi", "nɯ", "ne", "no"),
    "ハヒフヘホ": ("ha", "çi", "ɸɯ", "he", "ho"),
    "バビブベボ": ("ba", "bʲi", "bɯ", "be", "bo"),
    "パピプペポ": ("pa", "pʲi", "pɯ", "pe", "po"),
    "マミムメモ": ("ma", "mʲi", "mɯ", "me", "mo"),
    "ラリルレロ": ("ɾa", "ɾʲi", "ɾɯ", "ɾe", "ɾo"),
    "ャュョヤユヨ": ("ja", "jɯ", "jo", "ja", "jɯ", "jo"),
    "ワヰヱヲヮ": ("βa", "i", "e", "o", "βa"),
    "ァィゥェォ": ("a", "i", "ɯ", "e", "o"),
    "ヴヷヸヹヺ": ("vɯ", "va", "vʲi", "ve", "vo"),
    "ヵヶ": ("ka", "ke"),
}
_KANA = {kana: sound for row, sounds in _ROWS.items() for kana, sound in zip(row, sounds, strict=True)}
# The consonant of a kana before a small one: キャ is the kʲ of キ with the a of ャ.
_BEFORE_SMALL = {
    "キ": "kʲ", "ギ": "ɡʲ", "シ": "ɕ", "ジ": "ʥ", "チ": "ʨ", "ヂ": "ʥ", "ニ": "ɲ", "ヒ": "ç", "ビ": "bʲ", "ピ": "pʲ",
    "ミ": "mʲ", "リ": "ɾʲ", "フ": "ɸ", "ク": "kᵝ", "グ": "ɡᵝ", "ツ": "ʦ", "テ": "tʲ", "デ": "dʲ", "ト": "t", "ド": "d",
    "ウ": "β", "ヴ": "v", "イ": "j", "ス": "sɨ", "ズ": "zɨ",
}  # fmt: skip
_SMALL = {"ャ": "a", "ュ": "ɨ", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "ɯ", "ェ": "e", "ォ": "o"}
_PALATAL = {"フ": "ɸʲ", "ツ": "ʦʲ", "ヴ": "vʲ", "ス": "sʲ", "ズ": "zʲ"}
_NASAL_BEFORE = {"m": "mpb", "ŋ": "kɡ", "ɲ": "ɲʨʥ", "n": "ntdɾzʣʦ"}


_LONG = re.compile("ー{2,}")


def phonemes_of(katakana: str) -> str:
    """`トーキョー` as `toːkʲoː`; long vowels ː, stopped consonants ʔ, the nasal as it assimilates to what follows."""
    katakana = _LONG.sub("ー", katakana)
    sounds: list[str] = []
    i = len(katakana) - 1
    while i >= 0:
        kana, before = katakana[i], katakana[i - 1] if i else ""
        if kana in _SMALL and before in _BEFORE_SMALL:
            sounds.append(_combined(before, kana))
            i -= 1
        elif kana == "ン":
            sounds.append(_nasal(sounds[-1] if sounds else ""))
        else:
            sounds.append({"ー": "ː", "ッ": "ʔ"}.get(kana) or _KANA.get(kana, ""))
        i -= 1
    return "".join(reversed(sounds))


def _combined(kana: str, small: str) -> str:
    palatal = small in "ィュョャ"
    consonant = (
        _PALATAL[kana]
        if palatal and kana in _PALATAL and not (small in "ャュョ" and kana == "ツ")
        else _BEFORE_SMALL[kana]
    )
    return consonant + _SMALL[small]


def _nasal(following: str) -> str:
    return next((nasal for nasal, starts in _NASAL_BEFORE.items() if following[:1] and following[0] in starts), "ɴ")
