"""Jyutping to IPA, with Chao's letters for the tones."""

import re

_ONSETS = {
    "": "", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "ng": "ŋ", "gw": "kʷ", "kw": "kʷʰ",
    "w": "w", "h": "h", "z": "ts", "c": "tsʰ", "s": "s", "j": "j",
}  # fmt: skip
_NUCLEI = {"aa": "aː", "a": "ɐ", "e": "ɛː", "i": "iː", "o": "ɔː", "u": "uː", "oe": "œː", "eo": "ɵ", "yu": "yː"}
_CODAS = {"": "", "i": "i", "u": "u", "m": "m", "n": "n", "ng": "ŋ", "p": "p̚", "t": "t̚", "k": "k̚"}
# Finals whose vowel is another one than by itself, and syllabic nasals.
_FINALS = {"ei": "ei", "ing": "eŋ", "ik": "ek̚", "ou": "ou", "ung": "oŋ", "uk": "ok̚", "eoi": "ɵy", "m": "m̩", "ng": "ŋ̍"}
_TONES = {"1": "˥", "2": "˧˥", "3": "˧", "4": "˨˩", "5": "˩˧", "6": "˨"}
_SYLLABLE = re.compile(r"(gw|kw|ng|[bpmfdtnlgkhwzcsj]?)(m|ng|(?:aa|oe|eo|yu|[aeiou])(?:ng|[iumnptk])?)([1-6])")
_FINAL = re.compile(r"(aa|oe|eo|yu|[aeiou])(ng|[iumnptk])?")


def phonemes_of(syllable: str) -> str | None:
    """IPA of a jyutping syllable such as `gwong2`; None for what is none."""
    match = _SYLLABLE.fullmatch(syllable)
    if match is None:
        return None
    onset, final, tone = match.groups()
    if (whole := _FINALS.get(final)) is None:
        nucleus, coda = _FINAL.fullmatch(final).groups(default="")  # type: ignore[union-attr]
        whole = _NUCLEI[nucleus] + _CODAS[coda]
    return _ONSETS[onset] + whole + _TONES[tone]
