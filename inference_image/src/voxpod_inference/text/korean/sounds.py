"""The sound rules of Korean on jamo: what is written in syllables, as it is pronounced in syllables.

Chapters 2 to 7 of the Standard Pronunciation (표준 발음법). Every syllable stays one syllable, so a place in what is said is
the same place in what was written. Rules also cross the space between words, which are said in one breath here.
"""

import re
from dataclasses import dataclass

from voxpod_inference.text.korean.words import pronounced_words

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
FIRST, LAST = "가", "힣"

CLUSTERS = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
# Rules 8 to 11: seven consonants can end a syllable.
_ENDS_AS = {
    "ㄲ": "ㄱ", "ㅋ": "ㄱ", "ㄳ": "ㄱ", "ㄺ": "ㄱ", "ㅅ": "ㄷ", "ㅆ": "ㄷ", "ㅈ": "ㄷ", "ㅊ": "ㄷ", "ㅌ": "ㄷ", "ㅎ": "ㄷ", "ㅍ": "ㅂ", "ㄿ": "ㅂ",
    "ㅄ": "ㅂ", "ㄵ": "ㄴ", "ㄶ": "ㄴ", "ㄼ": "ㄹ", "ㄽ": "ㄹ", "ㄾ": "ㄹ", "ㅀ": "ㄹ", "ㄻ": "ㅁ",
}  # fmt: skip
_TENSE = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
_ASPIRATED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅈ": "ㅊ"}
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
# Nouns that end in ㄺ, ㄻ or ㄼ; all other stems with these are verbs and adjectives, which tense what follows.
_NOUN_STEMS = frozenset("닭흙칡삵슭삶앎덟")


