"""The HTTP facade in the chart: off by default, its settings from values, who may call it, what it may do, how it ends."""

import base64
import json
from pathlib import Path

import pytest
import yaml

from chart_objects import Json, environment, find, of_kind
from voxpod_api.settings import ApiSettings

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"
FILES = {"keys_file", "jwks_file", "revoked_file", "webhooks_key_file"}
FROM_THE_CHART = {"pod_name", "host", "store_url", "store_ca_pem", "live_secret", "live_address"} | FILES
"""What the chart itself knows: the downward API, where it mounts the credentials, what it makes, and the store's own values."""
FROM_THE_POD = {"VOXPOD_API_LIVE_SECRET": "s" * 48, "VOXPOD_API_LIVE_ADDRESS": "10.1.2.3"}
"""What a Secret and the downward API give, where not any name will do."""
KEY = '{"name":"ci","sha256":"' + "ab" * 32 + '","namespace":"acme"}'
ON = ("api.enabled=true", f"api.auth.keys=[{KEY}]")


def path_of(setting: str) -> str:
    """Where a setting stands below `api`: jwt_* and jwks_* lie below auth.jwt, webhooks_* below webhooks."""
    head, *rest = setting.removeprefix("jwt_").removeprefix("webhooks_").split("_")
    name = head + "".join(part.capitalize() for part in rest)
    return f"auth.jwt.{name}" if setting.startswith("jw") else f"webhooks.{name}" if setting.startswith("web") else name


def value_at(values: Json, path: str) -> object:
    for part in path.split("."):
        values = values[part]
    return values


def settings_of(objects: list[Json], monkeypatch: pytest.MonkeyPatch) -> ApiSettings:
    for name, value in environment(objects, "voxpod-api").items():
        monkeypatch.setenv(name, value if isinstance(value, str) else FROM_THE_POD.get(name, "from-the-pod"))
    return ApiSettings()


def pod_of(objects: list[Json]) -> Json:
    spec: Json = find(objects, "Deployment", "voxpod-api")["spec"]["template"]["spec"]
    return spec


def test_no_facade_without_being_asked(render):
    assert not [item for item in render("minimal") if item["metadata"]["name"].startswith("voxpod-api")]


def test_environment_has_every_setting_in_order(render):
    both = [*ON, "api.auth.jwt.jwksSecret=tokens", "api.auth.jwt.issuer=https://login.example.com"]
    more = ["api.auth.jwt.revokedConfigMap=gone", "api.webhooks.keySecret=mine"]
    found = list(environment(render("minimal", *both, *more), "voxpod-api"))

    assert found == [f"VOXPOD_API_{name.upper()}" for name in ApiSettings.model_fields if name != "host"]


def test_defaults_of_chart_and_facade_agree():
    values = yaml.safe_load((CHART / "values.yaml").read_text())["api"]
    fields = {name: field for name, field in ApiSettings.model_fields.items() if name not in FROM_THE_CHART}

    assert {n: f.default for n, f in fields.items()} == {name: value_at(values, path_of(name)) for name in fields}


def test_every_option_reaches_the_facade(render, monkeypatch):
    settings = settings_of(render("all-options"), monkeypatch)
    given = yaml.safe_load((CHART / "ci" / "all-options-values.yaml").read_text())["api"]
    merged = {
        "model_aliases": {"tts-1-hd": "", "gpt-4o-mini-tts": "", "house-voice": "kokoro"},
        "voice_aliases": {**ApiSettings.model_fields["voice_aliases"].default, **given["voiceAliases"]},
    }

    for name in set(ApiSettings.model_fields) - FROM_THE_CHART:
        told = getattr(settings, name)
        told = [str(one) for one in told] if name == "webhooks_allow_cidrs" else told
        assert told == merged.get(name, value_at(given, path_of(name))), name


