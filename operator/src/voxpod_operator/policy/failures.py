"""What went wrong with a sandbox, read off its Job and pod. Pure."""

import unicodedata
from collections.abc import Collection
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from voxpod_crds.conditions import Reason
from voxpod_crds.sandbox_protocol import BundleFacts, Failure, Report
from voxpod_operator.cluster.sandboxes import JobView, PodView

HOPELESS_WAITING = {"ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError"}

SANDBOX_REASONS = frozenset(
    {
        Reason.BUNDLE_INVALID,
        Reason.DEADLINE_EXCEEDED,
        Reason.ENGINE_FAILED,
        Reason.INPUT_REFUSED,
        Reason.LANGUAGE_NOT_SUPPORTED,
        Reason.NOT_SUPPORTED_YET,
        Reason.SANDBOX_REFUSED,
        Reason.TEXT_EMPTY,
        Reason.UPLOAD_FAILED,
        Reason.VOICE_NOT_FOUND,
    }
)
"""What a sandbox or a probe may give as the reason of a failure."""

DELIVERY_REASONS = frozenset({Reason.BUNDLE_INVALID, Reason.DELIVERY_FAILED, Reason.ENGINE_FAILED, Reason.NODE_FULL})
"""The same of a Job that readies a node."""

_REPORT: TypeAdapter[Report] = TypeAdapter(Report)
_FACTS: TypeAdapter[BundleFacts] = TypeAdapter(BundleFacts)


def read_report(raw: str | bytes, reasons: Collection[Reason] = SANDBOX_REASONS) -> Report:
    """A sandbox's report, fully validated: it comes from where a tenant's text was processed. Raises ValidationError.

    A reason outside `reasons` becomes EngineFailed: it would end up in a condition, and as a metric's label.
    """
    report = _REPORT.validate_json(raw)
    report = replace(report, warnings=tuple(printable(w) for w in report.warnings))
    if report.audio is not None:
        return replace(
            report,
            audio=replace(report.audio, voice=printable(report.audio.voice), format=printable(report.audio.format)),
        )
    failure = report.failure
    assert failure is not None, "a report has audio or a failure"
    if failure.reason not in reasons:
        failure = replace(failure, reason=Reason.ENGINE_FAILED, message=f"{failure.reason}: {failure.message}")
    return replace(report, failure=replace(failure, message=printable(failure.message)[:1024]))


def printable(text: str) -> str:
    """Text without control and format characters: it will be shown in terminals."""
    return "".join(ch if unicodedata.category(ch)[0] != "C" else " " for ch in text)


def read_facts(raw: str | bytes) -> BundleFacts:
    """A probe's facts, fully validated. Raises ValidationError."""
    return _FACTS.validate_json(raw)


def left_behind(pod: PodView | None, reasons: Collection[Reason] = SANDBOX_REASONS) -> Report | None:
    """The report in a pod's termination message, if there is a valid one."""
    if pod is None or not pod.termination_message:
        return None
    try:
        return read_report(pod.termination_message, reasons)
    except ValidationError:
        return None


def failure_of(job: JobView, pod: PodView | None) -> Failure | None:
    """Why this sandbox will not deliver, None while it still may."""
    if pod is not None and pod.terminated_reason == "OOMKilled":
        return Failure("infrastructure", Reason.OUT_OF_MEMORY, "the sandbox was killed at its memory limit")
    if pod is not None and pod.waiting_reason in HOPELESS_WAITING:
        return Failure(
            "infrastructure", Reason.IMAGE_PULL_FAILED, f"{pod.waiting_reason}: {pod.waiting_message}"[:1024]
        )
    if job.finished:
        return Failure("infrastructure", Reason.SANDBOX_LOST, _how_it_ended(job, pod))
    if pod is not None and (pod.ended or pod.deleting):
        return Failure("infrastructure", Reason.SANDBOX_LOST, _how_it_ended(job, pod))
    return None


def _how_it_ended(job: JobView, pod: PodView | None) -> str:
    if pod is None:
        return f"Job {job.name} ended without a pod: {job.message or 'no message'}"
    if pod.deleting and pod.exit_code is None:
        return f"pod {pod.name} is being deleted: its node was lost or drained, or somebody deleted it"
    details = pod.reason or pod.terminated_reason or job.message or "no reason given"
    code = "" if pod.exit_code is None else f", exit code {pod.exit_code}"
    return f"pod {pod.name} ended without a result: {details}{code}"[:1024]
