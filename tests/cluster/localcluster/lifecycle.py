"""Bringing a cluster up, telling how it is, and taking it down."""

import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from http.client import HTTPException
from ipaddress import IPv4Network
from pathlib import Path

from localcluster import api, build, cgroups, images, network, pki, processes
from localcluster.artifacts import PAUSE_IMAGE, PROBE_IMAGE
from localcluster.components import command_lines, config_files
from localcluster.layout import Cluster, ClusterError, clusters_root
from localcluster.locks import locked
from localcluster.namespaces import INIT, create, enter, find_init, remove_masked_folders

RECORD = "cluster.json"
PATIENCE_SECONDS = 90.0


def find(name: str) -> Cluster | None:
    """The cluster of that name as its state folder records it, running or not; None if there is none."""
    state = clusters_root() / name
    try:
        record = json.loads((state / RECORD).read_text())
    except (FileNotFoundError, json.JSONDecodeError):  # an `up` killed in its first moment leaves no or half a record
        return None
    return Cluster(name, state, IPv4Network(record["subnet"]))


def need(name: str) -> Cluster:
    """The cluster of that name, or an error that says how to get it."""
    cluster = find(name)
    if cluster is None or find_init(cluster) is None:
        raise ClusterError(f"cluster {name!r} is not running: python3 tests/cluster up --name {name}")
    return cluster


def up(name: str) -> None:
    """Start a cluster and wait until it can be worked with; a healthy one is left as it is."""
    with locked(clusters_root(), name):
        existing = find(name)
        if existing and not (ill := failing(existing)):
            print(f"cluster {name} is already up: {existing.kubeconfig}")
            return
        if existing or (clusters_root() / name).exists():
            print(f"cluster {name} is there but not healthy ({ill if existing else 'unfinished'}): starting it anew")
            _remove(name)
        started = time.monotonic()
        cluster = _claim(name)
        try:
            _start(cluster, build.bin_dir())
        except BaseException:
            _remove(name)
            raise
        print(f"cluster {name} is up after {time.monotonic() - started:.1f} s")
        print(f"  export KUBECONFIG={cluster.kubeconfig}")


def _claim(name: str) -> Cluster:
    """Make the state folder with a subnet that no other cluster and no route of the host uses."""
    with locked(clusters_root(), "subnets"):
        taken = [other.subnet for other in all_clusters()] + network.host_networks()
        cluster = Cluster(name, clusters_root() / name, network.choose_subnet(name, taken))
        cluster.state.mkdir(mode=0o700)
        (cluster.state / RECORD).write_text(json.dumps({"name": name, "subnet": str(cluster.subnet)}))
    return cluster


def all_clusters() -> list[Cluster]:
    """Every cluster that has a state folder."""
    found = (find(record.parent.name) for record in clusters_root().glob(f"*/{RECORD}"))
    return [cluster for cluster in found if cluster]


def _start(cluster: Cluster, bin_dir: Path) -> None:
    pki.create(cluster)
    for name, text in config_files(cluster, bin_dir).items():
        file = cluster.config / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    cgroups.create(cluster.cgroup)
    init = create(cluster, bin_dir)
    network.connect(cluster, init)

    running: dict[str, subprocess.Popen[bytes]] = {}
    commands = command_lines(cluster, bin_dir)

    def start(*names: str) -> None:
        for name in names:
            environment = processes.marked_environment(cluster.state, name, bin_dir)
            running[name] = processes.start([*enter(init), *commands[name]], cluster.log / f"{name}.log", environment)

    def wait(what: str, ready: Callable[[], bool]) -> None:
        _wait(cluster, what, ready, running)

    start("etcd", "containerd", "apiserver")
    wait("containerd", lambda: _containerd_answers(cluster, bin_dir))
    for image in (PAUSE_IMAGE, PROBE_IMAGE):
        images.load(cluster, bin_dir, build.image_archive(image))
    wait("API server", lambda: api.api_ready(cluster))
    start("controller-manager", "scheduler", "kubelet", "kube-proxy", "coredns")
    wait("node", lambda: api.node_ready(cluster))
    start("kube-router")  # it needs the node object
    wait("default ServiceAccount", lambda: api.default_service_account_exists(cluster))
    wait("Services", lambda: api.kube_proxy_ready(cluster))
    wait("DNS", lambda: api.dns_ready(cluster))
    wait("NetworkPolicy", lambda: _policies_synced(cluster))