@pytest.mark.parametrize(
    ("values", "settings", "url"),
    [
        pytest.param("minimal", ON, "https://s3.example.com:443", id="an external store"),
        pytest.param(
            "all-options", (), "http://minio.storage.svc:9000", id="a store in the cluster with a public name"
        ),
        pytest.param("demo", (), "http://voxpod-minio.voxpod-system.svc:9000", id="the demo's"),
    ],
)
def test_facade_goes_to_the_store_by_the_way_of_the_operator(values, settings, url, render, monkeypatch):
    assert settings_of(render(values, *settings), monkeypatch).store_url == url


def test_public_address_of_the_store_is_what_the_operator_signs(render):
    assert environment(render("all-options"))["VOXPOD_OBJECT_STORE_PUBLIC_URL"] == "https://audio.example.com:8443"


def test_keys_of_the_values_lie_in_a_secret_that_is_mounted_where_the_facade_looks(render, monkeypatch):
    objects = render("minimal", *ON)
    data = find(objects, "Secret", "voxpod-api-credentials")["data"]

    assert json.loads(base64.b64decode(data["keys.json"])) == [json.loads(KEY)]
    assert set(data) == {"keys.json"}
    assert mounted(objects) == {"keys.json": "voxpod-api-credentials"}
    assert str(settings_of(objects, monkeypatch).keys_file) == "/etc/voxpod/credentials/keys.json"


def test_secrets_of_yours_are_mounted_and_nothing_is_made(render):
    yours = ["api.auth.keysSecret=mine", "api.auth.jwt.jwksSecret=tokens", "api.auth.jwt.issuer=me"]
    objects = render("minimal", "api.enabled=true", *yours, "api.auth.jwt.revokedConfigMap=gone")

    assert mounted(objects) == {"keys.json": "mine", "jwks.json": "tokens", "revoked.json": "gone"}
    assert not [item for item in of_kind(objects, "Secret") if "api" in item["metadata"]["name"]]


def test_an_issuer_s_url_alone_is_enough_and_the_way_to_it_can_be_opened(render):
    way = {"to": [{"ipBlock": {"cidr": "203.0.113.7/32"}}], "ports": [{"port": 443}]}
    issuer = ["api.auth.jwt.jwksUrl=https://login.example.com/keys", "api.auth.jwt.issuer=https://login.example.com"]
    objects = render("minimal", "api.enabled=true", *issuer, f"networkPolicy.apiTo=[{json.dumps(way)}]")

    assert mounted(objects) == {}
    assert way in find(objects, "NetworkPolicy", "voxpod-api")["spec"]["egress"]


def test_webhooks_get_their_keys_and_a_way_out_that_leads_nowhere_inside(render):
    objects = render("minimal", *ON, "api.webhooks.keySecret=mine", 'api.webhooks.allowCidrs=["10.20.0.0/16"]')
    egress = find(objects, "NetworkPolicy", "voxpod-api")["spec"]["egress"]

    assert mounted(objects)["webhook.key"] == "mine"
    (public,) = (rule for rule in egress if {"ipBlock": {"cidr": "2000::/3"}} in rule.get("to", []))
    inside = public["to"][0]["ipBlock"]["except"]
    assert {"10.0.0.0/8", "169.254.0.0/16", "127.0.0.0/8"} <= set(inside)
    assert {"to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}]} in egress
    without = find(render("minimal", *ON), "NetworkPolicy", "voxpod-api")["spec"]["egress"]
    assert len(without) == len(egress) - 2


def test_keys_of_an_issuer_in_the_values_are_mounted(render):
    tokens = ["api.enabled=true", 'api.auth.jwt.jwks="{}"', "api.auth.jwt.issuer=https://login.example.com"]
    assert mounted(render("minimal", *tokens)) == {"jwks.json": "voxpod-api-credentials"}


def mounted(objects: list[Json]) -> dict[str, str]:
    """File to the Secret or ConfigMap that it is from."""
    sources = pod_of(objects)["volumes"][0]["projected"]["sources"]
    return {item["path"]: found["name"] for one in sources for found in one.values() for item in found["items"]}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(["api.enabled=true"], "api.auth: nobody could call", id="no credentials"),
        pytest.param([*ON, "api.auth.keysSecret=mine"], "keys and keysSecret exclude", id="keys twice"),
        pytest.param(
            ["api.enabled=true", "api.auth.jwt.jwksSecret=tokens"], "api.auth.jwt.issuer: say whose", id="no issuer"
        ),
        pytest.param(
            [*ON, "api.auth.jwt.jwks=x", "api.auth.jwt.jwksSecret=tokens"], "jwks and jwksSecret exclude", id="jwks twice"
        ),
        pytest.param(
            [*ON, "api.auth.jwt.jwks=x", "api.auth.jwt.jwksUrl=https://i/k"], "jwksUrl excludes jwks", id="jwks by both"
        ),
        pytest.param([*ON, "api.healthPort=8080"], "api.port: 8080 is api.healthPort as well", id="one port for both"),
        pytest.param(
            [*ON, "api.autoscaling.enabled=true", "api.autoscaling.maxReplicas=1"], "minReplicas (2) is more", id="scaling"
        ),
        pytest.param(
            [*ON, "api.service.nodePort=30980"], "a Service of type ClusterIP has none", id="a NodePort without its type"
        ),
        pytest.param([*ON, "api.httpRoute.enabled=true"], "api.httpRoute.parentRefs: name the Gateway", id="no Gateway"),
    ],
)  # fmt: skip
def test_refused_with_what_to_set(settings, says, refusal):
    assert says in refusal("minimal", *settings)


