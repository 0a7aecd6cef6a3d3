"""Voxpod by kubectl, where there is no HTTP API: whatever way to sign in a kubeconfig names, kubectl knows it."""

import json
import re
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPException
from typing import Any

from voxpod_cli.fetching import chunks, said, send
from voxpod_cli.service import Day, Limit, Order, Problem, Task, Use, Voice

Json = dict[str, Any]

LOOK_SECONDS = 1.0
URL_SECONDS = 86_400

STATUS = {"Running": "running", "Succeeded": "succeeded", "Failed": "failed", "Rejected": "failed"} | {
    "Cancelled": "cancelled"
}
"""By phase; others are queued."""


class Kubectl:
    """One namespace of one cluster."""

    def __init__(
        self, context: str = "", namespace: str = "", tenant: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Empty: as the kubeconfig says; `tenant`: whose limits are shown."""
        self._why = "" if context or namespace else " (kubectl was asked since VOXPOD_URL is not set)"
        self._base = [
            "kubectl",
            *([f"--context={context}"] if context else []),
            *([f"--namespace={namespace}"] if namespace else []),
        ]
        self._tenant, self._sleep = tenant, sleep

    def create(self, order: Order) -> Task:
        """See Service."""
        body = request_of(f"say-{uuid.uuid4().hex}", order)
        return task_of(self._json("create", "--validate=false", "-f", "-", given=json.dumps(body)))

    def task(self, task_id: str, seconds: float) -> Task:
        """See Service."""
        end = time.monotonic() + seconds
        while not (found := task_of(self._json("get", "ttsrequests.voxpod.dev", task_id))).ended:
            if time.monotonic() >= end:
                break
            self._sleep(LOOK_SECONDS)
        return found

    def cancel(self, task_id: str) -> Task:
        """See Service."""
        patch = '--patch={"spec":{"cancel":true}}'
        return task_of(self._json("patch", "ttsrequests.voxpod.dev", task_id, "--type=merge", patch))

    @contextmanager
    def audio(self, task: Task) -> Iterator[Iterator[bytes]]:
        """See Service. By the presigned URL that the request asked for."""
        if not task.url:
            raise Problem(f"{task.id} has no URL of its audio: it asked for none (spec.audioUrlSeconds), or it expired")
        host = urllib.request.Request(task.url).host
        try:
            answer = send(urllib.request.Request(task.url))
        except (OSError, HTTPException) as error:
            raise Problem(f"the object store {host} cannot be reached from here: {said(error)}") from None
        with answer:
            if answer.status != 200:
                raise Problem(f"the object store {host} answers {answer.status}")
            yield chunks(answer)

    def tasks(self, status: str, limit: int) -> list[Task]:
        """See Service. All requests of the namespace, whoever made them."""
        found = [task_of(one) for one in self._json("get", "ttsrequests.voxpod.dev")["items"]]
        found = [one for one in found if status in ("", one.status)]
        return sorted(found, key=lambda one: one.created, reverse=True)[:limit]

    def voices(self) -> list[Voice]:
        """See Service."""
        models = self._json("get", "speechmodels.voxpod.dev")["items"]
        return [
            Voice(name, model["metadata"]["name"])
            for model in models
            for name in model.get("status", {}).get("voices", ())
        ]

    def use(self) -> Use:
        """See Service."""
        return use_of(self._tenant_object())

    def days(self, number: int, now: float) -> list[Day]:
        """See Service. By the presigned URL that the Tenant tells."""
        tenant = self._tenant_object()
        url = (tenant.get("status") or {}).get("usageHistoryUrl")
        if not url:
            raise Problem("the Tenant does not tell where earlier days are kept (status.usageHistoryUrl)")
        first = datetime.fromtimestamp(now, UTC).date() - timedelta(days=number - 1)
        return days_of(self._stored(url), tenant, first, datetime.fromtimestamp(now, UTC).date())

    def _stored(self, url: str) -> Json:
        """A small document of the store; an empty one where there is none yet."""
        host = urllib.request.Request(url).host
        try:
            with send(urllib.request.Request(url)) as answer:
                if answer.status == 404:
                    return {}
                if answer.status != 200:
                    raise Problem(f"the object store {host} answers {answer.status}")
                document: Json = json.loads(b"".join(chunks(answer)))
                return document
        except (OSError, HTTPException, ValueError) as error:
            raise Problem(f"the object store {host} cannot be read from here: {said(error)}") from None

    def _tenant_object(self) -> Json:
        return self._json("get", "tenants.voxpod.dev", self._tenant or self._tenant_of_a_request())

    def _tenant_of_a_request(self) -> str:
        """Whose the namespace is: a team may not list Tenants, but its requests name theirs."""
        requests = self._json("get", "ttsrequests.voxpod.dev")["items"]
        tenant = next((name for one in requests if (name := one.get("status", {}).get("tenant"))), "")
        if not tenant:
            raise Problem("no request of the namespace tells whose it is: name the Tenant with --tenant")
        return str(tenant)

    def _json(self, *words: str, given: str | None = None) -> Json:
        try:
            done = subprocess.run(
                [*self._base, *words, "--output=json"], input=given, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise Problem(
                "set VOXPOD_URL and VOXPOD_TOKEN for the HTTP API, or install kubectl: neither is there"
            ) from None
        if done.returncode:
            raise Problem(f"{_told(done.stderr) or f'kubectl ends with {done.returncode}'}{self._why}")
        document: Json = json.loads(done.stdout)
        return document


def request_of(name: str, order: Order) -> Json:
    """The TTSRequest to create."""
    spec = {
        "text": order.text,
        "format": order.format,
        "model": order.model,
        "voice": order.voice,
        "language": order.language,
        "speed": order.speed,
        "instructions": order.instructions,
        "seed": order.seed,
        "deadlineSeconds": order.deadline_seconds,
        "audioUrlSeconds": URL_SECONDS,
    }
    return {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "TTSRequest",
        "metadata": {"name": name},
        "spec": {key: value for key, value in spec.items() if value is not None},
    }


def task_of(raw: Json) -> Task:
    """A TTSRequest as a task."""
    spec, status = raw["spec"], raw.get("status") or {}
    state, audio = STATUS.get(status.get("phase", ""), "queued"), status.get("audio") or {}
    failed: Json = next((c for c in status.get("conditions") or () if c["type"] == "Failed"), {})
    return Task(
        id=raw["metadata"]["name"],
        status=state,
        created=_epoch(raw["metadata"]["creationTimestamp"]),
        format=spec.get("format", "wav"),
        place=status.get("queuePosition") if state == "queued" else None,
        voice=status.get("voice") or spec.get("voice") or "",
        seconds=audio.get("durationSeconds"),
        error=failed.get("message", "") if state in ("failed", "cancelled") else "",
        warnings=tuple(status.get("warnings") or ()),
        url=audio.get("url") or "",
    )


def use_of(raw: Json) -> Use:
    """What a Tenant says of today."""
    quota, status = raw["spec"].get("quota") or {}, raw.get("status") or {}
    used, left = status.get("usage") or {}, status.get("remaining") or {}
    days = {"requests": "requests", "characters": "characters", "audio-seconds": "audioSeconds"}
    rows = [
        Limit(name, used.get(key), quota.get(f"{key}PerDay"), left.get(key) if f"{key}PerDay" in quota else None)
        for name, key in days.items()
    ]
    most, active = quota.get("concurrentRequests"), status.get("active")
    rows.append(Limit("concurrency", active, most, None if most is None else max(0, most - (active or 0))))
    if (rate := quota.get("requestsPerMinute")) is not None:
        rows.append(Limit("requests-per-minute", None, rate, None))
    resets = status.get("resetTime")
    return Use(raw["metadata"]["name"], _epoch(resets) if resets else None, tuple(rows))


def days_of(history: Json, tenant: Json, first: date, today: date) -> list[Day]:
    """The days from `first` on that can be told: those that are over as the store has them, the present one as the Tenant has it."""
    sums: dict[str, Day] = {}
    if through := history.get("through"):
        known = (date.fromisoformat(through) - first).days + 1
        sums = {at: Day(at) for at in ((first + timedelta(days=n)).isoformat() for n in range(known))}
    for one in history.get("used", ()):
        if (day := sums.get(one["day"])) is not None:
            sums[day.date] = Day(
                day.date,
                day.requests + one["requests"],
                day.characters + one["characters"],
                round(day.audio_seconds + one["audioSeconds"], 3),
            )
    used = (tenant.get("status") or {}).get("usage") or {}
    if _epoch(used.get("windowStart") or "1970-01-01T00:00:00Z") == _epoch(f"{today}T00:00:00Z"):
        sums[f"{today}"] = Day(
            f"{today}", used.get("requests", 0), used.get("characters", 0), used.get("audioSeconds", 0.0)
        )
    return [sums[at] for at in sorted(sums)]


def _epoch(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _told(stderr: str) -> str:
    """What kubectl says to a person: without the lines that it logs, such as `E1128 21:39:54.307528 ...`."""
    return " ".join(line.strip() for line in stderr.splitlines() if not re.match(r"[EWI]\d{4} ", line))
