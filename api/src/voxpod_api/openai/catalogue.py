"""The lists of models and voices. Pure. OpenAI has no list of voices, so each client came to expect a form of its own: all are served."""

from typing import Any

from voxpod_api.speech.choice import Aliases, usable_voices
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant

LANGUAGES = {
    "a": "en-US", "b": "en-GB", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja", "p": "pt-BR", "z": "zh",
}  # fmt: skip
"""The first letter of a voice such as af_heart names its language."""


def models_document(models: list[SpeechModel], aliases: Aliases, default: str) -> dict[str, Any]:
    """SpeechModels, and the aliases that lead to one of them."""
    by_name = {model.metadata.name: model for model in models}
    meant = {alias: name or default for alias, name in aliases.models.items()}
    shown = {name: name for name in by_name} | {a: name for a, name in meant.items() if name in by_name}
    found = [
        {
            "id": name,
            "object": "model",
            "created": _created(by_name[model]),
            "owned_by": "voxpod",
            "voxpod_model": model,
        }
        for name, model in shown.items()
    ]
    return {"object": "list", "data": found, "models": found}


def voices_document(
    models: list[SpeechModel], tenant: Tenant | None, aliases: Aliases, wanted_model: str, language: str, limit: int
) -> dict[str, Any]:
    """Voices of the models, and the aliases that lead to one of them; each once."""
    found: dict[str, dict[str, Any]] = {}
    for model in models:
        if wanted_model not in ("", model.metadata.name):
            continue
        voices = usable_voices(model, tenant)
        for name in voices:
            found.setdefault(name, _voice(name, name, model))
        for alias, meant in aliases.voices.items():
            if meant in voices:
                found.setdefault(alias, _voice(alias, meant, model))
    speaks = [v for v in found.values() if not language or str(v["language"] or "").startswith(language)]
    listed = speaks[:limit] if limit else speaks
    return {"object": "list", "voices": listed, "data": listed}


def _voice(name: str, meant: str, model: SpeechModel) -> dict[str, Any]:
    language = LANGUAGES.get(meant[0]) if meant[2:3] == "_" else None
    return {"id": name, "name": name, "object": "audio.voice", "language": language, "model": model.metadata.name}


def _created(model: SpeechModel) -> int:
    at = model.metadata.creation_timestamp
    return int(at.timestamp()) if at is not None else 0
