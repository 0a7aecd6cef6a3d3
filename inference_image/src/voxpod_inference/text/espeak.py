"""Pronunciations of unknown English words by espeak-ng, as a process of its own: it is GPL, Voxpod is Apache-2.0."""

import re
import shutil
import subprocess

_SECONDS = 5
# espeak's IPA (with ties) to the model's alphabet, longest first, as misaki's EN_PHONES.md maps it.
_TO_MODEL = (
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("o^ʊ", "O"), ("ə^l", "ᵊl"),
    ("ʔˌn\u0329", "tᵊn"), ("ʔn\u0329", "tᵊn"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("e", "A"), ("r", "ɹ"), ("x", "k"),
    ("ç", "k"), ("ɐ", "ə"), ("ɚ", "əɹ"), ("ɬ", "l"), ("ʔ", "t"), ("ʲ", ""), ("ː", ""), ("\u0303", ""), ("^", ""),
)  # fmt: skip


def pronounce(words: list[str]) -> dict[str, str]:
    """Phonemes by word, from one run of espeak-ng; empty when it is not installed or fails."""
    program = shutil.which("espeak-ng")
    if program is None:
        return {}
    command = [program, "-q", "--ipa", "--tie=^", "-v", "en-us"]
    try:
        done = subprocess.run(
            command, input="\n".join(words), capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if len(lines) != len(words):
        return {}
    return {word: _in_model_alphabet(line) for word, line in zip(words, lines, strict=True)}


def _in_model_alphabet(ipa: str) -> str:
    for old, new in _TO_MODEL:
        ipa = ipa.replace(old, new)
    return re.sub(r"(\S)\u0329", r"ᵊ\1", ipa).replace(" ", "")
