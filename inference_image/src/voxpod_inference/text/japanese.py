"""Japanese to phonemes: readings by Open JTalk (pyopenjtalk-plus, with its dictionary inside), kana to the model's alphabet."""

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from voxpod_inference.text.kana import phonemes_of
from voxpod_inference.text.spoken import PUNCTUATION, Spoken, is_silent, plain_punctuation, tidy

if TYPE_CHECKING:
    from pyopenjtalk.types import NJDFeature

_KATAKANA = re.compile("[ァ-ヺー]+")
# Parts of speech that are spoken as one with the word before them; a space in the phonemes is a word boundary to the model.
_JOINED_GROUPS = frozenset({"接尾", "接続助詞", "非自立"})
_RULES = (
    (re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))"), ""),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?!\d)"), lambda m: f"{m[1]}時{'' if m[2] == '00' else f'{int(m[2])}分'}"),
    (re.compile(r"(?<![A-Za-z0-9.])[-−－](?=\d)"), "マイナス"),
    (re.compile(r"(?<=\d)\s*[~〜～](?=\d)"), "から"),
    (re.compile(r"℃"), "度"),
    (re.compile(r"(?<=\d)%"), "パーセント"),
    (re.compile(r"[¥￥](\d+)円?"), r"\1円"),
    (re.compile(r"\$(\d+(?:\.\d+)?)"), r"\1ドル"),
    (re.compile(r"€(\d+(?:\.\d+)?)"), r"\1ユーロ"),
)


class Japanese:
    """Reads Japanese; the dictionary (100 MB, mapped) is opened at the first text."""

    def __call__(self, text: str) -> Spoken:
        """Phonemes in the alphabet of Kokoro's Japanese voices."""
        import pyopenjtalk

        normal = unicodedata.normalize("NFKC", text.replace("℃", "度")).replace("...", "…")
        for pattern, replacement in _RULES:
            normal = pattern.sub(replacement, normal)
        # sudachi's corrections of homographs need a dictionary of 193 MB: not in the image.
        morphemes = pyopenjtalk.run_frontend(normal, use_sudachi_kanji_yomi=False)
        unread: list[str] = []
        phonemes = "".join(_spoken(morphemes, unread))
        return Spoken(tidy(phonemes), tuple(unread))


def _spoken(morphemes: "list[NJDFeature]", unread: list[str]) -> Iterator[str]:
    word = ""
    for morpheme in morphemes:
        surface, pronunciation = morpheme["string"], morpheme["pron"].replace("’", "")
        is_sound = morpheme["pos"] != "記号" and _KATAKANA.fullmatch(pronunciation) is not None
        if is_sound and word and (_joins(morpheme) or word.endswith("ッ")):
            word += pronunciation
            continue
        if word:
            yield f" {phonemes_of(word)}"
        word = pronunciation if is_sound else ""
        if not is_sound:
            yield from _marks(surface, unread)
    if word:
        yield f" {phonemes_of(word)}"


def _marks(surface: str, unread: list[str]) -> Iterator[str]:
    for char in plain_punctuation(unicodedata.normalize("NFKC", surface).replace("...", "…")):
        if char in PUNCTUATION:
            yield char
        elif is_silent(char):
            yield " "
        else:
            unread.append(char)


def _joins(morpheme: "NJDFeature") -> bool:
    return morpheme["pos"] == "助動詞" or morpheme["pos_group1"] in _JOINED_GROUPS