def test_facade_may_ask_for_speech_and_read_who_may_and_nothing_else(render):
    objects = render("minimal", *ON)
    everything = yaml.safe_load((Path(__file__).parent / "golden" / "rbac.yaml").read_text())
    bindings = [b for b in of_kind(objects, "ClusterRoleBinding", "RoleBinding") if "voxpod-api" in str(b["subjects"])]

    assert find(objects, "ClusterRole", "voxpod-api")["rules"] == everything["ClusterRole /voxpod-api"]
    assert [binding["roleRef"]["name"] for binding in bindings] == ["voxpod-api"]
    assert find(objects, "ServiceAccount", "voxpod-api")["automountServiceAccountToken"] is False


def test_facade_reaches_the_api_server_the_store_and_dns_only(render):
    policy = find(render("demo"), "NetworkPolicy", "voxpod-api")["spec"]
    ports = [[port["port"] for port in rule["ports"]] for rule in policy["egress"]]

    assert ports == [[443, 6443], [9000], [53, 53]]
    assert policy["egress"][1]["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "demo-store"


def test_who_may_call_is_yours_to_say(render):
    def ingress(*settings):
        return find(render("minimal", *ON, *settings), "NetworkPolicy", "voxpod-api")["spec"].get("ingress")

    gateways = {"namespaceSelector": {"matchLabels": {"team": "gateways"}}}
    (live, anybody), (_, some) = ingress(), ingress(f"networkPolicy.apiFrom=[{json.dumps(gateways)}]")
    assert {"namespaceSelector": {}} in anybody["from"]
    assert some == {"from": [gateways], "ports": [{"port": 8080, "protocol": "TCP"}]}
    assert ingress("networkPolicy.apiFrom=[]") == [live], "a rule without peers would let everybody in"
    assert ingress("networkPolicy.apiFrom=[]", "api.liveAudio=false") is None


def test_live_audio_comes_from_sandboxes_and_from_nobody_else(render):
    sandboxes = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "voxpod-sandboxes"}},
        "podSelector": {"matchLabels": {"voxpod.dev/role": "sandbox"}},
    }
    objects = render("minimal", *ON, "api.livePort=9443")
    rules = find(objects, "NetworkPolicy", "voxpod-api")["spec"]["ingress"]
    out = find(objects, "NetworkPolicy", "sandbox-egress")["spec"]["egress"]

    (into,) = [rule for rule in rules if {"port": 9443, "protocol": "TCP"} in rule["ports"]]
    assert (into["from"], into["ports"]) == ([sandboxes], [{"port": 9443, "protocol": "TCP"}])
    (way,) = [rule for rule in out if {"port": 9443, "protocol": "TCP"} in rule["ports"]]
    assert way["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "api"
    service = find(objects, "Service", "voxpod-api")["spec"]
    assert [port["name"] for port in service["ports"]] == ["http"], "no client reaches it"


def test_operator_and_facade_share_one_secret_of_the_chart_or_of_yours(render):
    def secrets(*settings):
        objects = render("minimal", *ON, *settings)
        mine = [item["metadata"]["name"] for item in of_kind(objects, "Secret")]
        operator, facade = environment(objects), environment(objects, "voxpod-api")
        return mine, operator["VOXPOD_LIVE_AUDIO_SECRET"], facade["VOXPOD_API_LIVE_SECRET"]

    made, of_operator, of_facade = secrets()
    assert "voxpod-live" in made
    assert of_operator == of_facade == {"secretKeyRef": {"name": "voxpod-live", "key": "secret"}}
    made, of_operator, of_facade = secrets("api.liveSecret=mine")
    assert "voxpod-live" not in made
    assert of_operator == of_facade == {"secretKeyRef": {"name": "mine", "key": "secret"}}
    made, of_operator, of_facade = secrets("api.liveAudio=false")
    assert ("voxpod-live" in made, of_operator, of_facade) == (False, "", "")


def test_demo_store_lets_the_facade_in(render):
    def components(*settings):
        (rule,) = find(render("demo", "demo.minio.nodePort=0", *settings), "NetworkPolicy", "voxpod-minio")["spec"][
            "ingress"
        ]
        return [p["podSelector"]["matchLabels"].get("app.kubernetes.io/component", "sandbox") for p in rule["from"]]

    assert components() == ["operator", "api", "sandbox"]
    assert components("api.enabled=false") == ["operator", "sandbox"]


def test_pod_has_time_for_the_notice_and_for_the_calls_under_way(render):
    pod = pod_of(render("minimal", *ON, "api.drainSeconds=120"))
    (container,) = pod["containers"]

    assert pod["terminationGracePeriodSeconds"] > 120 + container["lifecycle"]["preStop"]["sleep"]["seconds"]


def test_number_of_pods_is_left_to_the_autoscaler_where_there_is_one(render):
    assert find(render("minimal", *ON), "Deployment", "voxpod-api")["spec"]["replicas"] == 2
    scaled = render("minimal", *ON, "api.autoscaling.enabled=true")
    assert "replicas" not in find(scaled, "Deployment", "voxpod-api")["spec"]
    assert find(scaled, "HorizontalPodAutoscaler", "voxpod-api")["spec"]["scaleTargetRef"]["name"] == "voxpod-api"


def test_drain_takes_one_facade_at_a_time_and_the_only_one_too(render):
    assert find(render("minimal", *ON), "PodDisruptionBudget", "voxpod-api")["spec"]["maxUnavailable"] == 1
    alone = render("minimal", *ON, "api.replicas=1")
    assert not [b for b in of_kind(alone, "PodDisruptionBudget") if b["metadata"]["name"] == "voxpod-api"]


def test_ingress_and_route_lead_to_the_service(render):
    objects = render("all-options")
    (rule,) = find(objects, "Ingress", "voxpod-api")["spec"]["rules"]
    (backend,) = find(objects, "HTTPRoute", "voxpod-api")["spec"]["rules"][0]["backendRefs"]
    (port,) = find(objects, "Service", "voxpod-api")["spec"]["ports"]

    assert rule["host"] == "speech.example.com"
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "voxpod-api", "port": {"name": port["name"]}}
    assert backend == {"name": "voxpod-api", "port": port["port"]}


def test_each_service_monitor_finds_one_service(render):
    objects = render("all-options")
    for monitor in of_kind(objects, "ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        found = [
            s["metadata"]["name"] for s in of_kind(objects, "Service") if wanted <= s["metadata"]["labels"].items()
        ]
        assert found == [f"{monitor['metadata']['name']}-metrics"]
