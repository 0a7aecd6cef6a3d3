"""Voxpod by its HTTP API (docs/http-api.md): an address and a token."""

import json
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse
from typing import Any

from voxpod_cli.fetching import chunks, hopeless, said, send
from voxpod_cli.service import Day, Limit, Order, Problem, Task, Use, Voice

Json = dict[str, Any]

TRIES = 5
MAX_WAIT_SECONDS = 30
PAGE = 100
DAYS_PAGE = 31
DAY = 86_400


class HttpApi:
    """One address, one token. What may succeed a little later is tried again; an order carries a key, so it is made once."""

    def __init__(
        self,
        url: str,
        token: str,
        told: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`told`: hears why something takes longer. Raises Problem for what is no address."""
        parsed = urllib.parse.urlsplit(url)
        if parsed.scheme not in ("http", "https") or not parsed.hostname:
            raise Problem(f"{url!r} is no address: expected something like https://voxpod.example.com")
        self._url, self._token = url.rstrip("/").removesuffix("/v1"), token
        self._told, self._sleep = told, sleep

    def create(self, order: Order) -> Task:
        """See Service."""
        body = {
            "text": order.text,
            "format": order.format,
            "model": order.model,
            "voice": order.voice,
            "language": order.language,
            "speed": order.speed,
            "instructions": order.instructions,
            "seed": order.seed,
            "deadline_seconds": order.deadline_seconds,
        }
        sent = {name: value for name, value in body.items() if value is not None}
        return task_of(self._json("POST", "/v1/speech-tasks", sent))

    def task(self, task_id: str, seconds: float) -> Task:
        """See Service."""
        return task_of(self._json("GET", f"{_path(task_id)}?wait={min(int(seconds), MAX_WAIT_SECONDS)}"))

    def cancel(self, task_id: str) -> Task:
        """See Service."""
        return task_of(self._json("DELETE", _path(task_id)))

    @contextmanager
    def audio(self, task: Task) -> Iterator[Iterator[bytes]]:
        """See Service. Through the facade: not everybody reaches the store."""
        with self._answer("GET", f"{_path(task.id)}/audio") as answer:
            yield chunks(answer)

    def tasks(self, status: str, limit: int) -> list[Task]:
        """See Service."""
        found: list[Task] = []
        after = ""
        while len(found) < limit:
            query = {"limit": min(PAGE, limit - len(found)), "after": after, **({"status": status} if status else {})}
            page = self._json("GET", f"/v1/speech-tasks?{urllib.parse.urlencode(query)}")
            found += [task_of(one) for one in page["data"]]
            after = page["next_cursor"] or ""
            if not after:
                break
        return found

    def voices(self) -> list[Voice]:
        """See Service."""
        listed = self._json("GET", "/v1/audio/voices")["voices"]
        return [Voice(one["id"], one["model"], one["language"] or "") for one in listed]

    def use(self) -> Use:
        """See Service."""
        return use_of(self._json("GET", "/v1/limits"), self._json("GET", "/v1/usage"))

    def days(self, number: int, now: float) -> list[Day]:
        """See Service."""
        first = (int(now) // DAY - number + 1) * DAY
        found: list[Day] = []
        page = ""
        while True:
            query = urllib.parse.urlencode({"start_time": first, "limit": DAYS_PAGE, "page": page})
            said = self._json("GET", f"/v1/usage?{query}")
            found += [day_of(one) for one in said["data"]]
            page = said["next_page"] or ""
            if not page:
                return found

    def _json(self, method: str, path: str, body: Json | None = None) -> Json:
        with self._answer(method, path, body) as answer:
            return _document(answer, self._url)

    @contextmanager
    def _answer(self, method: str, path: str, body: Json | None = None) -> Iterator[HTTPResponse]:
        """An answer of success, tried for as long as another may come. Raises Problem."""
        headers = {"Authorization": f"Bearer {self._token}", "User-Agent": "voxpod-cli"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        data = json.dumps(body).encode() if body is not None else None
        for left in reversed(range(TRIES)):
            request = urllib.request.Request(self._url + path, data, headers, method=method)
            pause = 2.0 ** (TRIES - 1 - left) / 2
            try:
                answer = send(request)
            except (OSError, HTTPException) as error:
                why = f"{self._url} does not answer: {said(error)}"
                if hopeless(error):
                    raise Problem(why) from None
            else:
                with answer:
                    if answer.status < 300:
                        yield answer
                        return
                    why, again = refusal(answer.status, _document(answer, self._url))
                    if not again or answer.headers.get("x-should-retry") == "false":
                        raise Problem(why)
                    pause = _pause(answer.headers.get("Retry-After"), pause)
            if left:
                self._told(f"{why}; again in {pause:g} s")
                self._sleep(pause)
        raise Problem(f"{why} (tried {TRIES} times)")


def task_of(said: Json) -> Task:
    """A task as the API writes it."""
    return Task(
        id=said["id"],
        status=said["status"],
        created=said["created_at"],
        format=said["format"],
        place=said["queue_position"],
        voice=said["voice"] or "",
        seconds=said["duration"],
        error=(said["error"] or {}).get("message", ""),
        warnings=tuple(said["warnings"]),
        url=said["audio_url"] or "",
    )


def use_of(limits: Json, usage: Json) -> Use:
    """What /v1/limits and /v1/usage say of today."""
    result = usage["data"][0]["results"][0] if usage["data"] else {}
    used = {
        "requests": result.get("num_model_requests"),
        "characters": result.get("characters"),
        "audio-seconds": result.get("voxpod_audio_seconds"),
        "concurrency": limits["active"],
    }
    told = {one["name"]: one for one in limits["limits"]}
    names = [*used, *(name for name in told if name not in used)]
    rows = tuple(
        Limit(name, used.get(name), told.get(name, {}).get("limit"), told.get(name, {}).get("remaining"))
        for name in names
    )
    return Use(limits["tenant"], limits["reset_at"], rows)


def day_of(bucket: Json) -> Day:
    """A bucket of /v1/usage; an empty one is a day on which nothing was used."""
    at = datetime.fromtimestamp(bucket["start_time"], UTC)
    result: Json = next(iter(bucket["results"]), {})
    return Day(
        at.date().isoformat(),
        result.get("num_model_requests", 0),
        result.get("characters", 0),
        result.get("voxpod_audio_seconds", 0.0),
    )


def refusal(status: int, said: Json) -> tuple[str, bool]:
    """What an answer without success says, and whether the same call may succeed later."""
    error = said.get("error")
    if not isinstance(error, dict) or not isinstance(message := error.get("message"), str):
        return f"the answer is {status} and no error of Voxpod's: is the address right?", status in (502, 503, 504)
    hint = {401: " (VOXPOD_TOKEN)", 403: " (VOXPOD_TOKEN)"}.get(status, "")
    return f"{message}{hint}", status in (408, 429) or (status >= 500 and status != 504)


def _document(answer: HTTPResponse, url: str) -> Json:
    try:
        found = json.loads(answer.read(1 << 22))
    except (OSError, HTTPException, ValueError):
        found = None
    if isinstance(found, dict):
        return found
    if answer.status < 300:
        raise Problem(f"{url} answers, but not as Voxpod does: is the address right?")
    return {}


def _pause(told: str | None, otherwise: float) -> float:
    return float(min(int(told), 60)) if told and told.isdecimal() else otherwise


def _path(task_id: str) -> str:
    return f"/v1/speech-tasks/{urllib.parse.quote(task_id, safe='')}"
