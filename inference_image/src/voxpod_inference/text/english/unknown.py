"""Pronunciations of unknown English words by espeak-ng."""

import re

from voxpod_inference.errors import SpeechError
from voxpod_inference.text.espeak.process import EspeakProcess

_LONGEST_WORD = 40
# espeak's IPA (with ties) to the model's alphabet, longest first, as misaki's EN_PHONES.md maps it.
_BOTH = (
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("ʔˌn\u0329", "tᵊn"),
    ("ʔn\u0329", "tᵊn"), ("x", "k"), ("ç", "k"), ("ɬ", "l"), ("ʔ", "t"), ("ʲ", ""), ("\u0303", ""), ("r", "ɹ"),
)  # fmt: skip
_AMERICAN = (
    *_BOTH, ("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("e", "A"), ("ɐ", "ə"), ("ɚ", "əɹ"), ("ː", ""), ("^", ""), ("o", "ɔ"),
)  # fmt: skip
_BRITISH = (
    *_BOTH, ("e^ə", "ɛː"), ("i^ə", "ɪə"), ("iə", "ɪə"), ("ə^ʊ", "Q"), ("e", "A"), ("ɐ", "ə"), ("ɚ", "əɹ"), ("^", ""), ("o", "ɔ"),
)  # fmt: skip


class UnknownEnglish:
    """Guesses how English words sound: words in, phonemes by word out; nothing for those that espeak-ng cannot be asked for."""

    def __init__(self, *, british: bool = False) -> None:
        self._espeak = EspeakProcess("en-gb" if british else "en-us")
        self._to_model = _BRITISH if british else _AMERICAN

    def __call__(self, words: list[str]) -> dict[str, str]:
        """Empty where espeak-ng is not installed or fails: the reader then spells the words and says so."""
        asked = [word for word in words if len(word) <= _LONGEST_WORD]
        try:
            answers = self._espeak.ipa(asked)
        except SpeechError:
            return {}
        return {word: said for word, ipa in zip(asked, answers, strict=True) if (said := self._in_model_alphabet(ipa))}

    def _in_model_alphabet(self, ipa: str) -> str:
        ipa = re.sub(r"\([^)]*\)", "", ipa)
        for old, new in self._to_model:
            ipa = ipa.replace(old, new)
        return re.sub(r"(\S)\u0329", r"ᵊ\1", ipa).replace(" ", "")
