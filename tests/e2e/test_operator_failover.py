"""Two operators, one leads; whatever becomes of the leader, every request ends exactly once."""

import contextlib
import hashlib
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from audit_log import writes
from pod_processes import processes_of
from voxpod_client import OPERATOR, Asked, Voxpod
from voxpod_crds.tts_request import Phase
from voxpod_installation import OPERATORS, SANDBOXES, SYSTEM

pytestmark = pytest.mark.e2e

TEAM, OTHER_TEAM = "team-a", "team-b"
TEXT = "Whoever leads, this is said once."
SLICE = f"/apis/discovery.k8s.io/v1/namespaces/{SYSTEM}/endpointslices/voxpod-dispatch-leader"


def uid_of(voxpod: Voxpod, name: str) -> str:
    """UID of an operator pod."""
    (uid,) = [pod["metadata"]["uid"] for pod in voxpod.operator_pods() if pod["metadata"]["name"] == name]
    return str(uid)


def log_size(voxpod: Voxpod) -> int:
    """Where the audit log ends now."""
    return Path(voxpod.cluster["auditLog"]).stat().st_size


def assert_ended_once(voxpod: Voxpod, asked: list[Asked], since: int) -> None:
    """Each Succeeded, its one object is what its status says, and each attempt had exactly one Job.

    A second attempt is right where the kill met a claim: written, but its answer lost, the work may not be handed out
    again, so a fresh sandbox gets it (docs/sandbox-protocol.md).
    """
    jobs: list[str] = []
    for one in asked:
        spoken = voxpod.wait(one, Phase.SUCCEEDED)
        assert spoken.status.attempt in (1, 2), voxpod.diagnosis(one)
        jobs += [f"tts-{one.uid}-{attempt}" for attempt in range(1, spoken.status.attempt + 1)]
        assert spoken.status.audio is not None
        assert voxpod.keys(f"{one.namespace}/{one.uid}") == [f"{one.namespace}/{one.uid}.wav"]
        assert hashlib.sha256(voxpod.download(spoken.status.audio.uri)).hexdigest() == spoken.status.audio.sha256
    created = [
        w.name
        for w in writes(Path(voxpod.cluster["auditLog"]), since)
        if (w.verb, w.resource, w.namespace) == ("create", "jobs", SANDBOXES) and w.code == 201
    ]
    assert Counter(created) == Counter(jobs)


def test_one_of_two_leads_and_dispatch_is_its_own(voxpod: Voxpod):
    voxpod.settled()
    pods = {pod["metadata"]["name"]: pod["status"]["podIP"] for pod in voxpod.operator_pods()}
    leader = voxpod.leader()

    assert len(pods) == OPERATORS
    assert {name: voxpod.metrics(name)["voxpod_leader"] for name in pods} == {
        name: float(name == leader) for name in pods
    }
    endpoints = (voxpod.kube.get(SLICE) or {})["endpoints"]
    assert [address for endpoint in endpoints for address in endpoint["addresses"]] == [pods[leader]]


def test_killed_leader_costs_no_request_and_none_ends_twice(voxpod: Voxpod):
    """SIGKILL while one request speaks, others start and wait: nothing can be said goodbye to."""
    voxpod.settled()
    uid, since = uid_of(voxpod, voxpod.leader()), log_size(voxpod)
    asked = [voxpod.ask(team, TEXT) for team in (TEAM, OTHER_TEAM, TEAM)]
    voxpod.until(
        lambda: any(voxpod.look(one).status.phase == Phase.RUNNING for one in asked),
        "one of them speaks",
        explain=voxpod.behind,
    )

    killed = processes_of(uid, "voxpod_operator")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    assert len(killed) == 1
    assert_ended_once(voxpod, asked, since)
    voxpod.settled()


def test_other_operator_goes_on_when_the_leaders_pod_is_gone(voxpod: Voxpod):
    voxpod.settled()
    leader, since = voxpod.leader(), log_size(voxpod)
    asked = [voxpod.ask(TEAM, TEXT)]
    voxpod.running_sandbox(asked[0])

    voxpod.kube.delete(f"/api/v1/namespaces/{SYSTEM}/pods/{leader}", gracePeriodSeconds=0)

    new = voxpod.until(
        lambda: voxpod.leader() if voxpod.leader() not in ("", leader) else None,
        "another one leads",
        explain=voxpod.behind,
    )
    assert_ended_once(voxpod, asked, since)
    assert voxpod.metrics(new)["voxpod_leader"] == 1
    voxpod.settled()


def test_frozen_leader_is_replaced_and_stands_back_when_it_wakes(voxpod: Voxpod):
    """A stopped process can neither renew nor release its Lease; when it goes on it still believes that it leads."""
    voxpod.settled()
    leader, since = voxpod.leader(), log_size(voxpod)
    asked = [voxpod.ask(TEAM, TEXT)]
    voxpod.running_sandbox(asked[0])
    (process,) = processes_of(uid_of(voxpod, leader), "voxpod_operator")
    os.kill(process, signal.SIGSTOP)
    try:
        new = voxpod.until(
            lambda: voxpod.leader() if voxpod.leader() not in ("", leader) else None,
            "another one leads",
            explain=voxpod.behind,
        )
        asked.append(voxpod.ask(OTHER_TEAM, TEXT))
        assert_ended_once(voxpod, asked, since)
    finally:
        with contextlib.suppress(ProcessLookupError):  # the kubelet may have lost patience with it
            os.kill(process, signal.SIGCONT)

    voxpod.until(
        lambda: not Path(f"/proc/{process}").exists(), "the old leader has ended itself", explain=voxpod.behind
    )
    voxpod.settled()
    assert voxpod.leader() == new
    assert_ended_once(voxpod, asked, since)


def test_leader_that_is_told_to_go_hands_over_at_once(voxpod: Voxpod):
    """A drain or an upgrade: the Lease is free before it expires."""
    voxpod.settled()
    leader, since = voxpod.leader(), log_size(voxpod)
    asked = [voxpod.ask(OTHER_TEAM, TEXT)]
    voxpod.running_sandbox(asked[0])

    voxpod.kube.delete(f"/api/v1/namespaces/{SYSTEM}/pods/{leader}")

    assert_ended_once(voxpod, asked, since)
    voxpod.settled()
    leases = [
        w for w in writes(Path(voxpod.cluster["auditLog"]), since) if w.user == OPERATOR and w.resource == "leases"
    ]
    assert {w.code for w in leases} <= {200, 201, 409}
