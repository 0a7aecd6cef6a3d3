"""README's "On your cluster", walked from an empty cluster as it is written, with a TLS store of a private authority.

The blocks are the document's own. Filled in is only what a reader has to: the store's address, and the ways to machines
that a test does not have (a registry to push to, the AWS CLI), which stand-ins of the same name take.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documented_commands import ROOT, commands, run, with_instead
from localcluster.layout import cache_root
from localcluster.namespaces import enter
from minio_server import MinioServer

Json = dict[str, Any]
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]

HEADING = "## On your cluster"
BLOCKS = ("images", "bundle", "chart", "team", "speech")
"""What the blocks below that heading do, in their order."""

NODE_MODELS = Path("/var/lib/voxpod/models")
REGISTRY = "registry.example.com/voxpod"
STORE_USER = ("ACCESS_KEY", "SECRET_KEY")
"""As the document has them: they are keys like others."""


AWS = """#!{python}
# `aws s3 cp - s3://BUCKET/KEY --endpoint-url https://HOST`, as whom and by whose authority the environment would say
import sys
import urllib3
from minio import Minio

s3, cp, source, target, option, endpoint = sys.argv[1:]
assert (s3, cp, source, option) == ("s3", "cp", "-", "--endpoint-url"), sys.argv
bucket, _, key = target.removeprefix("s3://").partition("/")
pool = urllib3.PoolManager(ca_certs={authority!r})
store = Minio(endpoint.removeprefix("https://"), *{user!r}, region="us-east-1", http_client=pool)
store.put_object(bucket, key, sys.stdin.buffer, -1, part_size=16 << 20)
"""


@dataclass(frozen=True)
class Reader:
    """Who walks: a folder that looks like a clone, the tools on PATH, and the cluster."""

    cluster: Json
    folder: Path
    store: MinioServer
    authority: Path
    """PEM file of who signed the store's certificate."""

    @property
    def environment(self) -> dict[str, str]:
        """kubectl and helm first on PATH; the kubeconfig of the cluster."""
        path = f"{self.cluster['bin']}:{os.environ['PATH']}"
        return {"PATH": path, "KUBECONFIG": self.cluster["kubeconfig"]}

    def type(self, block: str) -> str:
        """What the block prints."""
        return run(block, self.folder, self.environment)


def walk(reader: Reader) -> dict[str, str]:
    """What each block printed, by its name in BLOCKS."""
    blocks = dict(zip(BLOCKS, commands("README.md", HEADING), strict=True))
    host = reader.store.endpoint.partition(":")[0]
    # make e2e has made the environment
    mine = {"make venv\n": "", "~/.cache/voxpod": str(cache_root().parent), "s3.example.com": reader.store.endpoint}
    mine["| aws "] = "| stand-ins/aws "
    blocks["bundle"] = with_instead(blocks["bundle"], mine)
    blocks["chart"] = with_instead(blocks["chart"], {"s3.example.com": host, "203.0.113.0/24": f"{host}/32"})
    blocks["chart"] += f" --set-file objectStore.caPem={reader.authority}"
    said = {"images": reader.type(blocks["images"])}
    push(reader, json.loads(said["images"])["images"])
    return said | {name: reader.type(blocks[name]) for name in BLOCKS[1:]}


def push(reader: Reader, built: list[Json]) -> None:
    """The images are where the cluster finds them under the registry's names."""
    archives = [image["tar"] for image in built]
    subprocess.run(
        ["python3", str(ROOT / "tests" / "cluster"), "load-image", *archives, "--name", reader.cluster["name"]],
        check=True,
        capture_output=True,
    )
    socket = Path(reader.cluster["state"]) / "containerd-run" / "containerd.sock"
    ctr = [
        f"{reader.cluster['bin']}/ctr",
        "--address",
        str(socket),
        "--namespace",
        "k8s.io",
        "images",
        "tag",
        "--force",
    ]
    for image in built:
        name = f"{REGISTRY}/{image['name']}:TAG"
        subprocess.run([*ctr, image["reference"], name], check=True, capture_output=True)


@contextmanager
def clone_with_stand_ins(cluster: Json, folder: Path, authority: Path) -> Iterator[Path]:
    """A folder with the repository's files, an `aws` that stores one object, and a model folder of the node that is its own."""
    for entry in ROOT.iterdir():
        (folder / entry.name).symlink_to(entry)
    node = enter(cluster["pids"]["kubelet"])
    (folder / "stand-ins").mkdir()
    aws = folder / "stand-ins" / "aws"
    aws.write_text(AWS.format(python=sys.executable, user=STORE_USER, authority=str(authority)))
    aws.chmod(0o755)
    models = Path(cluster["state"]) / "first-day-models"
    made = not NODE_MODELS.exists()
    models.mkdir(mode=0o755)
    NODE_MODELS.mkdir(parents=True, exist_ok=True)
    subprocess.run([*node, "mount", "--bind", str(models), str(NODE_MODELS)], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*node, "umount", "--lazy", str(NODE_MODELS)], check=True)
        shutil.rmtree(models)
        if made:
            NODE_MODELS.rmdir()


def everything(kubectl: Kubectl) -> set[str]:
    """Every object of the cluster by kind, namespace and name, but Events, which outlive what they tell of, and what the
    cluster makes for itself a moment after it is up."""
    kinds = kubectl("api-resources", "--verbs=list", "-o", "name").stdout.split()
    listed = ",".join(kind for kind in kinds if not kind.startswith("events"))
    template = "{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{'\\n'}{end}"
    found = kubectl("get", listed, "--all-namespaces", "-o", f"jsonpath={template}").stdout.splitlines()
    return {line for line in found if " kube-node-lease/" not in line and not line.endswith("/kube-root-ca.crt")}
