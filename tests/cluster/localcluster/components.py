"""What runs in a cluster and with which settings: pure functions from a Cluster to command lines and config files.

JSON is written where YAML is asked for: every YAML parser reads it, and the standard library writes it.
"""

import json
from pathlib import Path

from localcluster.artifacts import PAUSE_IMAGE
from localcluster.layout import API_PORT, DNS_SERVICE_IP, NODE_PORTS, POD_CIDR, SERVICE_CIDR, Cluster

ETCD_URL = "http://127.0.0.1:2379"


def command_lines(cluster: Cluster, bin_dir: Path) -> dict[str, list[str]]:
    """The command of each component, in the order in which they start."""
    config = cluster.config
    return {
        "etcd": [f"{bin_dir}/etcd", *_etcd_flags(cluster)],
        "containerd": [f"{bin_dir}/containerd", f"--config={config}/containerd.toml"],
        "apiserver": [f"{bin_dir}/kube-apiserver", *_apiserver_flags(cluster)],
        "controller-manager": [f"{bin_dir}/kube-controller-manager", *_controller_manager_flags(cluster)],
        "scheduler": [f"{bin_dir}/kube-scheduler", "--leader-elect=false", *_three_kubeconfigs(cluster, "scheduler")],
        "kubelet": [
            f"{bin_dir}/kubelet",
            f"--config={config}/kubelet.json",
            f"--kubeconfig={cluster.pki}/kubelet.kubeconfig",
            f"--hostname-override={cluster.node_name}",
            f"--node-ip={cluster.node_ip}",
        ],
        "kube-proxy": [f"{bin_dir}/kube-proxy", f"--config={config}/kube-proxy.json"],
        "coredns": [f"{bin_dir}/coredns", f"-conf={config}/Corefile"],
        "kube-router": [
            f"{bin_dir}/kube-router",
            f"--kubeconfig={cluster.pki}/kube-router.kubeconfig",
            f"--hostname-override={cluster.node_name}",
            f"--service-cluster-ip-range={SERVICE_CIDR}",
            f"--service-node-port-range={NODE_PORTS}",
            "--v=1",  # it says when a sync is done, which `up` waits for
        ],
    }


def config_files(cluster: Cluster, bin_dir: Path) -> dict[str, str]:
    """The config files by name, to be written into `cluster.config`."""
    return {
        "audit-policy.json": _json(_audit_policy()),
        "containerd.toml": _containerd_toml(cluster, bin_dir),
        "cni/10-pods.conflist": _json(_cni(cluster)),
        "kubelet.json": _json(_kubelet(cluster)),
        "kube-proxy.json": _json(_kube_proxy(cluster)),
        "Corefile": _corefile(cluster),
        "resolv.conf": "",
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _etcd_flags(cluster: Cluster) -> list[str]:
    return [
        f"--data-dir={cluster.state}/etcd",
        f"--listen-client-urls={ETCD_URL}",
        f"--advertise-client-urls={ETCD_URL}",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--log-level=warn",
        "--unsafe-no-fsync",  # the data goes with the cluster; without it each write waits for the disk
    ]


def _apiserver_flags(cluster: Cluster) -> list[str]:
    pki = cluster.pki
    return [
        f"--etcd-servers={ETCD_URL}",
        "--bind-address=0.0.0.0",
        f"--advertise-address={cluster.node_ip}",
        f"--secure-port={API_PORT}",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--client-ca-file={pki}/ca.crt",
        f"--service-account-key-file={pki}/service-account.pub",
        f"--service-account-signing-key-file={pki}/service-account.key",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        f"--service-node-port-range={NODE_PORTS}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged",
        f"--kubelet-client-certificate={pki}/apiserver-kubelet-client.crt",
        f"--kubelet-client-key={pki}/apiserver-kubelet-client.key",
        f"--kubelet-certificate-authority={pki}/ca.crt",
        "--kubelet-preferred-address-types=InternalIP",
        f"--audit-policy-file={cluster.config}/audit-policy.json",
        f"--audit-log-path={cluster.audit_log}",
    ]


def _controller_manager_flags(cluster: Cluster) -> list[str]:
    return [
        "--leader-elect=false",
        *_three_kubeconfigs(cluster, "controller-manager"),
        f"--root-ca-file={cluster.pki}/ca.crt",
        f"--service-account-private-key-file={cluster.pki}/service-account.key",
        # each controller under a name of its own: so the audit log tells who wrote
        "--use-service-account-credentials",
    ]


def _three_kubeconfigs(cluster: Cluster, client: str) -> list[str]:
    file = cluster.pki / f"{client}.kubeconfig"
    return [f"--{prefix}kubeconfig={file}" for prefix in ("", "authentication-", "authorization-")]


def _audit_policy() -> dict[str, object]:
    writes = ["create", "update", "patch", "delete", "deletecollection"]
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted", "Panic"],
        "omitManagedFields": True,
        "rules": [{"level": "Metadata", "verbs": writes}, {"level": "None"}],
    }


