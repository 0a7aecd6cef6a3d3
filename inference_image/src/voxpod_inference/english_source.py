"""The English lexicon of a Kokoro bundle, out of the dictionaries that the model was trained with (misaki's, Apache-2.0)."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

Pronunciations: TypeAlias = str | Mapping[str, str | None]
"""Phonemes, or phonemes by part of speech with `DEFAULT` among them."""


def english_entries(
    gold: Mapping[str, Pronunciations], silver: Mapping[str, Pronunciations]
) -> Iterator[tuple[str, str]]:
    """Table rows: word to phonemes, then ` TAG=phonemes` for each part of speech that differs. Gold wins over silver."""
    for word, entry in {**silver, **gold}.items():
        if isinstance(entry, str):
            yield word, entry
            continue
        default = entry["DEFAULT"] or ""
        variants = [f"{tag}={phonemes}" for tag, phonemes in sorted(entry.items()) if phonemes and phonemes != default]
        yield word, " ".join([default, *variants])
