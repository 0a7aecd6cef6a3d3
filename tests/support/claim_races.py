"""Races for waiting sandboxes: two leaders, sandboxes that ask both and again, answers that get lost, watches that lag.

The operator's own assignment, claim and view run, over an API server that is a dictionary with compare-and-swap. Every call takes a
random number of turns of the loop, so that each seed is another order of events.
"""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from memory_store import MemoryStore
from stored_race import JOBS, REQUESTS, Gateway, Server, fill, job_name, now, request_key
from virtual_time import VirtualLoop
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant, TenantSandbox
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.view import ClusterView
from voxpod_operator.context import Context
from voxpod_operator.dispatch import service
from voxpod_operator.dispatch.identity import PodIdentity
from voxpod_operator.dispatch.service import AlreadyClaimed, NotWanted, claim
from voxpod_operator.errors import Conflict, NotLeading, Unavailable
from voxpod_operator.idle import IdleSandboxes
from voxpod_operator.policy.admission import Admit
from voxpod_operator.policy.pool import kind_of
from voxpod_operator.reconcile.requests import _assign
from voxpod_operator.settings import OperatorSettings
from voxpod_operator.workqueue import WorkQueue

WAIT_SECONDS = 0.02
PROTOCOL = 3


class Leader:
    """A replica's context; `lead` it from a fresh list, as after a takeover."""

    def __init__(self, server: Server, settings: OperatorSettings) -> None:
        self.server, self.gateway, self.seen = server, Gateway(server), 0
        view = ClusterView()
        self.ctx = Context(
            settings, cast(Any, self.gateway), cast(Any, MemoryStore()), cast(Any, None), cast(Any, None), view,
            WorkQueue(lambda: 0.0), now, cast(Any, None), IdleSandboxes(now),
        )  # fmt: skip
        view.on_request = self.ctx.keep_book
        self.tasks: list[asyncio.Task[None]] = []

    def lead(self, lists: bool = True) -> None:
        self.gateway.leads = True
        listed = [(kind, raw) for (kind, _), raw in self.server.objects.items()]
        for kind, raw in listed if lists else self.server.told[: self.seen]:
            self.ctx.view.observe(kind, raw)
        tenant, model = self._settings()
        memory = self.ctx.pools.of(model.metadata.name)
        memory.kind, memory.profile = kind_of(model, TenantSandbox()), "profile"
        self.tasks = [asyncio.create_task(self._assign_all(Admit(tenant, model, "af_heart")))]

    def watch(self) -> None:
        """Hear of some more of what was stored."""
        upto = min(len(self.server.told), self.seen + self.server.chance.randrange(4))
        for kind, raw in self.server.told[self.seen : upto]:
            self.ctx.view.observe(kind, raw)
        self.seen = upto

    async def _assign_all(self, admitted: Admit) -> None:
        for _ in range(60):
            await self.server.pass_time()
            self.watch()
            for request in self._unassigned():
                try:
                    await _assign_if_one_waits(self.ctx, request, admitted)
                except NotLeading:
                    return
                except (Conflict, Unavailable):
                    continue
            await asyncio.sleep(WAIT_SECONDS / 8)

    def _unassigned(self) -> list[TTSRequest]:
        live = (self.ctx.view.live_request(request_key(number)) for number in range(REQUESTS))
        found = [one for one in live if isinstance(one, TTSRequest) and one.status.sandbox is None]
        return self.server.chance.sample(found, len(found))

    def _settings(self) -> tuple[Tenant, SpeechModel]:
        tenant, model = self.ctx.view.tenant("acme"), self.ctx.view.model("kokoro")
        assert isinstance(tenant, Tenant)
        assert isinstance(model, SpeechModel)
        return tenant, model


async def _assign_if_one_waits(ctx: Context, request: TTSRequest, admitted: Admit) -> None:
    if any(ctx.idle.idle(job_name(number)) for number in range(JOBS)):
        await _assign(ctx, request, admitted)


