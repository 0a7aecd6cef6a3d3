"""What the chart lets each part do: rights, pods, networks, the sandbox namespace and its admission policies."""

import base64
from pathlib import Path

import pytest
import yaml

from chart_objects import find, of_kind

GOLDEN = Path(__file__).parent / "golden" / "rbac.yaml"


def test_rights_are_exactly_the_documented_ones(render):
    roles = of_kind(render("minimal", "api.enabled=true", "api.auth.keysSecret=mine"), "ClusterRole", "Role")
    found = {
        f"{role['kind']} {role['metadata'].get('namespace', '')}/{role['metadata']['name']}": role["rules"]
        for role in roles
    }

    assert found == yaml.safe_load(GOLDEN.read_text())


def test_operator_and_facade_are_bound_to_their_own_roles_and_everybody_to_reading_models(render):
    operator = {"kind": "ServiceAccount", "name": "voxpod-operator", "namespace": "voxpod-system"}
    everybody = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:authenticated"}

    facade = {"kind": "ServiceAccount", "name": "voxpod-api", "namespace": "voxpod-system"}

    assert bound(render("all-options")) == {
        "voxpod-operator": [operator] * 3,
        "voxpod-models": [everybody],
        "voxpod-api": [facade],
    }
    assert bound(render("minimal", "rbac.readModels=false")) == {"voxpod-operator": [operator] * 3}


def bound(objects):
    """Role to the subjects of all its bindings."""
    found = {}
    for binding in of_kind(objects, "ClusterRoleBinding", "RoleBinding"):
        found.setdefault(binding["roleRef"]["name"], []).extend(binding["subjects"])
    return found


def test_role_for_tenants_can_apply_watch_and_wait_by_itself(render):
    (rule,) = find(render("minimal"), "ClusterRole", "voxpod-edit")["rules"]

    assert {"get", "list", "watch", "create", "patch"} <= set(rule["verbs"])


def test_no_rule_has_a_wildcard_or_reads_secrets(render):
    rules = [rule for role in of_kind(render("minimal"), "ClusterRole", "Role") for rule in role["rules"]]

    assert not [
        rule
        for rule in rules
        if "*" in rule["verbs"] + rule["resources"] + rule["apiGroups"] or "secrets" in rule["resources"]
    ]


@pytest.mark.parametrize("values", ["minimal", "demo", "all-options"])
def test_every_container_is_restricted(values, render):
    for deployment in of_kind(render(values), "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 65532
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "memory" in container["resources"]["limits"]


def test_sandbox_account_has_no_token_and_no_rights(render):
    account = find(render("minimal"), "ServiceAccount", "voxpod-sandbox")

    assert account["automountServiceAccountToken"] is False
    assert account["metadata"]["namespace"] == "voxpod-sandboxes"


@pytest.mark.parametrize("values", ["minimal", "demo", "all-options"])
def test_sandbox_namespace_holds_no_secret_and_no_configuration(values, render):
    objects = render(values)
    namespace = of_kind(objects, "Namespace")[0]["metadata"]["name"]

    assert not [item for item in of_kind(objects, "Secret", "ConfigMap") if item["metadata"]["namespace"] == namespace]


def test_sandbox_namespace_is_restricted_without_host_paths(render):
    def level(objects):
        return {
            key: value
            for key, value in of_kind(objects, "Namespace")[0]["metadata"]["labels"].items()
            if key.startswith("pod-security")
        }

    modes = [f"pod-security.kubernetes.io/{mode}" for mode in ("audit", "enforce", "warn")]
    assert level(render("minimal")) == dict.fromkeys(modes, "privileged")
    assert level(render("minimal", "sandbox.modelRoots=[]")) == dict.fromkeys(modes, "restricted")


def test_sandbox_namespace_denies_what_is_not_allowed(render):
    everything = find(render("minimal"), "NetworkPolicy", "deny-all", "voxpod-sandboxes")

    assert everything["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_sandboxes_reach_dispatch_and_the_store_only(render):
    policy = find(render("demo"), "NetworkPolicy", "sandbox-egress", "voxpod-sandboxes")

    assert policy["spec"]["podSelector"] == {"matchLabels": {"voxpod.dev/role": "sandbox"}}
    reached = [
        (
            rule["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"],
            [port["port"] for port in rule["ports"]],
        )
        for rule in policy["spec"]["egress"]
    ]
    assert reached == [("operator", [8443]), ("api", [8443]), ("demo-store", [9000])]


def test_external_store_is_reached_by_its_addresses_and_dns_only_where_asked(render):
    with_dns = find(render("minimal"), "NetworkPolicy", "sandbox-egress")["spec"]["egress"]
    by_address = render("minimal", "objectStore.endpoint=203.0.113.7", "objectStore.network.dns=false")
    without = find(by_address, "NetworkPolicy", "sandbox-egress")["spec"]["egress"]

    assert with_dns[1] == {"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"port": 443, "protocol": "TCP"}]}
    assert [(port["port"], port["protocol"]) for port in with_dns[2]["ports"]] == [(53, "UDP"), (53, "TCP")]
    assert without == with_dns[:2]


def test_sandboxes_ask_the_dns_of_the_cluster_and_no_other_server(render):
    default = find(render("minimal"), "NetworkPolicy", "sandbox-egress")["spec"]["egress"][2]
    named = find(render("all-options"), "NetworkPolicy", "sandbox-egress")["spec"]["egress"][-1]

    assert default["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]
    assert named["to"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "dns"}}},
        {"ipBlock": {"cidr": "169.254.20.10/32"}},
    ]


@pytest.mark.parametrize("values", ["minimal", "demo", "all-options"])
def test_every_way_out_of_a_sandbox_has_peers_and_ports(values, render):
    rules = find(render(values), "NetworkPolicy", "sandbox-egress")["spec"]["egress"]

    assert [rule for rule in rules if not rule.get("to") or not all(rule["to"]) or not rule.get("ports")] == []


def test_dispatch_is_open_to_sandboxes_and_metrics_to_nobody(render):
    ingress = find(render("minimal"), "NetworkPolicy", "voxpod-operator")["spec"]["ingress"]

    assert len(ingress) == 1
    assert ingress[0]["ports"] == [{"port": 8443, "protocol": "TCP"}]
    assert ingress[0]["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "voxpod-sandboxes"}},
            "podSelector": {"matchLabels": {"voxpod.dev/role": "sandbox"}},
        }
    ]


