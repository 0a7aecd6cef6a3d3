"""Whatever is sent: no 5xx, no trace of the program, no word of another tenant, and the next call is served.

Half of it is made by schemathesis from the document that the facade publishes, the other half is a table of known tricks.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from kmock import Server
from schemathesis import checks
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from facade_harness import KEY, OTHER_KEY, Served, served_world
from hostile_input import BAD_TOKENS, INSIDE, ISSUER, key_set, token
from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRACES = (b"Traceback", b'File "', b"site-packages", b"voxpod_api", b"pydantic", b"0x7")
SECRET_TEXT = "The midnight heron keeps its counsel."
"""What another tenant has spoken."""


@dataclass
class Siege:
    """A facade, and everything that it was made to say."""

    served: Served
    other_task: str
    """Of the other tenant."""
    answers: list[int] = field(default_factory=list)

    def judge(self, sent: str, status: int, head: dict[str, str], body: bytes) -> None:
        """No 5xx, no trace, nothing of others; errors in the envelope."""
        self.answers.append(status)
        told = body + repr(head).encode()
        assert status < 300 or 400 <= status < 500, (sent, status, head, body[:300])
        assert not [trace for trace in TRACES if trace in told], (sent, told[:500])
        assert b"heron" not in told, (sent, told[:500])
        assert "x-injected" not in {name.lower() for name in head}, (sent, head)
        if status >= 400 and body:
            assert set(json.loads(body)["error"]) == {"message", "type", "param", "code"}, (sent, body[:300])

    async def call(self, method: str, path: str, body: bytes | None = None, key: str = KEY, **headers: str) -> bytes:
        """One call, judged."""
        said = {"Authorization": f"Bearer {key}", **headers}
        async with self.served.http.request(
            method, self.served.url + path, data=body, headers=said, allow_redirects=False
        ) as answer:
            content = await answer.read()
            self.judge(f"{method} {path[:200]} {body!r:.200} {headers}", answer.status, dict(answer.headers), content)
            return content

    async def raw(self, sent: bytes) -> None:
        """Bytes that no HTTP library would send; the server may answer, or close the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.served.url.rpartition(":")[2]))
        try:
            writer.write(sent)
            await writer.drain()
            said = await asyncio.wait_for(reader.read(1 << 16), 10)
        finally:
            writer.close()
        self.answers.append(int(said.split()[1]) if said else 0)
        assert not said or int(said.split()[1]) < 500, (sent[:200], said[:300])
        assert not [trace for trace in TRACES if trace in said], (sent[:200], said[:500])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def siege(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Siege]:
    folder: Path = tmp_path_factory.mktemp("siege")
    (folder / "jwks.json").write_text(key_set())
    (folder / "webhooks").write_text("k" * 40)
    changes: dict[str, Any] = {
        "jwks_file": folder / "jwks.json",
        "jwt_issuer": ISSUER,
        "webhooks_key_file": folder / "webhooks",
        "header_seconds": 0.5,
        "body_seconds": 0.5,
    }
    async with (
        KubeEmulator() as kube,
        Server(kube),
        a_world(kube, folder, free_port()) as world,
        served_world(world, folder, **changes) as served,
    ):
        async with served.post("/v1/speech-tasks", {"text": SECRET_TEXT}, OTHER_KEY) as answer:
            task = (await answer.json())["id"]
        async with served.get(f"/v1/speech-tasks/{task}?wait=10", OTHER_KEY) as answer:
            assert (await answer.json())["status"] == "succeeded"
        yield Siege(served, task)


@pytest.fixture(autouse=True)
def nothing_is_broken(siege: Siege, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing was logged as a failure of the program, and another tenant's task is as it was."""
    before = [one for one in siege.served.requests() if one["metadata"]["namespace"] == "globex"]
    yield
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]
    assert [one for one in siege.served.requests() if one["metadata"]["namespace"] == "globex"] == before
    assert siege.served.world.errors == []


EXAMPLES = 18
CHECKS = (response_schema_conformance, content_type_conformance, status_code_conformance)


async def test_what_schemathesis_makes_of_our_document(siege: Siege) -> None:
    before = len(siege.answers)
    async with siege.served.get("/openapi.json", key="") as answer:
        document = await answer.json()
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        operation.pop("security", None)  # it would make up keys for most calls, and see no further than 401
    await asyncio.to_thread(_every_operation, siege, document)
    assert len(siege.answers) - before > 350
    assert {200, 202, 400, 404} <= set(siege.answers)