def _containerd_toml(cluster: Cluster, bin_dir: Path) -> str:
    # no_sync: as for etcd, nothing here outlives the cluster. AppArmor is left out since not every host has its tools.
    return f"""\
version = 3
root = "{cluster.state}/containerd"
state = "/run/containerd"

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.metadata.v1.bolt"]
  no_sync = true

[plugins."io.containerd.nri.v1.nri"]
  disable = true

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{PAUSE_IMAGE.reference}"

[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  cdi_spec_dirs = []

[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["{bin_dir}"]
  conf_dir = "{cluster.config}/cni"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  BinaryName = "{bin_dir}/runc"
  SystemdCgroup = false
"""


def _cni(cluster: Cluster) -> dict[str, object]:
    # ptp rather than bridge: every packet between two pods is routed, so that NetworkPolicy rules see it on kernels
    # without br_netfilter too.
    ranges = [[{"subnet": POD_CIDR}]]
    ipam = {
        "type": "host-local",
        "ranges": ranges,
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": f"{cluster.state}/cni-addresses",
    }
    return {
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [
            {"type": "ptp", "ipMasq": True, "ipam": ipam},
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }


def _kubelet(cluster: Cluster) -> dict[str, object]:
    pki = cluster.pki
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{pki}/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{pki}/kubelet.crt",
        "tlsPrivateKeyFile": f"{pki}/kubelet.key",
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cluster.cgroup}",
        "failCgroupV1": False,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        "clusterDNS": [DNS_SERVICE_IP],
        "clusterDomain": "cluster.local",
        "resolvConf": f"{cluster.config}/resolv.conf",
        "volumePluginDir": f"{cluster.state}/volume-plugins",
        "podLogsDir": f"{cluster.log}/pods",
        "podPidsLimit": 1024,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,  # never: a loaded image could not be pulled again
        "serializeImagePulls": False,
        "syncFrequency": "10s",
        "oomScoreAdj": 0,  # lowering it takes CAP_SYS_RESOURCE, which root in a container may lack
    }


def _kube_proxy(cluster: Cluster) -> dict[str, object]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": f"{cluster.pki}/kube-proxy.kubeconfig"},
        "clusterCIDR": POD_CIDR,
        "hostnameOverride": cluster.node_name,
        "nodePortAddresses": [f"{cluster.node_ip}/32"],
        "conntrack": {"maxPerCore": 0},  # the host's conntrack limits are not ours to set
        "healthzBindAddress": f"{cluster.node_ip}:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "oomScoreAdj": 0,
    }


def _corefile(cluster: Cluster) -> str:
    return f"""\
cluster.local:53 in-addr.arpa:53 {{
    bind {DNS_SERVICE_IP} {cluster.node_ip}
    errors
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {cluster.pki}/coredns.kubeconfig
        pods insecure
    }}
    ready {cluster.node_ip}:8181
}}
"""
