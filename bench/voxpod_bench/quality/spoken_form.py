"""Texts brought to one form, so that only what sounds different counts as different. Pure.

Both sides lose case, punctuation, full width, traditional characters and abbreviations; figures that were heard are read
out, in the one of their readings that is nearest to what was said.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from voxpod_bench.quality.edits import distance
from voxpod_bench.quality.hindi import consonants
from voxpod_inference.text.chinese import numbers as chinese_numbers
from voxpod_inference.text.hindi import numbers as hindi_numbers

_FIGURE = re.compile(r"[$€£¥]?[-−]?\d+(?:[.,:]\d+)*(?:st|nd|rd|th|º|ª|°)?")
_SPELLINGS = {
    "en": {"dr": "doctor", "mr": "mister", "mrs": "missus", "theatre": "theater", "metres": "meters", "okay": "ok"},
    "es": {"kg": "kilos", "cm": "centímetros", "xx": "veinte"},
    "fr": {"kg": "kilos", "cm": "centimètres", "h": "heures", "xxe": "vingtième"},
    "it": {"kg": "chili", "cm": "centimetri", "xx": "ventesimo"},
    "pt": {"numero": "número", "quatorze": "catorze", "kg": "quilos", "cm": "centímetros", "xx": "vinte"},
}
"""What the recogniser writes short, or one of two spellings."""
_MARKS = {"en": "point", "es": "coma", "fr": "virgule", "it": "virgola", "pt": "vírgula", "hi": "दशमलव", "ja": "点"}
"""What is said for a decimal mark."""
_PERCENT = {
    "en": " percent",
    "es": " por ciento",
    "fr": " pour cent",
    "it": " per cento",
    "pt": " por cento",
    "ja": "パーセント",
}
_APOSTROPHE_ENDS_WORD = ("fr", "it")
_CHARACTER = "[\u3040-\u30ff\u3400-\u9fff々〇]"
_KATAKANA = "[\u30a1-\u30fa\u30fc]+"
_ASIAN_TOKEN = re.compile(rf"{_CHARACTER}|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:'[^\W\d_]+)?")
_WORD_END = re.compile(r"[^\w']+|_")


def tokens(text: str, language: str) -> list[str]:
    """The words of a text; the characters of Chinese and Japanese, where Latin words stay whole; the consonants of Hindi."""
    plain = _plain(text, language)
    if language == "hi":
        return consonants(plain)
    if language == "ja+en":  # the recogniser writes English in katakana: one word is one token
        return re.findall(f"{_KATAKANA}|{_ASIAN_TOKEN.pattern}", plain)
    if language[:2] in ("zh", "ja"):
        return _ASIAN_TOKEN.findall(plain)
    words = (word.strip("'") for word in _WORD_END.split(plain))
    spellings = _SPELLINGS.get(language, {})
    return [spellings.get(word, word) for word in words if word]


def heard_tokens(text: str, language: str, said: Sequence[str], same: Sequence[tuple[str, str]] = ()) -> list[str]:
    """The tokens of what was heard, figures read out.

    `said` are the tokens that it is compared with; `same` are pairs of what the recogniser writes and what it means by it.
    """
    text = _in_its_script(_plain(text, language), same)
    at = 0
    while found := _FIGURE.search(text, at):
        choices = (f"{text[: found.start()]} {one} " for one in _readings(found.group(), language[:2]))
        head = min(choices, key=lambda choice: distance(said, tokens(choice + text[found.end() :], language)))
        text, at = head + text[found.end() :], len(head)
    return tokens(text, language)


def pinyin(characters: Iterable[str]) -> list[str]:
    """Chinese characters as syllables with tones; Latin words stay."""
    from pypinyin import Style, lazy_pinyin

    return list(lazy_pinyin("".join(characters), style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=False))


def kana(characters: Iterable[str]) -> list[str]:
    """Japanese as the kana that one hears, by Open JTalk."""
    import pyopenjtalk

    from voxpod_inference.text.japanese.open_jtalk import open_jtalk

    open_jtalk()  # closes its ways to a dictionary that is not installed
    spoken = pyopenjtalk.g2p("".join(characters), kana=True, use_sudachi_kanji_yomi=False)
    return [k for k in spoken if k.isalpha() or k == "ー"]


def _plain(text: str, language: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    text = re.sub(r"\b([a-z])\.(?=[a-z]\.)", r"\1", text)  # p.m. is pm
    text = re.sub(r"\b([ap])m\.", r"\1m", re.sub(r"\b([ap]m?)\.m?\.", r"\1m", text))
    if language[:2] == "zh":
        text = re.sub(r"(\d+(?:\.\d+)?)%", r"百分之\1", _simplified(text))
    if language[:2] == "en":
        text = re.sub(r"(hundred|thousand|million)(,)? and ", r"\1 ", text)
    if language[:2] in _APOSTROPHE_ENDS_WORD:
        text = text.replace("'", "' ")
    return text.replace("%", _PERCENT.get(language[:2], "%"))


def _in_its_script(text: str, same: Sequence[tuple[str, str]]) -> str:
    """Words that were written in another script than they were said in; katakana may be off by a third."""
    for written, meant in same:
        text = text.replace(written, f" {meant} ")

    def nearest(found: re.Match[str]) -> str:
        heard = found.group()
        written, meant = min(same, key=lambda pair: distance(pair[0], heard))
        return f" {meant} " if 3 * distance(written, heard) <= len(written) else heard

    return re.sub(_KATAKANA, nearest, text) if same else text


@functools.cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC  # type: ignore[import-not-found, import-untyped, unused-ignore]

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def _simplified(text: str) -> str:
    return _converter()(text)


def _readings(figure: str, language: str) -> list[str]:
    """What a figure may have been; never empty."""
    bare = re.sub(r"[^\d.:]", "", figure.replace(",", "" if language in ("en", "zh", "ja") else "."))
    parts = [part for part in re.split(r"[.:]", bare) if part]
    if language == "zh":
        return _chinese(parts)
    spell = functools.partial(_in_words, language=language)
    found = [" ".join(spell(int(part)) for part in parts), " ".join(spell(int(d)) for d in "".join(parts))]
    if len(parts) == 2:
        found.append(f" {_MARKS[language]} ".join(spell(int(part)) for part in parts))
    if len(parts) == 1:
        found += [
            _in_words(int(bare), language, to)
            for to in ("year", "ordinal")
            if language in ("en", "hi") or to == "ordinal"
        ]
    if figure.startswith("$") and language == "en":
        cents = f" and {spell(int(parts[1]))} cents" if len(parts) > 1 else ""
        found.append(f"{spell(int(parts[0]))} dollars{cents}")
    if "-" in figure or "−" in figure:
        found.append(f"{'minus' if language == 'en' else 'meno'} {found[0]}")
    return found


def _chinese(parts: Sequence[str]) -> list[str]:
    cardinals = [chinese_numbers.number(part) for part in parts]
    return [
        "点".join(cardinals),
        "".join(chinese_numbers.digits(part) for part in parts),
        cardinals[0] + "点" + "".join(chinese_numbers.digits(part) for part in parts[1:]),
        *(["二"] if parts == ["2"] else []),
    ]


def _in_words(number: int, language: str, to: str = "cardinal") -> str:
    if language == "hi":
        return hindi_numbers.year(number) if to == "year" else hindi_numbers.cardinal(number)
    from num2words import num2words  # type: ignore[import-not-found, import-untyped, unused-ignore]

    if language not in ("en", "es", "fr", "it", "pt", "ja"):
        return str(number)
    words: Any = num2words(number, lang="pt_BR" if language == "pt" else language, to=to)
    return str(words).replace("-", " ") if language != "fr" else str(words)
