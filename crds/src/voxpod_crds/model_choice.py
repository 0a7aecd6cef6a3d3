"""Which SpeechModel a request gets that names none: the rule of operator and facade alike. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from voxpod_crds.tenant import TenantSpec
from voxpod_crds.voices import voice_shares


class Offer(NamedTuple):
    """What a SpeechModel says of requests that name no model."""

    name: str
    default: bool
    default_for: Sequence[str]
    """Languages; a request asks in one of them by its own `language`."""
    voices: Sequence[str]
    """Empty where its bundle was not read yet."""


def model_for(offers: Iterable[Offer], grants: TenantSpec | None, language: str, voice: str = "") -> str | None:
    """The name of the model for a tenant's request that names none; `offers` are the oldest first, None is granted all.

    First one that is for the language and has the voice, then the default, of those that the tenant may use. Where it may use
    none of them, the default all the same: whoever refuses it then has a name to tell. None where there is no default.
    """
    offers = list(offers)
    models, voices = (grants.allowed_models, grants.allowed_voices) if grants else ((), ())
    usable = [offer for offer in offers if not models or offer.name in models]
    asked = language.split("-")[0].lower()
    ranked = [offer for offer in usable if asked in offer.default_for and _may_speak(offer, voice, voices)]
    ranked += [offer for offer in (*usable, *offers) if offer.default]
    return ranked[0].name if ranked else None


def _may_speak(offer: Offer, voice: str, allowed: Sequence[str]) -> bool:
    """Whether a model may have a voice, or all of a mix; without one, whether it has any that is allowed (empty: all are)."""
    if not offer.voices:
        return True
    if not voice:
        return not allowed or not set(allowed).isdisjoint(offer.voices)
    try:
        return set(voice_shares(voice)) <= set(offer.voices)
    except ValueError:  # no name of a voice at all: for the checks to tell
        return False