@dataclass(slots=True)
class Syllable:
    """One syllable; `spaced` tells that a space stands before it."""

    onset: str
    vowel: str
    coda: str
    spaced: bool = False

    @classmethod
    def of(cls, char: str, spaced: bool = False) -> "Syllable":
        """A precomposed Hangul syllable taken apart."""
        number = ord(char) - ord(FIRST)
        return cls(ONSETS[number // 588], VOWELS[number % 588 // 28], CODAS[number % 28], spaced)

    def __str__(self) -> str:
        number = ONSETS.index(self.onset) * 588 + VOWELS.index(self.vowel) * 28 + CODAS.index(self.coda)
        return chr(ord(FIRST) + number)


def as_pronounced(text: str) -> str:
    """Hangul as it sounds, in Hangul: `국물이 맑다` as `궁무리 막따`. `text` holds syllables and single spaces only."""
    syllables = pronounced(text)
    return "".join(f"{' ' if s.spaced else ''}{s}" for s in syllables)


def pronounced(text: str) -> list[Syllable]:
    """The syllables of a phrase as they sound, as many as there are written."""
    syllables = _parsed(pronounced_words(text))
    written = [str(s) for s in syllables]
    for here, following in zip(range(len(syllables)), [*syllables[1:], None], strict=True):
        _meet(syllables[here], following, written[here])
    for syllable in syllables:
        _settle_vowel(syllable)
    return syllables


def _parsed(text: str) -> list[Syllable]:
    return [Syllable.of(m[2], bool(m[1])) for m in re.finditer(r"( ?)([가-힣])", text)]


def _meet(left: Syllable, right: Syllable | None, written: str) -> None:
    """What the end of a syllable and the start of the next do to each other."""
    if right is None:
        left.coda = _ENDS_AS.get(left.coda, left.coda)
        return
    if right.spaced and left.coda not in ("ㅎ", "ㄶ", "ㅀ"):
        left.coda = _ENDS_AS.get(left.coda, left.coda)  # rule 15: before another word the end is settled first
    for rule in (_palatal, _with_h, _linked, _settled, _tense, _nasal_and_liquid):
        rule(left, right, written)


def _palatal(left: Syllable, right: Syllable, _written: str) -> None:
    """Rule 17: 굳이 구지, 같이 가치, 닫혀 다처, 벼훑이 벼훌치."""
    if right.spaced or right.vowel not in "ㅣㅕ":
        return
    if right.onset == "ㅇ" and left.coda in ("ㄷ", "ㅌ", "ㄾ"):
        right.onset = "ㅈ" if left.coda == "ㄷ" else "ㅊ"
    elif right.onset == "ㅎ" and left.coda == "ㄷ" and (right.vowel == "ㅣ" or right.coda in ("", "ㅆ")):  # not 맏형
        right.onset = "ㅊ"
    else:
        return
    left.coda = "ㄹ" if left.coda == "ㄾ" else ""


def _with_h(left: Syllable, right: Syllable, _written: str) -> None:
    """Rule 12: ㅎ makes its neighbour aspirated, or falls silent: 놓고 노코, 닿소 다쏘, 낳은 나은, 각하 가카."""
    if left.coda in ("ㅎ", "ㄶ", "ㅀ"):
        rest = CLUSTERS.get(left.coda, "")[:1]
        if right.onset in "ㄱㄷㅈ":
            left.coda, right.onset = rest, _ASPIRATED[right.onset]
        elif right.onset == "ㅅ":
            left.coda, right.onset = rest, "ㅆ"
        elif right.onset == "ㅇ" or rest:
            left.coda = rest
    elif right.onset == "ㅎ" and left.coda:
        kept, last = _split(left.coda)
        if last in ("ㅅ", "ㅊ", "ㅌ", "ㅆ"):  # settled before: 못하다 모타다
            last = "ㄷ"
        if last in _ASPIRATED:
            left.coda, right.onset = kept, _ASPIRATED[last]


def _linked(left: Syllable, right: Syllable, _written: str) -> None:
    """Rules 13 and 14: an end moves before a vowel: 옷이 오시, 값을 갑쓸."""
    if right.onset != "ㅇ" or left.coda in ("", "ㅇ"):
        return
    kept, last = _split(left.coda)
    left.coda, right.onset = kept, "ㅆ" if kept and last == "ㅅ" else last


def _settled(left: Syllable, right: Syllable, written: str) -> None:
    """Rules 9 to 11, and 23 to 25 where the end that is lost tenses what follows: 넓게 널께, 앉고 안꼬, 맑게 말께."""
    coda = left.coda
    stem = not right.spaced and written not in _NOUN_STEMS
    if coda == "ㄺ" and right.onset == "ㄱ" and stem:
        left.coda, right.onset = "ㄹ", "ㄲ"
        return
    if coda in ("ㄵ", "ㄼ", "ㄾ", "ㄻ") and right.onset in "ㄱㄷㅅㅈ" and stem:
        right.onset = _TENSE[right.onset]
    left.coda = "ㅂ" if written == "밟" else _ENDS_AS.get(coda, coda)


def _tense(left: Syllable, right: Syllable, _written: str) -> None:
    """Rule 23: 국밥 국빱."""
    if left.coda in ("ㄱ", "ㄷ", "ㅂ"):
        right.onset = _TENSE.get(right.onset, right.onset)


def _nasal_and_liquid(left: Syllable, right: Syllable, _written: str) -> None:
    """Rules 18 to 20: 국물 궁물, 담력 담녁, 협력 혐녁, 난로 날로, 칼날 칼랄."""
    if right.onset == "ㄹ" and left.coda in ("ㄱ", "ㄷ", "ㅂ", "ㅁ", "ㅇ"):
        right.onset = "ㄴ"
    if right.onset in "ㄴㅁ":
        left.coda = _NASAL.get(left.coda, left.coda)
    if (left.coda, right.onset) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        left.coda = right.onset = "ㄹ"


def _split(coda: str) -> tuple[str, str]:
    """What stays and what moves."""
    cluster = CLUSTERS.get(coda)
    return (cluster[0], cluster[1]) if cluster else ("", coda)


def _settle_vowel(syllable: Syllable) -> None:
    """Rule 5: 가져 가저, 희망 히망, 지혜 지헤 (as most say it; 예 and 례, also where it became 녜, stay)."""
    if syllable.vowel == "ㅕ" and syllable.onset in "ㅈㅉㅊ":
        syllable.vowel = "ㅓ"
    elif syllable.vowel == "ㅖ" and syllable.onset not in "ㅇㄹㄴ":
        syllable.vowel = "ㅔ"
    elif syllable.vowel == "ㅢ" and syllable.onset != "ㅇ":
        syllable.vowel = "ㅣ"
