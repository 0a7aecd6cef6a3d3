"""Played sandboxes that ask for more: what each was given, and what it was answered."""

import asyncio

import aiohttp

from operator_world import World
from played_sandbox import claim, finish_pod, post_result, speak
from resource_bodies import Json
from voxpod_crds.sandbox_protocol import VERSION, VERSION_HEADER, Work, termination_message, work_from_json


class Served:
    """By Job, the UIDs of the requests that its sandbox was given."""

    def __init__(self, world: World) -> None:
        self.of: dict[str, list[str]] = {}
        self.refused: list[int] = []
        """What was answered to those who asked for more and got nothing."""
        self.dies_at: int | None = None
        """At the start of which request a sandbox is lost, the first being 1."""
        self.pause = asyncio.Event()
        """Cleared: sandboxes wait before they report a second request."""
        self.pause.set()
        world.kubelet = self._live

    async def _live(self, world: World, job: Json, pod: Json) -> None:
        name, token = job["metadata"]["name"], await world.token_of(pod)
        work, report = await claim(world, token), None
        while work is not None:
            self.of.setdefault(name, []).append(work.request_uid)
            if len(self.of[name]) == self.dies_at:
                # the kubelet keeps what the container left last: the report of the request before
                await finish_pod(world, pod, name, termination_message(report) if report else "", False)
                return
            if len(self.of[name]) > 1:
                await self.pause.wait()
            report = speak(world, work)
            taken = await post_result(world, token, report)
            work = await self._ask_again(world, token) if taken == 204 and work.further_requests else None
        await finish_pod(world, pod, name, termination_message(report) if report else "", report is not None)

    async def _ask_again(self, world: World, token: str) -> Work | None:
        url = f"https://voxpod-dispatch:{world.dispatch_port}/v1/claim"
        headers = {"Authorization": f"Bearer {token}", VERSION_HEADER: str(VERSION)}
        for _ in range(
            2
        ):  # the test's client may have kept a connection to a leader that is gone; a sandbox keeps none
            try:
                async with world.http.get(url, headers=headers) as response:
                    if response.status == 200:
                        work = work_from_json(await response.read())
                        world.claims.append(work.request_uid)
                        return work
                    self.refused.append(response.status)
                    return None
            except aiohttp.ClientError:
                continue
        return None
