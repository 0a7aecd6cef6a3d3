"""What an object says in fields that a model does not have is noticed, wherever it stands."""

from typing import Any

import pytest
from pydantic import BaseModel

from crd_samples import accepted, accepted_names
from voxpod_crds.base import unknown
from voxpod_crds.definitions import DEFINITIONS
from voxpod_crds.speech_model import SpeechModelSpec
from voxpod_crds.tenant import TenantSpec
from voxpod_crds.tts_request import TTSRequestSpec

MODELS = {d.kind: d.model for d in DEFINITIONS}


@pytest.mark.parametrize("name", accepted_names())
def test_a_sample_of_this_version_has_no_unknown_field(name: str) -> None:
    sample = accepted(name)
    for part in ("spec", "status"):
        model = MODELS[sample["kind"]].model_fields[part].annotation
        assert isinstance(model, type)
        assert list(unknown(model, sample.get(part, {}), part)) == []


@pytest.mark.parametrize(
    ("model", "raw", "paths"),
    [
        pytest.param(TTSRequestSpec, {"text": "a", "emotion": "happy"}, ["spec.emotion"], id="at the top"),
        pytest.param(TenantSpec, {"quota": {"bytes": 1, "maxTextLength": 2}}, ["spec.quota.bytes"], id="inside"),
        pytest.param(
            TTSRequestSpec,
            {"lexicon": [{"word": "a"}, {"word": "b", "x": 1}]},
            ["spec.lexicon[1].x"],
            id="inside of a list",
        ),
        pytest.param(TenantSpec, {"sandbox": {"nodeSelector": {"any": "label"}}}, [], id="a map has names of its own"),
        pytest.param(SpeechModelSpec, {"source": {"oci": {"a": 1}}}, ["spec.source.oci"], id="an object as a whole"),
        pytest.param(TTSRequestSpec, {"emotion": None}, [], id="null is absent"),
        pytest.param(TTSRequestSpec, {"sample_rate": 1}, ["spec.sample_rate"], id="the name in Python"),
        pytest.param(TTSRequestSpec, {"lexicon": "text"}, [], id="another type, which the model refuses by itself"),
        pytest.param(TTSRequestSpec, None, [], id="nothing"),
    ],
)
def test_unknown_fields_are_named(model: type[BaseModel], raw: Any, paths: list[str]) -> None:
    assert list(unknown(model, raw)) == paths
