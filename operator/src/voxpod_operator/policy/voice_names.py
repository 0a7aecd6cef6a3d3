"""Voices in messages: the parts of a mix, and what somebody may have meant. Pure."""

import difflib
from collections.abc import Iterable, Sequence

from voxpod_crds.voices import voice_shares


def parts(voice: str | None) -> Iterable[str]:
    """The voices of a mix; the API server has checked its form."""
    return voice_shares(voice) if voice else ()


def of_mix(part: str, voice: str | None) -> str:
    """Which mix a part is of, in brackets; empty for a voice of its own."""
    return "" if part == voice else f" (in {voice})"


def suggest(voice: str, voices: Sequence[str]) -> str:
    """What may have been meant by a voice that is not there, or what there is."""
    close = difflib.get_close_matches(voice, voices, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"it has {', '.join(voices[:8])}{' and others (kubectl get vmodel -o yaml)' if len(voices) > 8 else ''}"
