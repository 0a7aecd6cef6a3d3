"""A played sandbox that sends live audio by hand: each test says what it sends, and when."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from operator_world import World
from played_sandbox import claim, finish_pod, pinned_by, post_result, speak
from resource_bodies import Json
from voxpod_crds.sandbox_protocol import Failure, Live, Report, Timings, Work, termination_message


class Line:
    """One connection to a listener, as a sandbox holds it, or a stranger."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, live: Live) -> "Line":
        """TLS with the listener."""
        parts, tls = urlsplit(live.url), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        tls.load_verify_locations(cadata=live.ca_pem)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port, ssl=tls))

    async def head(self, live: Live, *, method: str = "POST", path: str = "", token: str | None = None) -> None:
        """Say who speaks; what differs from what the work says is a test's."""
        said = live.token if token is None else token
        lines = [f"{method} {path or urlsplit(live.url).path} HTTP/1.1", "Host: x", "Transfer-Encoding: chunked"]
        lines += [f"Authorization: Bearer {said}"] if said else []
        await self.say("\r\n".join([*lines, "", ""]).encode())

    async def send(self, piece: bytes) -> None:
        """Some sound; waits where the listener does not take it."""
        await self.say(b"%x\r\n%b\r\n" % (len(piece), piece))

    async def say(self, raw: bytes) -> None:
        """Any bytes."""
        self._writer.write(raw)
        await self._writer.drain()

    async def status(self) -> int:
        """What the listener answers; 0 when it just hangs up."""
        try:
            first = await self._reader.readline()
        except OSError:
            return 0
        return int(first.split()[1]) if first else 0

    async def end(self) -> int:
        """That was all."""
        await self.say(b"0\r\n\r\n")
        return await self.status()

    def cut(self) -> None:
        """As a process that dies."""
        self._writer.transport.abort()


Script = Callable[["LiveSandbox"], Awaitable[None]]


@dataclass
class LiveSandbox:
    """A kubelet (`World.kubelet`) whose sandboxes do what a script says, and then store and report as any other."""

    script: Script
    go: asyncio.Event = field(default_factory=asyncio.Event)
    """For a test that lets it go on."""
    said: list[int] = field(default_factory=list)
    """Statuses that a script noted."""
    fails: str = ""
    """Whose fault it reports that there is no audio."""
    work: Work | None = None

    @property
    def live(self) -> Live:
        """Where it is to send."""
        assert self.work is not None
        assert self.work.live is not None
        return self.work.live

    async def __call__(self, world: World, job: Json, pod: Json) -> None:
        token, tls = await world.token_of(pod), pinned_by(job)
        self.work = await claim(world, token, tls)
        if self.work is None:
            await finish_pod(world, pod, job["metadata"]["name"], "", True)
            return
        await self.script(self)
        report = speak(world, self.work)
        if self.fails:
            failure = Failure("input", "InputRefused", "it cannot be spoken")
            report = Report(self.work.request_uid, Timings(), failure=failure)
        await post_result(world, token, report, tls)
        await finish_pod(world, pod, job["metadata"]["name"], termination_message(report), report.audio is not None)

    async def connected(self) -> Line:
        """A line whose head was said."""
        line = await Line.to(self.live)
        await line.head(self.live)
        return line


async def says(sandbox: LiveSandbox, *pieces: bytes) -> None:
    """All of it at once, in order."""
    line = await sandbox.connected()
    for piece in pieces:
        await line.send(piece)
    sandbox.said.append(await line.end())
    line.cut()


async def in_two_pieces(sandbox: LiveSandbox) -> None:
    """A script: "one " at once, "two" when the test lets it go on, and an orderly end."""
    line = await sandbox.connected()
    await line.send(b"one ")
    await sandbox.go.wait()
    await line.send(b"two")
    sandbox.said.append(await line.end())
    line.cut()
