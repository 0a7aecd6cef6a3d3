"""Keys, certificates and kubeconfigs of a cluster, made anew by openssl at every `up` and valid for 30 days."""

import base64
import json
import subprocess
from pathlib import Path

from localcluster.layout import API_SERVICE_IP, Cluster, ClusterError

DAYS = "30"

# file name -> subject. The names are those that Kubernetes' own bootstrap RBAC knows.
CLIENTS = {
    "admin": "/O=system:masters/CN=admin",
    "kubelet": "/O=system:nodes/CN=system:node:{node}",
    "apiserver-kubelet-client": "/O=system:masters/CN=apiserver-kubelet-client",
    "controller-manager": "/CN=system:kube-controller-manager",
    "scheduler": "/CN=system:kube-scheduler",
    "kube-proxy": "/CN=system:kube-proxy",
    "coredns": "/O=system:masters/CN=coredns",
    "kube-router": "/O=system:masters/CN=kube-router",
}


def create(cluster: Cluster) -> None:
    """Write the CA, all certificates, the ServiceAccount key pair and one kubeconfig per client."""
    pki = cluster.pki
    pki.mkdir(mode=0o700)
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", pki / "ca.key")
    _openssl(
        *("req", "-x509", "-new", "-key", pki / "ca.key", "-days", DAYS, "-out", pki / "ca.crt"),
        # Python 3.13 verifies strictly (RFC 5280) and refuses an authority that does not say what its key is for.
        *("-subj", f"/CN=voxpod-{cluster.name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    _openssl("genrsa", "-out", pki / "service-account.key", "2048")
    _openssl("rsa", "-in", pki / "service-account.key", "-pubout", "-out", pki / "service-account.pub")
    service = "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
    addresses = f"IP:{cluster.node_ip},IP:127.0.0.1,IP:{API_SERVICE_IP}"
    _certificate(pki, "apiserver", "/CN=kube-apiserver", f"{addresses},{service}")
    for name, subject in CLIENTS.items():
        alternatives = f"IP:{cluster.node_ip},DNS:{cluster.node_name}" if name == "kubelet" else None
        _certificate(pki, name, subject.format(node=cluster.node_name), alternatives)
        _write_private(pki / f"{name}.kubeconfig", kubeconfig(cluster, name))
    _write_private(cluster.kubeconfig, kubeconfig(cluster, "admin"))


def kubeconfig(cluster: Cluster, client: str) -> str:
    """A kubeconfig for one client that needs no other file; its context is named after the cluster."""
    name = f"voxpod-{cluster.name}"
    authority = {"server": cluster.api_url, "certificate-authority-data": _encoded(cluster.pki / "ca.crt")}
    credentials = {
        "client-certificate-data": _encoded(cluster.pki / f"{client}.crt"),
        "client-key-data": _encoded(cluster.pki / f"{client}.key"),
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": authority}],
        "users": [{"name": client, "user": credentials}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": client}}],
    }
    return json.dumps(config, indent=2) + "\n"


def _certificate(pki: Path, name: str, subject: str, alternatives: str | None) -> None:
    key, extensions = pki / f"{name}.key", pki / f"{name}.ext"
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    request = _openssl("req", "-new", "-key", key, "-subj", subject)
    names = f"subjectAltName={alternatives}\n" if alternatives else ""
    extensions.write_text(f"authorityKeyIdentifier=keyid\nextendedKeyUsage=serverAuth,clientAuth\n{names}")
    _openssl(
        *("x509", "-req", "-CA", pki / "ca.crt", "-CAkey", pki / "ca.key", "-CAcreateserial", "-days", DAYS),
        *("-extfile", extensions, "-out", pki / f"{name}.crt"),
        stdin=request,
    )
    extensions.unlink()


def _openssl(*words: str | Path, stdin: str = "") -> str:
    argv = ["openssl", *(str(word) for word in words)]
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(f"{' '.join(argv[:2])}: {done.stderr.strip()}")
    return done.stdout


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
