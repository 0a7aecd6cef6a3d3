"""A bundle's voices by name, and mixes of them: `af_heart(2)+af_bella(1)` has two thirds of one style and one of the other.

A style is a vector that the model was trained to follow; what lies between two of them is a voice as well, steady within
a language, less so between voices of different languages. Nothing else of a voice (mood, accent) can be set.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from voxpod_crds.voices import voice_shares
from voxpod_inference.bundle import Bundle
from voxpod_inference.errors import VOICE_NOT_FOUND, InputError

_MOST_SUGGESTIONS = 3


class Voices:
    """The voices of a bundle; their tables are mapped, each after a check of its file."""

    def __init__(self, bundle: Bundle, *, mixes: bool = True) -> None:
        self._bundle = bundle
        self._mixes = mixes
        self._tables: dict[str, NDArray[np.float32]] = {}

    def shares(self, voice: str) -> Mapping[str, float]:
        """The voices of a name or mix and the share of each, which add up to 1; InputError when one is not known."""
        known = self._bundle.manifest.voices
        if voice in known:
            return {voice: 1.0}
        try:
            shares = voice_shares(voice)
        except ValueError as error:
            raise InputError(VOICE_NOT_FOUND, f"{error}; {self._bundle.manifest.name} has {', '.join(known)}") from None
        if len(shares) > 1 and not self._mixes:
            raise InputError(
                VOICE_NOT_FOUND,
                f"voice is the mix {voice!r}; {self._bundle.manifest.name} does not mix voices, it has {', '.join(known)}",
            )
        for name in shares:
            if name not in known:
                where = f" in the mix {voice!r}" if len(shares) > 1 else ""
                raise InputError(
                    VOICE_NOT_FOUND,
                    f"voice is {name!r}{where}; {self._bundle.manifest.name} has {_nearest(name, known)}",
                )
        return shares

    def language(self, shares: Mapping[str, float]) -> str:
        """The language that the greatest part of a mix was recorded in, such as `en`."""
        languages: dict[str, float] = {}
        for name, share in shares.items():
            language = self._bundle.manifest.voices[name].partition("-")[0]
            languages[language] = languages.get(language, 0.0) + share
        return max(languages, key=lambda language: languages[language])

    def variety(self, shares: Mapping[str, float]) -> str:
        """The variety of that language that the greatest part was recorded in, such as `en-GB`."""
        language = self.language(shares)
        varieties: dict[str, float] = {}
        for name, share in shares.items():
            if (variety := self._bundle.manifest.voices[name]).partition("-")[0] == language:
                varieties[variety] = varieties.get(variety, 0.0) + share
        return max(varieties, key=lambda variety: varieties[variety])

    def style(self, shares: Mapping[str, float], tokens: int) -> NDArray[np.float32]:
        """The style of a mix for a chunk of so many tokens, [1, 256]."""
        mixed = sum(np.float32(share) * self._row(name, tokens) for name, share in shares.items())
        return np.asarray(mixed, dtype=np.float32)

    def _row(self, name: str, tokens: int) -> NDArray[np.float32]:
        if name not in self._tables:
            file = f"voices/{name}.npy"
            self._bundle.check([file])
            self._tables[name] = np.load(self._bundle.path(file), mmap_mode="r")
        table = self._tables[name]
        row = min(tokens, len(table) - 1)
        return table[row : row + 1]


def _nearest(name: str, known: Iterable[str]) -> str:
    """The voices that were most likely meant, else all."""
    import difflib  # half a megabyte for who mistyped

    close = difflib.get_close_matches(name, known, n=_MOST_SUGGESTIONS)
    return f"{', '.join(close)}, to name the nearest" if close else ", ".join(known)
