"""The stages of a request, and the moments that each source of times tells of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voxpod_bench.audit import Write
from voxpod_bench.client import Spoken
from voxpod_bench.errors import BenchError
from voxpod_bench.json_logs import Said
from voxpod_bench.percentiles import Spread, spread
from voxpod_bench.runtime_log import PodStart


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a request's way that ends with a moment; it begins where the stage before ended."""

    moment: str
    what: str
    source: str


CREATED = "created"
"""The client is about to send its POST; all other moments are measured from there."""

STAGES = (
    Stage("answered", "POST answered", "client"),
    Stage("seen", "seen by the operator", "operator log"),
    Stage("admitted", "admitted: status written", "operator log"),
    Stage("job", "Job created", "operator log"),
    Stage("pod", "pod created by the Job controller", "audit log"),
    Stage("scheduled", "pod bound to the node", "audit log"),
    Stage("sandbox_asked", "kubelet: cgroup, volumes, token", "containerd log"),
    Stage("sandbox_ready", "containerd: namespaces, network, pause", "containerd log"),
    Stage("container_created", "containerd: container created", "containerd log"),
    Stage("started", "runc: container started", "containerd log"),
    Stage("imported", "interpreter and imports", "sandbox log"),
    Stage("loaded", "bundle verified, model loaded", "sandbox log"),
    Stage("claimed", "claimed: status written", "operator log"),
    Stage("received", "work received by the sandbox", "sandbox log"),
    Stage("first_audio", "first audio", "sandbox log"),
    Stage("synthesized", "last sample", "sandbox log"),
    Stage("uploaded", "uploaded", "sandbox log"),
    Stage("reported", "result received", "operator log"),
    Stage("succeeded", "Succeeded: object verified, status written", "operator log"),
    Stage("told", "the client's watch tells it", "client"),
)

WARM_STAGES = tuple(
    stage
    for stage in STAGES
    if stage.source in ("client", "operator log", "sandbox log") and stage.moment not in ("job", "imported", "loaded")
)
"""Of a request that finds a sandbox that waits: what made the sandbox lies before."""

Timeline = Mapping[str, float]
"""Moment to seconds since 1970, in the order of STAGES, `created` first."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What the logs tell of one request."""

    operator: Mapping[str, Said]
    sandbox: Mapping[str, Said]
    runtime: PodStart
    pod_created: float
    pod_bound: float


def timeline(spoken: Spoken, traces: Traces) -> Timeline:
    """When each stage of a cold request ended; BenchError where a log lacks a line."""
    loaded = _said(traces.sandbox, "model loaded", "the sandbox", spoken).time
    inside = _said(traces.operator, "result received", "the operator", spoken).values["timings"]
    found = {
        **warm_timeline(spoken, traces.operator, traces.sandbox),
        "job": _said(traces.operator, "sandbox created", "the operator", spoken).time,
        "pod": traces.pod_created,
        "scheduled": traces.pod_bound,
        "sandbox_asked": traces.runtime.sandbox_asked,
        "sandbox_ready": traces.runtime.sandbox_ready,
        "container_created": traces.runtime.container_created,
        "started": traces.runtime.started,
        "imported": loaded - inside["load_ms"] / 1000,
        "loaded": loaded,
    }
    if lost := [moment for moment, time in found.items() if not time]:
        raise BenchError(f"request {spoken.name}: no log tells when it was {', '.join(lost)}")
    return {moment: found[moment] for moment in (CREATED, *(stage.moment for stage in STAGES))}


def warm_timeline(spoken: Spoken, operator: Mapping[str, Said], sandbox: Mapping[str, Said]) -> Timeline:
    """When each stage ended that a request has in any sandbox; BenchError where a log lacks a line."""
    told = {
        event: _said(operator, event, "the operator", spoken).time
        for event in ("request seen", "request admitted", "work claimed", "result received", "request ended")
    }
    heard = {
        event: _said(sandbox, event, "the sandbox", spoken).time for event in ("claimed", "synthesized", "uploaded")
    }
    return {
        CREATED: spoken.sent,
        "answered": spoken.answered,
        "seen": told["request seen"],
        "admitted": told["request admitted"],
        "claimed": told["work claimed"],
        "received": heard["claimed"],
        "first_audio": heard["claimed"] + operator["result received"].values["timings"]["first_audio_ms"] / 1000,
        "synthesized": heard["synthesized"],
        "uploaded": heard["uploaded"],
        "reported": told["result received"],
        "succeeded": told["request ended"],
        "told": spoken.told,
    }


def pod_writes(writes: Iterable[Write], pod: str, after: float) -> tuple[float, float]:
    """When a pod was created and when it was bound to its node; BenchError where the audit log has neither.

    A pod is created by generateName, so that only its binding tells its name: it is the last one created before that.
    """
    made = 0.0
    for write in writes:
        if write.received < after or write.refused or write.verb != "create":
            continue
        if write.resource == "pods" and write.writer == "job-controller":
            made = write.done
        elif write.resource == "pods/binding" and write.name == pod and made:
            return made, write.done
    raise BenchError(f"pod {pod}: the audit log lacks its creation by the Job controller or its binding")


def durations(timelines: Sequence[Timeline], stages: Sequence[Stage] = STAGES) -> list[tuple[Stage, Spread, Spread]]:
    """For each stage its own milliseconds and those since the request was created, over all requests."""
    before = [CREATED, *(stage.moment for stage in stages)]
    return [
        (stage, between(timelines, earlier, stage.moment), between(timelines, CREATED, stage.moment))
        for earlier, stage in zip(before, stages, strict=False)
    ]


def between(timelines: Sequence[Timeline], start: str, end: str) -> Spread:
    """Milliseconds from one moment to another."""
    return spread([(times[end] - times[start]) * 1000 for times in timelines])


def beyond_load(timelines: Sequence[Timeline]) -> Spread:
    """Milliseconds from created to claimed without those of the model's check and load: what the design limits."""
    return spread(
        [(times["claimed"] - times[CREATED] - (times["loaded"] - times["imported"])) * 1000 for times in timelines]
    )


def _said(lines: Mapping[str, Said], event: str, who: str, spoken: Spoken) -> Said:
    if event not in lines:
        raise BenchError(f"request {spoken.name}: {who}'s log has no line {event!r}")
    return lines[event]
