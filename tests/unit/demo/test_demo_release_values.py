import json

import pytest

from voxpod_demo.artifacts import Images
from voxpod_demo.calls import entry_of
from voxpod_demo.errors import DemoError
from voxpod_demo.kind import MODEL_ROOT, cluster_config
from voxpod_demo.named import require_references
from voxpod_demo.release import image_values, values
from voxpod_demo.settings import from_environment

SHA = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("reference", "repository", "tag", "digest"),
    [
        ("voxpod.local/operator:abc", "voxpod.local/operator", "abc", ""),
        ("reg.example:5000/team/op:1.2", "reg.example:5000/team/op", "1.2", ""),
        (f"reg.example:5000/team/op@{SHA}", "reg.example:5000/team/op", "", SHA),
        (f"op:1@{SHA}", "op", "1", SHA),
    ],
)
def test_image_reference_as_chart_values(reference: str, repository: str, tag: str, digest: str) -> None:
    assert image_values(reference) == {"repository": repository, "tag": tag, "digest": digest}


@pytest.mark.parametrize("reference", ["voxpod/operator", "reg.example:5000/operator"])
def test_reference_without_tag_is_refused(reference: str) -> None:
    with pytest.raises(DemoError, match="repository:tag is wanted"):
        image_values(reference)


IMAGES = Images("r/operator:1", "r/inference:2", "r/api:4", "r/minio:3", "Never")


def test_values_set_the_store_the_model_folder_and_all_images() -> None:
    chosen = values(IMAGES, "/models", "192.0.2.7")
    assert chosen["demo"]["minio"] == {"enabled": True, "image": "r/minio:3", "pullPolicy": "Never", "nodePort": 30900}
    assert chosen["sandbox"]["modelRoots"] == ["/models"]
    assert chosen["sandbox"]["userNamespaces"] is True
    assert chosen["sandbox"]["image"]["repository"] == "r/inference"
    assert chosen["operator"]["image"]["tag"] == "1"


def test_facade_and_store_answer_at_a_node_that_this_machine_reaches() -> None:
    key = entry_of("vxp-1")
    near, far = (values(IMAGES, "/models", node, key=key) for node in ("192.0.2.7", ""))

    assert near["api"]["image"] == {"repository": "r/api", "tag": "4", "digest": "", "pullPolicy": "Never"}
    assert near["api"]["service"] == {"type": "NodePort", "nodePort": 30980}
    assert near["objectStore"]["publicUrl"] == "http://192.0.2.7:30900"
    assert (far["api"]["service"], far["objectStore"]["publicUrl"], far["demo"]["minio"]["nodePort"]) == ({}, "", 0)
    assert near["api"]["auth"]["keys"] == far["api"]["auth"]["keys"] == [key]
    assert values(IMAGES, "/models", "")["api"] == {"enabled": False}, "nobody could call"


def test_clients_of_openai_get_the_fast_model_for_its_fast_name_and_kokoro_for_the_other() -> None:
    with_fast, without = (values(IMAGES, "/models", "", key={}, fast_model=name) for name in ("hibari", ""))
    assert with_fast["api"]["modelAliases"] == {"tts-1": "hibari", "tts-1-hd": "kokoro"}
    assert without["api"]["modelAliases"] == {"tts-1": "", "tts-1-hd": "kokoro"}


def test_chart_is_told_a_digest_and_never_the_key() -> None:
    assert "vxp-secret" not in json.dumps(entry_of("vxp-secret"))


def test_named_cluster_is_refused_with_the_names_of_what_is_missing() -> None:
    settings = from_environment(
        {"KUBECONTEXT": "mine", "VOXPOD_OPERATOR_IMAGE": "r/op:1", "VOXPOD_MODEL_PATH": "/models/kokoro"}
    )
    with pytest.raises(
        DemoError, match=r"^VOXPOD_INFERENCE_IMAGE, VOXPOD_API_IMAGE, VOXPOD_MINIO_IMAGE not set.*context mine"
    ):
        require_references(settings)


def test_named_cluster_with_all_references_passes() -> None:
    names = (
        "VOXPOD_OPERATOR_IMAGE",
        "VOXPOD_INFERENCE_IMAGE",
        "VOXPOD_API_IMAGE",
        "VOXPOD_MINIO_IMAGE",
        "VOXPOD_MODEL_PATH",
    )
    require_references(from_environment({"KUBECONTEXT": "mine", **dict.fromkeys(names, "/models/kokoro")}))


@pytest.mark.parametrize("path", ["models/kokoro", "/kokoro", "/"])
def test_model_path_that_would_open_the_whole_node_is_refused(path: str) -> None:
    names = ("VOXPOD_OPERATOR_IMAGE", "VOXPOD_INFERENCE_IMAGE", "VOXPOD_API_IMAGE", "VOXPOD_MINIO_IMAGE")
    settings = from_environment({"KUBECONTEXT": "mine", "VOXPOD_MODEL_PATH": path, **dict.fromkeys(names, "r/x:1")})
    with pytest.raises(DemoError, match="at least two folders deep"):
        require_references(settings)


def test_kind_node_sees_the_model_folder_read_only(tmp_path: object) -> None:
    (node,) = cluster_config(tmp_path)["nodes"]  # type: ignore[arg-type]
    assert node["extraMounts"] == [{"hostPath": str(tmp_path), "containerPath": MODEL_ROOT}]
