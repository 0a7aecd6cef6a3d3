import itertools

import pytest

from voxpod_crds.base import unhonoured
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import TTSRequest
from voxpod_demo import scene
from voxpod_demo.capacity import millicores, sandbox_cpu

DIGEST = f"sha256:{'0' * 64}"


def test_manifests_fit_the_models_and_ask_for_nothing_that_is_not_honoured_yet() -> None:
    model = SpeechModel.model_validate(scene.speech_model("/models/kokoro", DIGEST, "850m"))
    fast = SpeechModel.model_validate(scene.fast_model("/models/hibari", DIGEST))
    tenants = [Tenant.model_validate(one) for one in scene.tenants()]
    requests = [TTSRequest.model_validate(one) for one in scene.requests(scene.LINES, "run1")]
    assert [found for one in (model, fast, *tenants, *requests) for found in unhonoured(one.spec)] == []


def test_every_request_lies_in_a_namespace_of_one_tenant() -> None:
    owned = list(itertools.chain.from_iterable(one["spec"]["namespaces"] for one in scene.tenants()))
    assert len(owned) == len(set(owned))
    assert {line.namespace for line in scene.LINES} == set(owned)


def test_three_languages_are_spoken_and_one_request_is_meant_to_be_rejected() -> None:
    assert {line.name.rpartition("-")[2] for line in scene.LINES if line.ends == "Succeeded"} == {"en", "zh", "ja"}
    assert [line.name for line in scene.LINES if line.ends != "Succeeded"] == ["typo-voice"]


def test_one_request_goes_to_the_fast_model_by_its_language_alone() -> None:
    fast = SpeechModel.model_validate(scene.fast_model("/models/hibari", DIGEST))
    requests = [TTSRequest.model_validate(one) for one in scene.requests(scene.LINES, "run1")]
    meant = [one.metadata.name for one in requests if one.spec.language in fast.spec.default_for]
    assert (meant, {one.spec.model for one in requests}) == (["fast-en"], {None})


def test_names_are_unique_within_their_namespace_and_so_are_audio_files() -> None:
    keys = [(line.namespace, line.name) for line in scene.LINES]
    assert len(keys) == len(set(keys))


def test_a_request_without_voice_and_language_leaves_both_out() -> None:
    (made,) = scene.requests([scene.Line("acme", "x", "Hello.")], "run1")
    assert made["spec"].keys() == {"text", "deadlineSeconds"}


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("2", 2000),
        (2, 2000),
        ("1.5", 1500),
        ("100m", 100),
        ("250000u", 250),
        ("250000000n", 250),
        (0, 0),
        ("0", 0),
        (0.5, 500),
    ],
)
def test_cpu_quantities(quantity: str | int | float, expected: int) -> None:
    assert millicores(quantity) == expected


def node(cpu: str, name: str = "n1") -> dict[str, object]:
    return {"metadata": {"name": name}, "status": {"allocatable": {"cpu": cpu}}}


def pod(
    *cpu: str, namespace: str = "voxpod-system", phase: str = "Running", on: str | None = "n1"
) -> dict[str, object]:
    containers = [{"resources": {"requests": {"cpu": one}} if one else {}} for one in cpu]
    return {
        "metadata": {"namespace": namespace},
        "spec": {"containers": containers, **({"nodeName": on} if on else {})},
        "status": {"phase": phase},
    }


@pytest.mark.parametrize(
    ("nodes", "pods", "cpu"),
    [
        pytest.param(
            [node("2")],
            [pod("100m"), pod("50m", "10m")],
            "750m",
            id="two cores: what operator, store and fast model leave, halved",
        ),
        pytest.param(
            [node("2")],
            [pod("100m"), pod("1", namespace="voxpod-sandboxes")],
            "800m",
            id="sandboxes of an earlier run do not count",
        ),
        pytest.param(
            [node("2")], [pod("1", phase="Succeeded"), pod("1", phase="Failed")], "850m", id="nor do pods that ended"
        ),
        pytest.param(
            [node("2")],
            [pod("1", on=None), pod("1", on="elsewhere")],
            "850m",
            id="nor pods of no node or an unknown one",
        ),
        pytest.param([node("16")], [pod("")], "1000m", id="never more than a core"),
        pytest.param([node("500m")], [pod("400m")], "250m", id="never less than a quarter"),
        pytest.param([node("1"), node("4", "n2")], [pod("900m")], "1000m", id="the node with most room counts"),
        pytest.param([], [], "250m", id="no node"),
    ],
)
def test_cpu_of_a_sandbox(nodes: list[dict[str, object]], pods: list[dict[str, object]], cpu: str) -> None:
    assert sandbox_cpu(nodes, pods) == cpu