def test_network_policies_can_be_left_out(render):
    assert not of_kind(render("minimal", "networkPolicy.enabled=false"), "NetworkPolicy")


def test_requests_of_namespaces_without_a_tenant_are_refused_by_a_policy_that_reads_the_operators_list(render):
    objects = render("minimal")
    policy = find(objects, "ValidatingAdmissionPolicy", "voxpod-tenant-requests")["spec"]
    binding = find(objects, "ValidatingAdmissionPolicyBinding", "voxpod-tenant-requests")["spec"]
    listed = find(objects, "ConfigMap", "voxpod-tenant-namespaces")

    assert policy["failurePolicy"] == "Ignore", "the operator rejects what comes through"
    assert binding["paramRef"]["name"] == listed["metadata"]["name"]
    assert binding["paramRef"]["namespace"] == listed["metadata"]["namespace"] == "voxpod-system"
    assert "data" not in listed, "what the operator wrote stays over an upgrade"


def test_every_admission_policy_denies_in_the_sandbox_namespace_and_fails_closed(render):
    objects = render("all-options")
    policies = of_kind(objects, "ValidatingAdmissionPolicy")
    bindings = {
        item["spec"]["policyName"]: item["spec"] for item in of_kind(objects, "ValidatingAdmissionPolicyBinding")
    }

    assert len(policies) == 5
    for policy in policies:
        assert policy["spec"]["failurePolicy"] == "Fail"
        assert bindings[policy["metadata"]["name"]]["validationActions"] == ["Deny"]
        assert bindings[policy["metadata"]["name"]]["matchResources"] == {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "speech-sandboxes"}}
        }


def test_certificate_names_the_dispatch_endpoint(render):
    secret = find(render("minimal"), "Secret", "voxpod-dispatch-tls")
    certificate = find(render("all-options"), "Certificate", "voxpod-dispatch")

    assert {key: base64.b64decode(value)[:11] for key, value in secret["data"].items()} == dict.fromkeys(
        ("tls.crt", "tls.key", "ca.crt"), b"-----BEGIN "
    )
    assert certificate["spec"]["dnsNames"] == ["dispatch.voxpod", "dispatch", "dispatch.voxpod-system.svc"]


def test_existing_certificate_is_mounted_instead_of_made(render):
    objects = render("minimal", "dispatch.tls.existingSecret=mine")

    volumes = find(objects, "Deployment", "voxpod-operator")["spec"]["template"]["spec"]["volumes"]
    assert volumes[0]["secret"]["secretName"] == "mine"
    assert not [item for item in of_kind(objects, "Secret", "Certificate") if "dispatch" in item["metadata"]["name"]]


def test_changed_credentials_roll_the_operator_and_nothing_else_does(render):
    before = secrets_checksum(render("all-options"))

    assert secrets_checksum(render("all-options", "objectStore.secretKey=another")) != before
    assert secrets_checksum(render("all-options", "objectStore.accessKey=another")) != before
    assert secrets_checksum(render("all-options", "operator.podLabels.team=voice")) == before


def test_new_certificate_rolls_the_operator(render):
    given = "dispatch.tls.existingSecret=mine"

    # nothing is looked at here, so each rendering makes its own certificate
    assert secrets_checksum(render("minimal", "operator.replicas=3")) != secrets_checksum(render("minimal"))
    assert secrets_checksum(render("minimal", given, "operator.replicas=3")) == secrets_checksum(
        render("minimal", given)
    )


def secrets_checksum(objects):
    template = find(objects, "Deployment", "voxpod-operator")["spec"]["template"]
    return template["metadata"]["annotations"]["voxpod.dev/secrets-checksum"]


def test_dispatch_service_selects_no_pods(render):
    assert "selector" not in find(render("minimal"), "Service", "voxpod-dispatch")["spec"]


def test_pod_that_does_not_get_ready_holds_up_no_drain(render):
    (budget,) = of_kind(render("minimal"), "PodDisruptionBudget")

    assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_scratch_of_the_operator_keeps_no_autoscaler_from_its_node(render):
    pod = find(render("all-options"), "Deployment", "voxpod-operator")["spec"]["template"]
    scratch = [volume["name"] for volume in pod["spec"]["volumes"] if "emptyDir" in volume]

    assert pod["metadata"]["annotations"]["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"] == ",".join(
        scratch
    )


def test_one_replica_has_no_disruption_budget(render):
    assert of_kind(render("minimal"), "PodDisruptionBudget")
    assert not of_kind(render("minimal", "operator.replicas=1"), "PodDisruptionBudget")


def test_no_demo_without_being_asked(render):
    assert not [
        item for values in ("minimal", "all-options") for item in render(values) if "minio" in item["metadata"]["name"]
    ]


def test_events_that_are_not_written_need_no_right(render):
    def resources(*settings):
        rules = find(render("minimal", *settings), "ClusterRole", "voxpod-operator")["rules"]
        return {resource for rule in rules for resource in rule["resources"]}

    assert resources() - resources("operator.events=false") == {"events"}
