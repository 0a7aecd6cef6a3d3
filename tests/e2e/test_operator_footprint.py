"""What a request costs the API server, and what the operator costs the node: measured and told, held to no limit."""

import time
from collections import Counter
from pathlib import Path

import pytest

from audit_log import writes
from pod_processes import processes_of, resident_bytes
from voxpod_client import OPERATOR, Asked, Voxpod
from voxpod_crds.tts_request import Phase

pytestmark = pytest.mark.e2e

TEAM = "team-a"
COUNTS = ("tenants/status", "speechmodels/status")
"""Where the operator writes how many requests run: a request that begins or ends is a change of them."""


def test_writes_and_memory_are_told(voxpod: Voxpod, measured: dict[str, str]):
    voxpod.settled()
    time.sleep(2)  # counts of what ended before are written by now, and likewise below
    log = Path(voxpod.cluster["auditLog"])
    since = log.stat().st_size

    asked = voxpod.ask(TEAM, "One request, and nothing else.")
    voxpod.wait(asked, Phase.SUCCEEDED)
    time.sleep(2)

    mine = [w for w in writes(log, since) if w.user == OPERATOR and (_about(asked, w.name) or w.resource in COUNTS)]
    measured["API writes by the operator for a request"] = f"{len(mine)}: " + ", ".join(
        f"{count} {verb} {resource}"
        for (verb, resource), count in Counter((w.verb, w.resource) for w in mine).most_common()
    )
    assert {("create", "jobs"), ("patch", "ttsrequests/status")} <= {(w.verb, w.resource) for w in mine}
    for pod in voxpod.operator_pods():
        (pid,) = processes_of(pod["metadata"]["uid"], "voxpod_operator")
        role = "leader" if pod["metadata"]["name"] == voxpod.leader() else "follower"
        measured[f"resident memory of the {role}"] = f"{resident_bytes(pid) / 1e6:.0f} MB"
    assert {key for key in measured if key.startswith("resident")} == {
        "resident memory of the leader",
        "resident memory of the follower",
    }


def _about(asked: Asked, name: str) -> bool:
    """The request, or a Job, pod or Event of it."""
    return asked.name == name or asked.uid in name or name.startswith(f"{asked.name}.")
