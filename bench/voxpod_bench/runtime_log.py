"""containerd's log: when a pod's network and container were asked for and were there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from voxpod_bench.clock import epoch_seconds

_LINE = re.compile(r'time="(?P<time>[^"]+)" level=info msg="(?P<message>.*)"')
_SANDBOX = re.compile(r'RunPodSandbox for name:"(?P<pod>[^"]+)".*?(?: returns sandbox id "(?P<sandbox>\w+)")?$')
_CREATE = re.compile(
    r'CreateContainer within sandbox "(?P<sandbox>\w+)" for (?:container )?name:"[^"]+"(?: returns container id'
    r' "(?P<container>\w+)")?$'
)
_START = re.compile(r'StartContainer for "(?P<container>\w+)"(?P<done> returns successfully)?$')


@dataclass(slots=True)
class PodStart:
    """How containerd started a pod of one container; seconds since 1970, 0 for what did not happen."""

    sandbox_asked: float = 0
    """The kubelet is done with volumes and cgroups, and asks for the pod's namespaces."""
    sandbox_ready: float = 0
    """The pause container runs and the network is there."""
    container_asked: float = 0
    container_created: float = 0
    start_asked: float = 0
    started: float = 0
    """The container's process runs its program."""


def read_runtime_log(lines: Iterable[str]) -> dict[str, PodStart]:
    """The start of each pod, by name; lines that tell of something else are passed over."""
    pods: dict[str, PodStart] = {}
    of_sandbox: dict[str, PodStart] = {}
    of_container: dict[str, PodStart] = {}
    for line in lines:
        if (found := _LINE.match(line)) is None:
            continue
        now, message = epoch_seconds(found["time"]), found["message"].replace('\\"', '"')
        if said := _SANDBOX.match(message):
            pod = pods.setdefault(said["pod"], PodStart())
            if said["sandbox"]:
                pod.sandbox_ready, of_sandbox[said["sandbox"]] = now, pod
            else:
                pod.sandbox_asked = now
        elif (said := _CREATE.match(message)) and said["sandbox"] in of_sandbox:
            pod = of_sandbox[said["sandbox"]]
            if said["container"]:
                pod.container_created, of_container[said["container"]] = now, pod
            else:
                pod.container_asked = now
        elif (said := _START.match(message)) and said["container"] in of_container:
            pod = of_container[said["container"]]
            if said["done"]:
                pod.started = now
            else:
                pod.start_asked = now
    return pods
