"""What a request asks that its model's bundle cannot do, as the probe read it. Pure."""

from collections.abc import Iterator, Sequence

from voxpod_crds.conditions import Reason
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tts_request import TTSRequestSpec
from voxpod_operator.cluster.reading import UnreadableModel
from voxpod_operator.policy import bundle_facts
from voxpod_operator.policy.voice_names import parts, suggest

Objection = tuple[Reason, str]


def beyond(
    asked: TTSRequestSpec, model: SpeechModel, models: Sequence[SpeechModel | UnreadableModel], allowed: Sequence[str]
) -> Objection | None:
    """The first thing that the model cannot do; of `models` those that are `allowed` (all when empty) may do instead."""
    return (
        _mixed(asked, model)
        or _words(asked, model)
        or _instructions(asked, model, models, allowed)
        or _language(asked, model, models, allowed)
    )


def _mixed(asked: TTSRequestSpec, model: SpeechModel) -> Objection | None:
    if model.status.mixes_voices is not False or len(list(parts(asked.voice))) < 2:  # None: a probe that did not say
        return None
    return (
        Reason.VOICE_NOT_FOUND,
        f"SpeechModel {model.metadata.name} does not mix voices; {suggest('', model.status.voices)}",
    )


def _words(asked: TTSRequestSpec, model: SpeechModel) -> Objection | None:
    if model.status.tells_words is not False or asked.timestamps != "word":
        return None
    return (
        Reason.NOT_SUPPORTED_YET,
        f"spec.timestamps is word, but SpeechModel {model.metadata.name} does not tell when words are heard;"
        " sentence is accepted",
    )


def _instructions(
    asked: TTSRequestSpec, model: SpeechModel, models: Sequence[SpeechModel | UnreadableModel], allowed: Sequence[str]
) -> Objection | None:
    if asked.instructions is None or model.status.takes_instructions:
        return None
    may = [m.metadata.name for m in _usable(models, allowed) if m.status.takes_instructions]
    hint = f"set spec.model to {' or '.join(may)}, or leave them out" if may else "leave them out"
    return (
        Reason.NOT_SUPPORTED_YET,
        f"spec.instructions are given, but SpeechModel {model.metadata.name} takes none; {hint}",
    )


def _usable(models: Sequence[SpeechModel | UnreadableModel], allowed: Sequence[str]) -> Iterator[SpeechModel]:
    """Those that may do instead, now."""
    for model in models:
        mine = not allowed or model.metadata.name in allowed
        if mine and isinstance(model, SpeechModel) and bundle_facts.in_use(model):
            yield model


def _language(
    asked: TTSRequestSpec, model: SpeechModel, models: Sequence[SpeechModel | UnreadableModel], allowed: Sequence[str]
) -> Objection | None:
    """By the primary subtag: zh-CN is zh."""
    language, languages = asked.language.split("-")[0], model.status.languages
    if language == "auto" or language in languages:
        return None
    others = [other.metadata.name for other in _usable(models, allowed) if language in other.status.languages]
    hint = f"; set spec.model to {' or '.join(others)}" if others else ""
    return (
        Reason.LANGUAGE_NOT_SUPPORTED,
        f"SpeechModel {model.metadata.name} cannot speak {asked.language}; it speaks {', '.join(languages)}{hint}",
    )
