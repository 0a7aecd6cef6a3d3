"""What the host must have before anything is built or started, and how to get it."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from localcluster.layout import ClusterError
from localcluster.processes import SYSTEM_PATH

GO_NEEDED = (1, 26, 6)  # what containerd's go.mod asks for
CONTAINERD_MODULE = Path(__file__).parents[1] / "binaries" / "containerd"


@dataclass(frozen=True)
class Requirement:
    """Something that a command or a file shows to be there, and the Debian package that brings it."""

    shown_by: str
    package: str
    purpose: str

    def met(self) -> bool:
        if self.shown_by.startswith("/"):
            return Path(self.shown_by).exists()
        return shutil.which(self.shown_by, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}") is not None


TO_RUN = (
    Requirement("ip", "iproute2", "network links"),
    Requirement("iptables", "iptables", "NetworkPolicy"),
    Requirement("ipset", "ipset", "NetworkPolicy"),
    Requirement("nft", "nftables", "Services"),
    Requirement("conntrack", "conntrack", "Services"),
    Requirement("nsenter", "util-linux", "namespaces"),
    Requirement("mount", "mount", "volumes"),
    Requirement("openssl", "openssl", "certificates"),
)
TO_BUILD = (
    Requirement("gcc", "gcc", "runc"),
    Requirement("/usr/include/stdlib.h", "libc6-dev", "runc"),
    Requirement("pkg-config", "pkg-config", "runc"),
    Requirement("/usr/include/seccomp.h", "libseccomp-dev", "runc"),
    Requirement("npm", "npm", "helm"),
)


def missing() -> list[Requirement]:
    """The Debian-packaged requirements that this host does not meet."""
    return [one for one in TO_RUN + TO_BUILD if not one.met()]


def go_problem() -> str | None:
    """Why the Go here will not do, or None. Asked in a module, so that a Go that fetches a newer one counts as that."""
    if shutil.which("go") is None:
        return "Go is not there"
    command = ["go", "env", "GOVERSION"]
    done = subprocess.run(command, cwd=CONTAINERD_MODULE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"Go does not run: {done.stderr.strip()}"
    if go_version(done.stdout) < GO_NEEDED:
        return f"Go is {done.stdout.strip()}"
    return None


def go_version(text: str) -> tuple[int, ...]:
    """`go1.26.8` -> (1, 26, 8); a release candidate counts as its release; () for what names no version."""
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", text.strip())
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def install_command(needed: list[Requirement]) -> list[str]:
    """The apt-get command that brings what is missing."""
    packages = sorted({one.package for one in needed})
    return ["apt-get", "install", "--yes", "--no-install-recommends", *packages]


def report(needed: list[Requirement], go: str | None) -> str:
    """What is missing and how to get it, in words for a person; empty when nothing is."""
    lines = [f"{one.shown_by} ({one.purpose}): Debian package {one.package}" for one in needed]
    if go:
        wanted = ".".join(str(part) for part in GO_NEEDED)
        lines.append(f"{go}: Go {wanted} or newer is needed, see Go's own installation page (Debian's may be older)")
    if not lines:
        return ""
    how = f"\non Debian, as root: {' '.join(install_command(needed))}" if needed else ""
    return "this host lacks:\n  " + "\n  ".join(lines) + how


def check() -> None:
    """Raise one clear error that names all that is missing."""
    if message := report(missing(), go_problem()):
        raise ClusterError(f"{message}\n(`python3 tests/cluster requirements --install` does that on Debian)")


def check_root() -> None:
    """Raise an error unless we are root."""
    if os.geteuid() != 0:
        raise ClusterError("the local cluster makes namespaces, mounts and cgroups: run it as root (sudo)")


def install() -> None:
    """Install the missing Debian packages; raises an error where that is not possible."""
    needed = missing()
    if needed:
        if shutil.which("apt-get") is None:
            raise ClusterError(f"{report(needed, None)}\nthis is no Debian: install what corresponds to these packages")
        if os.geteuid() != 0:
            raise ClusterError(f"{report(needed, None)}\nnot root: run that command with sudo")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "--quiet"], install_command(needed)):
            print("+", " ".join(command), flush=True)
            if subprocess.run(command, env=environment, check=False).returncode != 0:
                raise ClusterError(f"{' '.join(command)} failed")
    if message := report(missing(), go_problem()):
        raise ClusterError(message)
