"""Which model and voice a name in a call means. Pure."""

from dataclasses import dataclass

from voxpod_api.cluster.catalog import Catalog
from voxpod_api.errors import ApiError
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.voices import voice_shares


@dataclass(frozen=True, slots=True)
class Aliases:
    """What the names of others mean here."""

    models: dict[str, str]
    voices: dict[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the TTSRequest names; None leaves it to the operator."""

    model: str | None
    voice: str | None
    takes_instructions: bool = False
    """Whether the model follows instructions in words."""


def choose(
    catalog: Catalog,
    tenant: Tenant,
    aliases: Aliases,
    model: str | None,
    voice: str | None,
    language: str = "auto",
) -> Choice:
    """The model and voice that two names mean for a tenant, in a language. Raises ApiError for one that it does not have."""
    found = _model(catalog, tenant, aliases, model, language, aliases.voices.get(voice or "", voice or ""))
    follows = bool(found.status.takes_instructions)
    if not voice:
        return Choice(found.metadata.name, None, follows)
    known = set(usable_voices(found, tenant))
    if voice not in known and voice in aliases.voices:
        meant = aliases.voices[voice]
        return Choice(found.metadata.name, meant if _knows(known, meant) else None, follows)
    if known and not _knows(known, voice):
        raise ApiError(
            400,
            "voice_not_found",
            f"The voice {voice[:64]!r} does not exist in model {found.metadata.name}, or your tenant may not use it; "
            "GET /v1/audio/voices lists them",
            param="voice",
        )
    return Choice(found.metadata.name, voice, follows)


def usable_models(catalog: Catalog, tenant: Tenant | None) -> list[SpeechModel]:
    """The models that a tenant may use; all without one."""
    allowed = tenant.spec.allowed_models if tenant is not None else []
    return [m for m in catalog.models.all() if not allowed or m.metadata.name in allowed]


def usable_voices(model: SpeechModel, tenant: Tenant | None) -> list[str]:
    """The voices of a model that a tenant may use; empty for a model that was not read yet."""
    allowed = tenant.spec.allowed_voices if tenant is not None else []
    return [voice for voice in model.status.voices if not allowed or voice in allowed]


def _model(
    catalog: Catalog, tenant: Tenant, aliases: Aliases, name: str | None, language: str, voice: str
) -> SpeechModel:
    usable = {m.metadata.name: m for m in usable_models(catalog, tenant)}
    if name and name not in usable:
        name = aliases.models.get(name, name)
    if name:
        found = usable.get(name)
    else:
        default = catalog.default_model(tenant, language, voice)
        found = usable.get(default.metadata.name) if default is not None else None
    if found is None:
        said = f"The model {name[:64]!r}" if name else "A default model"
        raise ApiError(
            400,
            "model_not_found",
            f"{said} does not exist, or your tenant may not use it; GET /v1/models lists them",
            param="model",
        )
    return found


def _knows(known: set[str], voice: str) -> bool:
    """Whether a voice, or each voice of a mix, is there."""
    try:
        return voice_shares(voice).keys() <= known
    except ValueError:
        return False
