"""values.schema.json refuses what is misspelt, ill-typed or out of range, and names it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"
FREE_FORM = {
    "affinity", "annotations", "global", "issuerRef", "labels", "limitRange", "metricsFrom", "modelAliases",
    "namespaceLabels", "nodeSelector", "podAnnotations", "podLabels", "resourceQuota", "resources", "tolerations",
    "topologySpreadConstraints", "voiceAliases",
}  # fmt: skip

FROM_A_PARENT = [("enabled",), ("global",)]
"""What a chart that depends on this one hands down; no template reads them."""


def schema() -> dict[str, Any]:
    return json.loads((CHART / "values.schema.json").read_text())


def defaults() -> dict[str, Any]:
    return yaml.safe_load((CHART / "values.yaml").read_text())


def test_schema_itself_is_valid():
    jsonschema.Draft7Validator.check_schema(schema())


def test_defaults_fit():
    jsonschema.Draft7Validator(schema()).validate(defaults())


def test_schema_and_values_have_the_same_keys_in_the_same_order():
    def keys(values: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        nested = [
            (key, value if isinstance(value, dict) and key not in FREE_FORM else {}) for key, value in values.items()
        ]
        return [found for key, value in nested for found in ((*path, key), *keys(value, (*path, key)))]

    def properties(node: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        node = schema()["definitions"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        here = [] if path and path[-1] in FREE_FORM else node.get("properties", {}).items()
        return [found for key, value in here for found in ((*path, key), *properties(value, (*path, key)))]

    assert properties(schema()) == [*FROM_A_PARENT, *keys(defaults())]


def test_no_object_takes_unknown_keys():
    def closed(node: Any) -> bool:
        if isinstance(node, dict):
            return ("properties" not in node or node.get("additionalProperties") is False) and all(
                map(closed, node.values())
            )
        return not isinstance(node, list) or all(map(closed, node))

    assert closed(
        {key: value for key, value in schema().items() if key != "properties"}
        | {"all": list(schema()["properties"].values())}
    )
    assert schema()["additionalProperties"] is False


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        pytest.param("enabled=maybe", "/enabled", id="a word for a condition"),
        pytest.param(
            "sandbox.ephemeralStorage.limit=much", "/sandbox/ephemeralStorage/limit", id="a word for a quantity"
        ),
        pytest.param("operator.replica=3", "/operator", id="misspelt key"),
        pytest.param("operators.replicas=3", "operators", id="misspelt part"),
        pytest.param("operator.replicas=0", "/operator/replicas", id="no replica"),
        pytest.param("operator.replicas=two", "/operator/replicas", id="words for a number"),
        pytest.param("operator.logLevel=debug", "/operator/logLevel", id="unknown level"),
        pytest.param("sandbox.tokenSeconds=60", "/sandbox/tokenSeconds", id="shorter than the API server allows"),
        pytest.param("sandbox.ttlSeconds=9", "/sandbox/ttlSeconds", id="Jobs gone before their results are read"),
        pytest.param("sandbox.startTimeoutSeconds=1", "/sandbox/startTimeoutSeconds", id="no time to start"),
        pytest.param("sandbox.maxMemory=2", "/sandbox/maxMemory", id="a forgotten unit"),
        pytest.param('sandbox.modelRoots=["/"]', "/sandbox/modelRoots/0", id="the whole node as model root"),
        pytest.param('sandbox.modelRoots=["/srv/../etc"]', "/sandbox/modelRoots/0", id="model root that climbs"),
        pytest.param('sandbox.modelRoots=["models"]', "/sandbox/modelRoots/0", id="relative model root"),
        pytest.param("objectStore.endpoint=https://s3.example.com", "/objectStore/endpoint", id="a URL for host:port"),
        pytest.param("objectStore.caPem=/etc/ssl/store.pem", "/objectStore/caPem", id="a path for a certificate"),
        pytest.param(
            "objectStore.caPem=-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----",
            "/objectStore/caPem",
            id="a key beside the certificate",
        ),
        pytest.param(
            'objectStore.network.cidrs=["s3.example.com"]', "/objectStore/network/cidrs/0", id="a name for a CIDR"
        ),
        pytest.param(
            "objectStore.network.dnsPeers=[]",
            "/objectStore/network/dnsPeers",
            id="no DNS peer, which would be every address",
        ),
        pytest.param(
            "objectStore.network.dnsPeers=[{}]", "/objectStore/network/dnsPeers/0", id="a DNS peer that is nobody"
        ),
        pytest.param(
            'objectStore.network.dnsPeers=[{"podSelectors":{}}]',
            "/objectStore/network/dnsPeers/0",
            id="misspelt DNS peer",
        ),
        pytest.param("retention.request=30s", "/retention/request", id="requests gone before anybody has seen them"),
        pytest.param("retention.request=0h", "/retention/request", id="requests that stay no time"),
        pytest.param("retention.audio=36h", "/retention/audio", id="audio that stays one day and a half"),
        pytest.param("demo.minio.nodePort=80", "/demo/minio/nodePort", id="port that is no NodePort"),
        pytest.param("operator.image.digest=latest", "/operator/image/digest", id="a tag for a digest"),
        pytest.param("objectStore.publicUrl=audio.example.com", "/objectStore/publicUrl", id="a host for a URL"),
        pytest.param("objectStore.publicUrl=https://a.example/x", "/objectStore/publicUrl", id="a URL with a path"),
        pytest.param(
            'api.auth.keys=[{"name":"ci","key":"vxp-1","namespace":"acme"}]', "/api/auth/keys/0", id="a key itself"
        ),
        pytest.param("api.modelAliases.tts-1=No_Model", "/api/modelAliases/tts-1", id="an alias of no model's name"),
        pytest.param("api.service.nodePort=80", "/api/service/nodePort", id="port that is no NodePort of the facade"),
    ],
)
def test_bad_value_is_refused_by_name(setting: str, says: str, refusal):
    assert says in refusal("minimal", setting)
