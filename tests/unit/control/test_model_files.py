"""What of the node a pod sees of a model: what sandboxes map, and the one folder that is written to when a node gets ready."""

from typing import Any

import pytest
import yaml

from sandbox_samples import CLAIM, FROM_IMAGE, IMAGE, IN_PLACE, MODEL_ROOT, good_delivery, good_job, good_probe

HEX = "0" * 64

EXPECTED = {
    "in place": (
        IN_PLACE,
        """
        sandbox:
          env: {VOXPOD_BUNDLE: /bundle}
          model: {hostPath: {path: /var/lib/voxpod/models/kokoro, type: Directory}, at: /bundle, writable: false}
        delivery:
          env: {VOXPOD_BUNDLE: /bundle}
          model: {hostPath: {path: /var/lib/voxpod/models/kokoro, type: Directory}, at: /bundle, writable: true}
        """,
    ),
    "brought out of an image": (
        FROM_IMAGE,
        f"""
        sandbox:
          env: {{VOXPOD_BUNDLE: /bundle}}
          model: {{hostPath: {{path: {MODEL_ROOT}/kokoro/{HEX}, type: Directory}}, at: /bundle, writable: false}}
        delivery:
          env: {{VOXPOD_BUNDLE: /models/{HEX}, VOXPOD_BRING_FROM: /from}}
          models: {{hostPath: {{path: {MODEL_ROOT}/kokoro, type: DirectoryOrCreate}}, at: /models, writable: true}}
          from: {{image: {{reference: registry.example.com/kokoro:1, pullPolicy: IfNotPresent}}, at: /from, writable: false}}
        """,
    ),
    "in an image": (
        IMAGE,
        f"""
        sandbox:
          env: {{VOXPOD_BUNDLE: /bundle, VOXPOD_PREPARED: /prepared}}
          model: {{image: {{reference: registry.example.com/kokoro:1, pullPolicy: IfNotPresent}}, at: /bundle, writable: false}}
          prepared: {{hostPath: {{path: {MODEL_ROOT}/prepared/{HEX}, type: Directory}}, at: /prepared, writable: false}}
        delivery:
          env: {{VOXPOD_BUNDLE: /bundle, VOXPOD_PREPARED: /prepared}}
          model: {{image: {{reference: registry.example.com/kokoro:1, pullPolicy: IfNotPresent}}, at: /bundle, writable: false}}
          prepared: {{hostPath: {{path: {MODEL_ROOT}/prepared/{HEX}, type: DirectoryOrCreate}}, at: /prepared, writable: true}}
        """,
    ),
    "in a claim": (
        CLAIM,
        f"""
        sandbox:
          env: {{VOXPOD_BUNDLE: /bundle, VOXPOD_PREPARED: /prepared}}
          model: {{persistentVolumeClaim: {{claimName: models, readOnly: true}}, at: /bundle, writable: false}}
          prepared: {{hostPath: {{path: {MODEL_ROOT}/prepared/{HEX}, type: Directory}}, at: /prepared, writable: false}}
        delivery:
          env: {{VOXPOD_BUNDLE: /bundle, VOXPOD_PREPARED: /prepared}}
          model: {{persistentVolumeClaim: {{claimName: models, readOnly: true}}, at: /bundle, writable: false}}
          prepared: {{hostPath: {{path: {MODEL_ROOT}/prepared/{HEX}, type: DirectoryOrCreate}}, at: /prepared, writable: true}}
        """,
    ),
    "in an image, nothing prepared": (
        {**IMAGE, "delivery": None},
        """
        sandbox:
          env: {VOXPOD_BUNDLE: /bundle}
          model: {image: {reference: registry.example.com/kokoro:1, pullPolicy: IfNotPresent}, at: /bundle, writable: false}
        """,
    ),
}


def seen(job: dict[str, Any]) -> dict[str, Any]:
    """The variables and volumes that are about the model, each volume with where it is mounted."""
    spec = job["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    about = ("VOXPOD_BUNDLE", "VOXPOD_PREPARED", "VOXPOD_BRING_FROM")
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    volumes = [v for v in spec["volumes"] if v["name"] not in ("scratch", "identity")]
    return {"env": {e["name"]: e["value"] for e in container["env"] if e["name"] in about}} | {
        v["name"]: {k: what for k, what in v.items() if k != "name"}
        | {"at": mounts[v["name"]]["mountPath"], "writable": not mounts[v["name"]].get("readOnly", False)}
        for v in volumes
    }


@pytest.mark.parametrize(("spec", "expected"), [pytest.param(*case, id=name) for name, case in EXPECTED.items()])
def test_pods_see_of_the_node_what_they_need(spec: dict[str, Any], expected: str) -> None:
    pods = yaml.safe_load(expected)

    assert seen(good_probe("sandboxes", spec)) == pods["sandbox"]
    if "delivery" in pods:
        assert seen(good_delivery("sandboxes", spec)) == pods["delivery"]


def test_a_delivery_has_no_token_and_one_node() -> None:
    spec = good_delivery("sandboxes")["spec"]["template"]["spec"]

    assert [v for v in spec["volumes"] if "projected" in v] == []
    assert spec["affinity"] == yaml.safe_load("""
      nodeAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms:
            - matchFields: [{key: metadata.name, operator: In, values: [node-a]}]
    """)
    assert spec["tolerations"] == [{"key": "speech", "operator": "Exists"}]


def test_a_sandbox_of_a_bundle_in_place_has_no_further_volume() -> None:
    """Each one costs the start of a sandbox."""
    volumes = good_job("sandboxes")["spec"]["template"]["spec"]["volumes"]
    assert [v["name"] for v in volumes] == ["model", "scratch", "identity"]
