"""A cluster's own mount, PID and network namespace, held by one idle init process.

All components and containers are descendants in that PID namespace: when the init process dies, the kernel ends every
one of them, and with the last the mounts and the network go too. So taking a cluster down needs no list of what to
undo.
"""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from localcluster.layout import Cluster, ClusterError
from localcluster.processes import last_lines, main_process, marked_environment, owned, start

INIT = "init"

# Paths that kubelet, containerd's shims and the CNI library have fixed in their code: inside the cluster each shows a
# folder of its state, so that two clusters, or a real kubelet of this host, do not meet there.
MASKED = {
    Path("/var/lib/kubelet"): "kubelet",
    Path("/var/lib/cni"): "cni-results",
    Path("/run/containerd"): "containerd-run",
}


def create(cluster: Cluster, bin_dir: Path) -> int:
    """Start the init process in new namespaces, with the fixed paths masked; returns its pid as the host sees it."""
    argv = ["unshare", "--mount", "--pid", "--net", "--propagation", "slave", "--fork", "--kill-child", "--mount-proc"]
    outer = start(
        [*argv, "--", str(bin_dir / "pause")], cluster.log / "init.log", marked_environment(cluster.state, INIT)
    )
    deadline = time.monotonic() + 5
    while (init := find_init(cluster)) is None:
        if outer.poll() is not None or time.monotonic() > deadline:
            raise ClusterError(
                f"no namespaces for the cluster: {last_lines(cluster.log / 'init.log') or 'unshare gave no reason'}"
            )
        time.sleep(0.01)
    for path, folder in MASKED.items():
        path.mkdir(parents=True, exist_ok=True)
        (cluster.state / folder).mkdir(exist_ok=True)
        run_inside(init, ["mount", "--bind", str(cluster.state / folder), str(path)])
    return init


def find_init(cluster: Cluster) -> int | None:
    """The pid of the cluster's init process once it has become `pause`, or None."""
    process = main_process(owned(cluster.state), INIT)
    return process.pid if process and process.command == "pause" else None


def enter(init: int) -> list[str]:
    """The words in front of a command that make it run inside. (`ip netns exec` would hide the cgroup tree.)"""
    return ["nsenter", "--target", str(init), "--mount", "--pid", "--net", "--"]


def run_inside(init: int, argv: Sequence[str]) -> str:
    """Run a command inside to its end; returns what it printed, or raises an error with it."""
    done = subprocess.run([*enter(init), *argv], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(f"{' '.join(argv)}: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout


def remove_masked_folders() -> None:
    """Remove the fixed paths that are empty on the host. Only when no cluster is left: it would undo its masks."""
    for path in MASKED:
        try:
            path.rmdir()
        except OSError:
            continue  # not there, or in use by something of the host's
