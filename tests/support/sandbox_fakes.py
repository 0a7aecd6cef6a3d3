"""What a sandbox talks to, as real servers on loopback that answer from a script."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from voxpod_crds.sandbox_protocol import CLAIM_PATH, PROGRESS_PATH, RESULT_PATH, Upload, Work
from voxpod_inference.progress import Pulse

TOKEN = "the-pod-token"
UPLOAD_QUERY = "X-Amz-Signature=deadbeefcafe"
RESET = -1
"""In a fake's script: close the connection without an answer."""
STORE_AND_RESET = -2
"""In the store's script: keep the object, then close the connection without an answer."""


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeServer:
    """Answers from a script, one entry a request, and remembers what it was asked."""

    script: deque[tuple[int, bytes]] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    def answers(self, *statuses: int, body: bytes = b"") -> None:
        self.script.extend((status, body) for status in statuses)


@dataclass
class FakeDispatch(FakeServer):
    results: deque[int] = field(default_factory=deque)
    hears: int = 204
    """What it answers to progress."""
    ca_pem: str = ""

    def gives(self, work: dict[str, Any]) -> None:
        self.script.append((200, json.dumps(work).encode()))

    def respond(self, request: Seen) -> tuple[int, bytes]:
        if request.path.startswith(CLAIM_PATH):
            return self.script.popleft() if self.script else (204, b"")
        if request.path == PROGRESS_PATH:
            return self.hears, b""
        assert request.path == RESULT_PATH
        return (self.results.popleft() if self.results else 204), b""

    @property
    def reports(self) -> list[dict[str, Any]]:
        return [json.loads(r.body) for r in self.seen if r.path == RESULT_PATH]

    @property
    def progress(self) -> list[dict[str, Any]]:
        return [json.loads(r.body) for r in self.seen if r.path == PROGRESS_PATH]


@dataclass
class FakeStore(FakeServer):
    objects: dict[str, bytes] = field(default_factory=dict)

    def respond(self, request: Seen) -> tuple[int, bytes]:
        key = request.path.partition("?")[0]
        status, body = self.script.popleft() if self.script else (200, b"")
        if key in self.objects and status == 200 and request.headers.get("If-None-Match") == "*":
            return 412, b"<Error><Code>PreconditionFailed</Code></Error>"
        if request.method == "PUT" and status in (200, STORE_AND_RESET):
            self.objects[key] = request.body
        if request.method == "DELETE":
            self.objects.pop(key, None)
        return (RESET if status == STORE_AND_RESET else status), body


def a_pulse() -> Pulse:
    """One that nobody listens to."""
    work = Work("uid", "x", "", "auto", 1.0, "wav", 0, 60.0, Upload("", {}))
    return Pulse(work, tell=lambda progress: True, unwanted=lambda: None)


@contextmanager
def serving(fake: FakeDispatch | FakeStore, context: ssl.SSLContext | None) -> Iterator[None]:
    """Run a fake and set its `url`; over TLS when a context is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen = Seen(self.command, self.path, dict(self.headers.items()), body)
            fake.seen.append(seen)
            status, answer = fake.respond(seen)
            if status == RESET:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            if answer.startswith(b"<?xml"):
                self.send_header("Content-Type", "application/xml")
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that goes away in the middle is what some tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    fake.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
