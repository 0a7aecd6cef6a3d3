"""docs/benchmarks/soak.md, from what a soak saw."""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from soak_weather import BACKLOG, OUTAGE_SECONDS, Plan

TEXT = """# Soak

Written by `make soak`: at most {requests} requests, and no more after {minutes:g} minutes; {backlog} wait or run at a time. In this weather:

- A real API server with etcd, and a real MinIO. Two operators, each a process with an address of its own, behind the dispatch Service
  that the leader's EndpointSlice leads.
- Sandboxes have the client of real ones for the dispatch endpoint and for uploads. Their engine sleeps half a second and stores 48 kB;
  no pods run: Job controller, kubelet, TTL and garbage collection are played.
- Whoever has led for {lead:g} s is killed (SIGKILL), each third time stopped (SIGSTOP) for {stop:g} s, longer than its Lease
  of {lease:g} s; another one is started.
- The dispatch certificate is renewed every {certificate:g} s, each {authority}th time by another authority.
- {store:g} s after it was back, the store hangs for {outage} s, or is killed and started again {outage} s later, in turn.
- A pod that is no sandbox, with a valid token, holds all connections that it can get, silent ones too, and sends garbage, claims, and
  results and progress of others.

*Lost, doubled or leaked* counts: requests that did not end as Succeeded, objects that are not there or not as reported (SHA-256),
requests without a record of use or with another length in it, work that was handed over more often than there were attempts,
sandboxes that spoke for two requests, and, once all had their time, a pool that is not at its level, other sandboxes that run, slots
that a Tenant's status counts, and objects that nobody was told about. *Attempts that failed* were followed by another one that
succeeded. The gap is the processor time that other work of the process took between two beats of 50 ms in its event loop. Times are
of a machine as busy as the table says.

"""


def page(rows: Mapping[str, str], plan: Plan, loads: Sequence[float]) -> str:
    """The page."""
    said = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    facts = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{said[1] if said else platform.machine()}, {os.cpu_count()} cores",
        "load average at first and at last": ", ".join(f"{load:.1f}" for load in loads),
        "kernel": platform.release(),
        **rows,
    }
    text = TEXT.format(
        requests=f"{plan.requests:,}",
        minutes=plan.minutes,
        backlog=BACKLOG,
        authority=plan.authority_every,
        lead=plan.lead_seconds,
        stop=plan.stop_seconds,
        lease=plan.lease_seconds,
        certificate=plan.certificate_seconds,
        store=plan.store_seconds,
        outage=OUTAGE_SECONDS,
    )
    return text + "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), ""])