def _every_operation(siege: Siege, document: dict[str, Any]) -> None:
    with requests.Session() as session:
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            operation = found.ok()
            _examples(siege, session, operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
            with suppress(Unsatisfiable):  # nothing is wrong for a call that takes nothing
                _examples(siege, session, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def _examples(siege: Siege, session: requests.Session, cases: Any) -> None:
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def one(case: Any) -> None:
        if "wait" in (case.query or {}):
            case.query["wait"] = 0
        answer = case.call(siege.served.url, session=session, headers={"Authorization": f"Bearer {KEY}"})
        siege.judge(case.as_curl_command()[:600], answer.status_code, answer.headers, answer.content)
        case.validate_response(answer, checks=[checks.not_a_server_error, *CHECKS])

    one()


BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"text": "\xff\xfe"}',
    b'{"text": "\xed\xa0\x80", "input": "\xed\xa0\x80"}',
    b'{"text": "\\ud800", "input": "\\udfff"}',
    b'{"text": "a", "input": "a", "speed": NaN}',
    b'{"text": "a", "input": "a", "speed": 1e400}',
    b'{"text": "a", "input": "a", "speed": -0.0}',
    b'{"text": "a", "input": "a", "seed": ' + b"9" * 5000 + b"}",
    b'{"text": "a", "input": "a", "priority": 9.5, "seed": -1}',
    b'{"text": 1, "text": [], "input": {"$ref": "#"}}',
    b'{"text": "a", "input": "a", "__proto__": {"x": 1}, "constructor": 1}',
    b'{"text": "a", "input": "a", "model": "../../etc/passwd", "voice": "\\u0000"}',
    b'{"text": "a", "input": "a", "model": "kokoro\\r\\nX-Injected: yes", "voice": "a\\r\\nX-Injected: yes"}',
    b'{"text": "a", "input": "a", "language": "en\\n"}',
    b'{"text": "\\u0000\\u0001\\u001b[2J\\u202e", "input": "\\u0000\\u0001\\u001b[2J\\u202e"}',
    b'{"text": "{0.__class__} %s %n ${jndi:ldap://127.0.0.1/x} {{7*7}}", "input": "%s%n{0}"}',
    b'{"text": "<!DOCTYPE a [<!ENTITY b SYSTEM \\"file:///etc/passwd\\">]><speak>&b;</speak>", "input": "<speak>&b;"}',
    b'{"tasks": [' + b",".join([b'{"text": ""}'] * 64) + b"]}",
    b'{"tasks": ' + b"[" * 500 + b"]" * 500 + b"}",
    b"[" * 100_000,
    b'{"a": ' * 20_000,
    b'{"text": "' + b"a" * 200_000 + b'"}',
    b" " * 140_000,
    b'{"' + b"k" * 60_000 + b'": 1, "text": "a", "input": "a"}',
    b"{" + b",".join(b'"%d": 0' % n for n in range(9000)) + b"}",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    b"--x\r\nContent-Disposition: form-data; name=text\r\n\r\nHello\r\n--x--\r\n",
]
SPEAKING = ["/v1/tts/synthesize", "/tts", "/v1/audio/speech", "/v1/speech-tasks", "/v1/speech-tasks/batch"]


