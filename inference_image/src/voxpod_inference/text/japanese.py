"""Japanese to phonemes: readings by Open JTalk (pyopenjtalk-plus, with its dictionary inside), kana to the model's alphabet."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from voxpod_inference.text.kana import phonemes_of
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, is_silent, plain_punctuation

_KATAKANA = re.compile("[ァ-ヺー]+")
# Parts of speech that are spoken as one with the word before them; a space in the phonemes is a word boundary to the model.
_JOINED_GROUPS = frozenset({"接尾", "接続助詞", "非自立"})
_RULES = (
    (re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))"), ""),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?!\d)"), lambda m: f"{m[1]}時{'' if m[2] == '00' else f'{int(m[2])}分'}"),
    (re.compile(r"(?<![\d\w])[-−－](?=\d)"), "マイナス"),
    (re.compile(r"(?<=\d)\s*[~〜～](?=\d)"), "から"),
    (re.compile(r"℃"), "度"),
    (re.compile(r"(?<=\d)%"), "パーセント"),
    (re.compile(r"[¥￥](\d+)"), r"\1円"),
    (re.compile(r"\$(\d+(?:\.\d+)?)"), r"\1ドル"),
    (re.compile(r"€(\d+(?:\.\d+)?)"), r"\1ユーロ"),
)


class Japanese:
    """Reads Japanese; the dictionary (100 MB, mapped) is opened at the first text."""

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet of Kokoro's Japanese voices."""
        import pyopenjtalk

        normal = unicodedata.normalize("NFKC", text.replace("℃", "度"))
        for pattern, replacement in _RULES:
            normal = pattern.sub(replacement, normal)
        # sudachi's corrections of homographs need a dictionary of 193 MB: not in the image.
        morphemes = pyopenjtalk.run_frontend(normal, use_sudachi_kanji_yomi=False)
        unread: list[str] = []
        phonemes = "".join(_spoken(morphemes, unread))
        return Spoken(re.sub(r" +([.,!?:;”])", r"\1", re.sub(r" +", " ", phonemes)).strip(), tuple(unread))


def _spoken(morphemes: list[dict[str, Any]], unread: list[str]) -> Iterator[str]:
    for morpheme in morphemes:
        surface, pronunciation = morpheme["string"], morpheme["pron"].replace("’", "")
        if morpheme["pos"] != "記号" and _KATAKANA.fullmatch(pronunciation):
            yield ("" if _joins(morpheme) else " ") + phonemes_of(pronunciation)
            continue
        for char in plain_punctuation(unicodedata.normalize("NFKC", surface)):
            if char in PUNCTUATION:
                yield char
            elif is_silent(char):
                yield " "
            else:
                unread.append(char)


def _joins(morpheme: dict[str, Any]) -> bool:
    return morpheme["pos"] == "助動詞" or morpheme["pos_group1"] in _JOINED_GROUPS