@dataclass
class Race:
    """One seed: who got what."""

    seed: int
    settings: OperatorSettings
    swaps: bool = True
    lists: bool = True
    """Whether the second leader lists anew before it leads."""
    claim: Callable[..., Any] = claim
    got: list[tuple[str, str, int]] = field(default_factory=list)
    """Pod UID, request UID and leader of each answer that reached a sandbox with work."""
    stored: dict[str, str | None] = field(default_factory=dict)
    """By UID of a request, the pod that its status names."""

    async def run(self) -> "Race":
        chance = random.Random(self.seed)
        server = Server(chance, swaps=self.swaps)
        leaders = [Leader(server, self.settings) for _ in range(2)]
        pods = fill(server, chance)
        for leader in leaders:
            leader.seen = len(server.told)
        leaders[0].lead()
        asking = [
            asyncio.create_task(self._ask(server, leaders, chance, who))
            for who in pods
            for _ in range(chance.choice((1, 1, 2)))
        ]
        await asyncio.sleep(chance.uniform(0, WAIT_SECONDS))
        leaders[0].gateway.leads = False
        await leaders[0].gateway.quiet.wait()  # a Lease lasts longer than a call that was sent under it
        leaders[1].lead(self.lists)
        await asyncio.gather(*asking)
        for leader in leaders:
            for task in leader.tasks:
                task.cancel()
            await asyncio.gather(*leader.tasks, return_exceptions=True)
        self.stored = {
            raw["metadata"]["uid"]: ((raw.get("status") or {}).get("sandbox") or {}).get("podUid")
            for (kind, _), raw in server.objects.items()
            if kind is TTS_REQUEST
        }
        return self

    async def _ask(self, server: Server, leaders: Sequence[Leader], chance: random.Random, who: PodIdentity) -> None:
        """A sandbox: it asks until it has work, is told to end, or has asked often."""
        for _ in range(9):
            number = chance.randrange(2)
            ctx = leaders[number].ctx
            if not leaders[number].gateway.leads:
                await asyncio.sleep(WAIT_SECONDS / 8)
                continue
            try:
                work = await self.claim(ctx, who, WAIT_SECONDS, PROTOCOL, lambda: True)
            except (NotWanted, AlreadyClaimed):
                return
            except (Conflict, Unavailable, NotLeading):
                continue
            if work is not None and chance.random() > 0.2:  # else the answer is lost
                self.got.append((who.uid, work.request_uid, number))
                return

    def broken(self) -> list[str]:
        """What must never be."""
        pods_of, requests_of = Counter[str](), Counter[str]()
        for pod, request in {(pod, request) for pod, request, _ in self.got}:
            pods_of[request] += 1
            requests_of[pod] += 1
        twice = [f"request {uid} went to {n} sandboxes" for uid, n in pods_of.items() if n > 1]
        both = [f"sandbox {uid} has {n} requests" for uid, n in requests_of.items() if n > 1]
        again = [f"{one} was answered twice" for one, n in Counter(self.got).items() if n > 1]
        other = [
            f"{request} is with {pod}, its status says {self.stored[request]}"
            for pod, request, _ in self.got
            if self.stored[request] != pod
        ]
        return [f"seed {self.seed}: {what}" for what in [*twice, *both, *again, *other]]


@dataclass
class Played:
    """What many races came to."""

    handed: int = 0
    by_the_second: int = 0
    """Works that the leader handed over that took over."""
    broken: list[str] = field(default_factory=list)


def play(seeds: Iterable[int], settings: OperatorSettings, *, until_broken: bool = False, **changes: Any) -> Played:
    """Race each seed, in a time of its own; or those up to the first that breaks something."""
    played = Played()
    for seed in seeds:
        race = _raced(Race(seed, settings, **changes))
        played.handed += len(race.got)
        played.by_the_second += sum(leader for _, _, leader in race.got)
        played.broken += race.broken()
        if until_broken and played.broken:
            break
    return played


def _raced(race: Race) -> Race:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        clock = SimpleNamespace(monotonic=runner.get_loop().time)
        with patch.object(service, "time", clock):
            return runner.run(race.run())


def some_settings(folder: Path) -> OperatorSettings:
    """Of a replica that is never run."""
    return OperatorSettings(
        namespace="voxpod-system", pod_name="operator-0", pod_ip="127.0.0.1", sandbox_image="inference:1", sandbox_model_roots=["/models"],
        dispatch_tls_dir=folder, object_store_endpoint="store:9000", object_store_bucket="audio",
        object_store_access_key="a", object_store_secret_key="s", live_audio_secret="s",
    )  # fmt: skip


if __name__ == "__main__":
    print(play(range(int(sys.argv[1])), some_settings(Path("/nowhere"))))