async def test_bodies_that_nobody_should_send(siege: Siege) -> None:
    for path, body in product(SPEAKING, BODIES):
        await siege.call("POST", path, body)
    for path, kind in product(
        SPEAKING, ["text/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "\x80"]
    ):
        await siege.call("POST", path, b"{}", **{"Content-Type": kind, "Content-Encoding": "gzip"})


def tricks(task: str) -> list[str]:
    """What follows a folder in a URL."""
    return [
        "../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "..%5c..%5cwindows",
        "%00",
        "%c0%ae%c0%ae%2f",
        "%ff%fe",
        "%0d%0aX-Injected:%20yes",
        "a" * 3000,
        "%F0%9F%92%A9",
        ";jsessionid=1",
        "*",
        ".",
        "..",
        "%25",
        "'%20OR%201=1--",
        "$%7Bjndi:ldap://127.0.0.1/%7D",
        task,
        task.upper(),
        f"{task}%00",
        f"{task}/",
        f"{task}/audio",
        f"{task}/timestamps?format=vtt",
        f"../globex/{task}",
        f"{task}%2f..%2f{task}",
        f"{task}?namespace=globex&tenant=globex",
        "?after=%ff&limit=-1&status=\u202e",
        "?wait=1e9",
        "?after=" + "A" * 255,
    ]


async def test_urls_that_nobody_should_ask_for(siege: Siege) -> None:
    for folder, trick in product(["/v1/speech-tasks/", "/console/", "/v1/usage", "/"], tricks(siege.other_task)):
        for method in ("GET", "DELETE"):
            await siege.call(method, folder + trick)
    for method, path in product(
        ["PUT", "PATCH", "TRACE", "CONNECT", "OPTIONS", "HEAD", "X" * 200], ["/tts", "/v1/usage"]
    ):
        await siege.call(method, path)


async def test_another_tenant_s_task_is_answered_as_one_that_never_was(siege: Siege) -> None:
    never = siege.other_task[:-6] + "000000"
    for method, path in (("GET", ""), ("GET", "?wait=1"), ("DELETE", ""), ("GET", "/audio"), ("GET", "/timestamps")):
        theirs = await siege.call(method, f"/v1/speech-tasks/{siege.other_task}{path}")
        nobodys = await siege.call(method, f"/v1/speech-tasks/{never}{path}")
        assert theirs.replace(siege.other_task.encode(), b"") == nobodys.replace(never.encode(), b"")


async def test_tokens_that_are_not_ours(siege: Siege) -> None:
    for one, path in product(BAD_TOKENS, ["/v1/usage", "/v1/speech-tasks", "/v1/audio/voices"]):
        await siege.call("GET", path, key=str(one.values[0]))
        assert siege.answers[-1] in (400, 401), one.id
    for claims in ({"namespace": "globex"}, {"tenant": "nobody"}, {"namespace": "kube-system"}):
        await siege.call("GET", f"/v1/speech-tasks/{siege.other_task}", key=token(**claims))
        assert siege.answers[-1] == 403
    await siege.call("GET", "/v1/usage", key=token())
    assert siege.answers[-1] == 200


HEADERS = [
    {"Idempotency-Key": value} for value in ("", "a" * 300, "../x", "\x80\xff", "k\tk", "{}", "a b")
] + [
    {"x-stainless-retry-count": value} for value in ("-1", "1e9", "x", "9" * 400, "")
] + [
    {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "globex", "X-Original-URL": "/metrics"},
    {"X-Tenant": "globex", "X-Namespace": "globex", "Impersonate-User": "admin"},
    {"Accept": "text/html;q=0.1, */*;q=NaN"},
    {"Range": "bytes=0-1,5-2,-1"},
    {"Expect": "200-maybe"},
    {"Origin": "null", "Access-Control-Request-Method": "DELETE"},
    {"Cookie": "a=" + "b" * 3000},
    {"Content-Encoding": "br"},
]  # fmt: skip


async def test_headers_that_nobody_should_send(siege: Siege) -> None:
    body = json.dumps({"text": "Hello.", "input": "Hello."}).encode()
    await asyncio.gather(
        *(siege.call("POST", path, body, **more) for more in HEADERS for path in ("/tts", "/v1/speech-tasks"))
    )


async def test_a_key_that_is_replayed_by_another_tenant_finds_nothing_of_the_first(siege: Siege) -> None:
    made = [
        json.loads(
            await siege.call("POST", "/v1/speech-tasks", b'{"text": "Mine."}', key, **{"Idempotency-Key": "same"})
        )
        for key in (KEY, KEY)
    ]
    assert made[0]["id"] == made[1]["id"] != siege.other_task
    other = await siege.call("POST", "/v1/speech-tasks", b'{"text": "Others."}', KEY, **{"Idempotency-Key": "same"})
    assert json.loads(other)["error"]["code"] == "idempotency_key_reused"


async def test_webhooks_lead_nowhere_inside(siege: Siege) -> None:
    before = len(siege.served.requests())
    for address in INSIDE:
        host = f"[{address.replace('%', '%25')}]" if ":" in address else address
        for url in (f"https://{host}/", f"https://{host}:6443/api"):
            await siege.call("POST", "/v1/speech-tasks", json.dumps({"text": "Hello.", "webhook_url": url}).encode())
            assert siege.answers[-1] == 400, url
    assert len(siege.served.requests()) == before


def raw_calls(auth: bytes) -> list[bytes]:
    """Requests that are none, or two in one."""
    post = b"POST /tts HTTP/1.1\r\nHost: x\r\n" + auth
    return [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/test\r\n\r\n",
        b"GET  /v1/test  HTTP/1.1\r\n\r\n",
        b"GET /v1/test HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET http://169.254.169.254/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/te\x00st HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/test HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        b"GET /v1/test HTTP/1.1\r\nHost: x\r\n folded: 1\r\n\r\n",
        b"GET /v1/test HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"b" * 20_000 + b"\r\n\r\n",
        post + b"Content-Length: -1\r\n\r\n{}",
        post + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
        post + b"Content-Length: 0x2\r\n\r\n{}",
        post + b"Content-Length: 99999999999999999999\r\n\r\n{}",
        post + b"Content-Length: 100\r\nConnection: close\r\n\r\n{}",
        post
        + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\nConnection: close\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
        post + b"Transfer-Encoding: xchunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        post + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}",
        post + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2;x=" + b"y" * 9000 + b"\r\n{}\r\n0\r\n\r\n",
        post + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n",
        post + b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n\r\n",
    ]


async def test_bytes_that_are_no_call(siege: Siege) -> None:
    auth = f"Authorization: Bearer {KEY}\r\n".encode()
    await asyncio.gather(*(siege.raw(sent) for sent in raw_calls(auth)))


async def test_after_all_of_it_a_call_is_served(siege: Siege) -> None:
    said = json.loads(await siege.call("POST", "/v1/tts/synthesize", b'{"text": "Still here."}'))
    assert said["duration"] > 0
