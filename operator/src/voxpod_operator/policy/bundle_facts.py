"""What a SpeechModel's voices and languages rest on, as hashes that its status keeps. Pure.

Not metadata.generation: a new limit of sandboxes does not change what is in the bundle, and a new sandbox image changes
no generation.
"""

from voxpod_crds.conditions import ConditionType, Reason, find_condition
from voxpod_crds.names import fingerprint
from voxpod_crds.speech_model import SpeechModel, SpeechModelSpec


def probed(spec: SpeechModelSpec, image: str) -> str:
    """What a probe reads: the bundle, and where and by which program it is read."""
    tolerations = [t.to_wire() for t in spec.tolerations]
    return f"{_bundle(spec)}-{fingerprint(image, spec.node_selector, tolerations)}"


def are_true(model: SpeechModel) -> bool:
    """Whether the voices and languages in the status are those of the bundle that the spec names now.

    The digest alone fixes them; a source or an engine that was never tried is no reason to send requests there.
    """
    return (model.status.probed or "").partition("-")[0] == _bundle(model.spec)


def in_use(model: SpeechModel) -> bool:
    """Whether the model is Ready and its facts are true; it stays so while it is probed anew."""
    ready = find_condition(model.status.conditions, ConditionType.READY)
    return ready is not None and ready.status == "True" and are_true(model)


def why_not_in_use(model: SpeechModel) -> str:
    """The reason of a model that is not `in_use`.

    Not its message, which may change with each probe: a write to every waiting request each time would be without news.
    """
    ready = find_condition(model.status.conditions, ConditionType.READY)
    return ready.reason if ready is not None and ready.status != "True" else Reason.PROBING


def _bundle(spec: SpeechModelSpec) -> str:
    steps = () if spec.flow_steps is None else (spec.flow_steps,)
    return fingerprint(spec.source.to_wire(), spec.digest, spec.engine, *steps)