def _containerd_answers(cluster: Cluster, bin_dir: Path) -> bool:
    argv = [str(bin_dir / "ctr"), "--address", str(cluster.containerd_socket), "--timeout", "1s", "version"]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def _policies_synced(cluster: Cluster) -> bool:
    return "sync iptables took" in (cluster.log / "kube-router.log").read_text(errors="replace")


def _wait(
    cluster: Cluster, what: str, ready: Callable[[], bool], running: "dict[str, subprocess.Popen[bytes]]"
) -> None:
    """Wait until `ready`; raises an error with the end of the log when a component dies or time is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        for name, process in running.items():
            if (code := process.poll()) is not None:
                tail = processes.last_lines(cluster.log / f"{name}.log")
                raise ClusterError(f"{name} ended with exit code {code}; the end of its log:\n{tail}")
        error: object = "not yet"
        try:
            if ready():
                return
        except (OSError, KeyError, HTTPException) as failure:
            error = failure
        if time.monotonic() > deadline:
            tails = "\n".join(f"{name}: {processes.last_lines(cluster.log / f'{name}.log', 2)}" for name in running)
            raise ClusterError(f"{what} did not come up in {PATIENCE_SECONDS:.0f} s ({error}); last lines:\n{tails}")
        time.sleep(0.05)


def failing(cluster: Cluster) -> str:
    """What is wrong with a cluster, in a few words; empty when it is healthy."""
    found = processes.owned(cluster.state)
    expected = [INIT, *command_lines(cluster, build.bin_dir())]
    dead = [name for name in expected if processes.main_process(found, name) is None]
    if dead:
        return f"not running: {', '.join(dead)}"
    try:
        if not api.api_ready(cluster) or not api.node_ready(cluster):
            return "node not ready"
    except (OSError, KeyError, HTTPException) as error:
        return f"API server: {error}"
    return ""


def status(name: str) -> tuple[str, bool]:
    """A table of a cluster's components for a person, and whether all is well."""
    cluster = find(name)
    if cluster is None:
        return f"cluster {name} is not there", False
    found = processes.owned(cluster.state)
    lines = [f"cluster {name}: {cluster.api_url}, state in {cluster.state}"]
    for component in [INIT, *command_lines(cluster, build.bin_dir())]:
        process = processes.main_process(found, component)
        what = f"pid {process.pid:<8} {process.rss_bytes / 1e6:5.0f} MB" if process else "not running"
        lines.append(f"  {component:20} {what}")
    ill = failing(cluster)
    return "\n".join([*lines, f"  {ill or 'healthy'}"]), not ill


def pids(cluster: Cluster) -> dict[str, int]:
    """The pid, as the host sees it, of each component that runs."""
    found = processes.owned(cluster.state)
    mains = ((name, processes.main_process(found, name)) for name in command_lines(cluster, build.bin_dir()))
    return {name: process.pid for name, process in mains if process}


def down(name: str) -> None:
    """End a cluster, whatever state it is in, and remove all that it left on the host."""
    with locked(clusters_root(), name):
        if not (clusters_root() / name).exists() and not processes.owned(clusters_root() / name):
            print(f"cluster {name} is not there")
            return
        started = time.monotonic()
        _remove(name)
        print(f"cluster {name} is gone after {time.monotonic() - started:.1f} s")


def _remove(name: str) -> None:
    state = clusters_root() / name
    _check_ours(state)
    processes.end_all(state)  # with init, the kernel ends the containers and drops mounts and network
    cgroups.remove(f"voxpod-{name}")
    network.disconnect(name)
    if state.exists():
        _remove_tree(state)
    with locked(clusters_root(), "subnets"):
        if not processes.any_cluster_runs():
            remove_masked_folders()


def _check_ours(state: Path) -> None:
    """Raise an error if the folder was never a cluster's, such as a folder of models that bears a cluster's name."""
    if state.exists() and not (state / RECORD).exists() and any(state.iterdir()) and not processes.owned(state):
        raise ClusterError(f"{state} is no cluster's: it has no {RECORD}; it is left alone, choose another name")


def _remove_tree(state: Path) -> None:
    # The last mount namespace is torn down by a kernel worker; until then a folder of it may be busy.
    for _ in range(50):
        with contextlib.suppress(OSError):
            shutil.rmtree(state)
            return
        time.sleep(0.1)
    shutil.rmtree(state)
