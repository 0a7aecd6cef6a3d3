"""The sandbox's side of the dispatch endpoint: ask for work, hand in the result."""

import json
import random
import time
from collections.abc import Callable, Iterator

from voxpod_crds.sandbox_protocol import (
    CLAIM_PATH,
    PROGRESS_PATH,
    RESULT_PATH,
    VERSION,
    VERSION_HEADER,
    Progress,
    Report,
    Work,
    to_json,
    work_from_json,
)
from voxpod_inference import log
from voxpod_inference.errors import SANDBOX_REFUSED, SpeechError
from voxpod_inference.http_client import Response, TransportError, send, tls_context
from voxpod_inference.settings import SandboxSettings

_POLL_SECONDS = 25
_CLAIM_TIMEOUT = _POLL_SECONDS + 10
_PROGRESS_TIMEOUT = 10
_RESULT_TIMEOUT = 10
_RESULT_SECONDS = 30
"""How long a result is offered to an endpoint that is away; afterwards the termination message has to do."""


class Dispatch:
    """A client of the dispatch endpoint; `sleep` is injected so that tests need not wait."""

    def __init__(self, settings: SandboxSettings, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._context = tls_context(settings.dispatch_ca_pem)
        self._sleep = sleep

    def claim(self, boot_ms: int) -> Work | None:
        """The work, or None when there is none for this sandbox: not wanted any more, or idle for too long.

        SpeechError when the endpoint refuses this sandbox's identity.
        """
        delays = _backoff()
        give_up = time.monotonic() + self._settings.max_idle_seconds
        while time.monotonic() < give_up:
            response = self._call("GET", f"{CLAIM_PATH}?wait={_POLL_SECONDS}", None, _CLAIM_TIMEOUT, boot_ms)
            match response.status if response else 0:
                case 200 if response:
                    return _parsed(response.body)
                case 204:
                    delays = _backoff()
                case 409 | 410:
                    log.event("not wanted")
                    return None
                case 401 | 403 as status:
                    raise SpeechError(
                        "infrastructure", SANDBOX_REFUSED, f"the dispatch endpoint refused the claim ({status})"
                    )
                case status:
                    log.event("claim failed, asking again", "WARNING", status=status)
                    self._sleep(min(next(delays), max(0.0, give_up - time.monotonic())))
        log.event("idle for too long")
        return None

    def claim_another(self) -> Work | None:
        """The tenant's next request, if one comes at once; asked once, since a sandbox that nobody needs any more ends."""
        response = self._call("GET", CLAIM_PATH, None, _CLAIM_TIMEOUT, None)
        if response is not None and response.status == 200:
            return _parsed(response.body)
        log.event("no further request")
        return None

    def progress(self, progress: Progress) -> bool:
        """Tell it once, whether it arrives or not; False when the operator says that the work is not wanted any more."""
        response = self._call("POST", PROGRESS_PATH, to_json(progress).encode(), _PROGRESS_TIMEOUT, None)
        return response is None or response.status != 410

    def report(self, report: Report) -> bool:
        """Hand in the result; tries for half a minute while the endpoint is away. Whether it was taken as the outcome."""
        body = to_json(report).encode()
        delays = _backoff()
        give_up = time.monotonic() + _RESULT_SECONDS
        while True:
            response = self._call("POST", RESULT_PATH, body, _RESULT_TIMEOUT, None)
            status = response.status if response else 0
            if 0 < status < 500:
                taken = status < 300 or status in (409, 410)
                log.event(
                    "result handed in" if taken else "result refused", "INFO" if taken else "ERROR", status=status
                )
                return status < 300
            delay = next(delays)
            if time.monotonic() + delay > give_up:
                log.event("result not handed in: the endpoint is away", "ERROR", status=status)
                return False
            self._sleep(delay)

    def _call(self, method: str, path: str, body: bytes | None, timeout: float, boot_ms: int | None) -> Response | None:
        """The endpoint's answer; None when there is none."""
        headers = {"Accept": "application/json", VERSION_HEADER: str(VERSION)}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if boot_ms is not None:
            headers["X-Voxpod-Boot-Ms"] = str(boot_ms)
        try:
            headers["Authorization"] = f"Bearer {self._settings.token_file.read_text(encoding='ascii').strip()}"
            url = self._settings.dispatch_url + path
            return send(method, url, headers, body=body, context=self._context, timeout=timeout)
        except TransportError as error:
            log.event("dispatch endpoint cannot be reached", "WARNING", error=type(error).__name__)
            return None


def _parsed(body: bytes) -> Work:
    try:
        return work_from_json(body)
    except (ValueError, TypeError, KeyError, json.JSONDecodeError):
        message = "the dispatch endpoint answered with work that this version cannot read; operator and image differ"
        raise SpeechError("infrastructure", SANDBOX_REFUSED, message) from None


def _backoff(first: float = 0.2, longest: float = 5.0) -> Iterator[float]:
    """Seconds to wait before each new try: doubling, with full jitter so that a restart is not met by all at once."""
    delay = first
    while True:
        yield random.uniform(delay / 2, delay)  # noqa: S311
        delay = min(longest, delay * 2)
