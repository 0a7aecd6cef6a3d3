"""What is worth knowing when something did not work: events, states and the operator's last words."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from voxpod_demo.errors import DemoError
from voxpod_demo.kubectl import Json, Kubectl
from voxpod_demo.settings import SANDBOX_NAMESPACE, SYSTEM_NAMESPACE
from voxpod_demo.view import RequestView

EVENTS = 8
EXAMPLES = 3
LOG_LINES = 8
LOG_TAIL = 1000

T = TypeVar("T")

LOOK = (
    "make demo-shell     # a shell with kubectl and helm for this cluster; then:",
    f"kubectl -n {SYSTEM_NAMESPACE} get pods; kubectl -n {SYSTEM_NAMESPACE} logs deploy/voxpod-operator",
    f"kubectl -n {SANDBOX_NAMESPACE} get jobs,pods,events",
)


def installation(kubectl: Kubectl) -> list[str]:
    """Pods of the system namespace that are not ready, warnings that still matter, the operator's last words."""
    problems = {
        pod["metadata"]["name"]: pod_problems(pod)
        for pod in _gather(lambda: kubectl.items("pods", "-n", SYSTEM_NAMESPACE))
    }
    ill = {name for name, lines in problems.items() if lines}
    events = _gather(lambda: kubectl.items("events", "-n", SYSTEM_NAMESPACE))
    # of pods, only of those that are ill now: one that came up in the end had its warnings too
    of_now = [e for e in events if e["involvedObject"]["kind"] != "Pod" or e["involvedObject"]["name"] in ill]
    return [*(line for lines in problems.values() for line in lines), *warnings(of_now), *operator_log(kubectl, "")]


def requests(kubectl: Kubectl, views: Sequence[RequestView]) -> list[str]:
    """About one request of each way to fail: warnings about its sandboxes, and what the operator said of it."""
    lines = []
    for view in list({(view.phase, view.reason): view for view in views}.values())[:EXAMPLES]:
        lines += [f"about {view.key} ({view.phase}, {view.reason or 'no reason given'}):"]
        lines += [*sandbox_warnings(kubectl, view.uid), *operator_log(kubectl, view.uid)]
    return lines


def sandbox_warnings(kubectl: Kubectl, part: str) -> list[str]:
    """Warnings of the sandbox namespace about objects with this in their name: those of a request have its UID there."""
    events = _gather(lambda: kubectl.items("events", "-n", SANDBOX_NAMESPACE))
    return warnings(event for event in events if part in event["involvedObject"]["name"])


def operator_log(kubectl: Kubectl, part: str) -> list[str]:
    """The last lines with this in them that the operator logged, without their JSON."""
    tail = ["logs", "-n", SYSTEM_NAMESPACE, "-l", "app.kubernetes.io/component=operator", f"--tail={LOG_TAIL}"]
    said = _gather(lambda: kubectl.text(*tail).splitlines())
    return [f"operator: {log_line(line)}" for line in said if part in line][-LOG_LINES:]


def pod_problems(pod: Json) -> list[str]:
    """Why a pod is not ready, a line for each container; empty when it is ready or done."""
    name, status = pod["metadata"]["name"], pod.get("status", {})
    if status.get("phase") == "Succeeded":
        return []
    lines = [
        f"pod {name}: not scheduled: {condition.get('message', '')}"
        for condition in status.get("conditions", [])
        if condition["type"] == "PodScheduled" and condition["status"] == "False"
    ]
    for container in status.get("containerStatuses", []):
        if not container["ready"]:
            states: list[tuple[str, Json]] = list(container.get("state", {}).items())
            state, detail = states[0] if states else ("unknown", {})
            said = " ".join(str(detail[key]) for key in ("reason", "message") if detail.get(key))
            lines.append(
                f"pod {name}, {container['name']}: {state} {said}".rstrip() + f", {container['restartCount']} restarts"
            )
    return lines


def warnings(events: Iterable[Json]) -> list[str]:
    """The last warnings, oldest first; those that say the same of several objects are one."""
    warned = [event for event in events if event.get("type") == "Warning"]
    warned.sort(key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")
    about: dict[str, list[str]] = {}
    for event in reversed(warned):
        said = f"{event.get('reason', '')}: {event.get('message', '').strip()}"
        about.setdefault(said, []).append(f"{event['involvedObject']['kind']} {event['involvedObject']['name']}")
    lines = []
    for said, things in list(about.items())[:EVENTS]:
        others = len(set(things)) - 1
        lines.append(f"event {things[0]}{f' and {others} more' if others else ''}: {said}")
    return lines[::-1]


def log_line(line: str) -> str:
    """A JSON log line as `timestamp LEVEL message key=value ...`; any other line as it is."""
    try:
        fields = json.loads(line)
    except json.JSONDecodeError:
        return line
    if not isinstance(fields, dict):
        return line
    head = [str(fields.pop(key)) for key in ("timestamp", "level", "message") if key in fields]
    for known in ("logger", "service"):
        fields.pop(known, None)
    return " ".join([*head, *(f"{key}={value}" for key, value in fields.items())])


def _gather(look: Callable[[], list[T]]) -> list[T]:
    """What a look finds; nothing where it fails: a diagnosis must not hide what it is about."""
    try:
        return look()
    except DemoError:
        return []
