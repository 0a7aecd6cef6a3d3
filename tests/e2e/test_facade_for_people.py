"""What people and their programs use beside HTTP calls, on a real cluster: the command line, a webhook's receiver, the page."""

import base64
import hashlib
import hmac
import io
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
import soundfile

from voxpod_client import Voxpod
from voxpod_installation import API_KEYS

pytestmark = pytest.mark.e2e

TEAM = "team-a"
TEXT = "The north wind and the sun disputed which was the stronger."
Typed = Callable[..., "subprocess.CompletedProcess[bytes]"]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def seconds_of(audio: bytes) -> float:
    return float(soundfile.info(io.BytesIO(audio)).duration)


@pytest.fixture(params=["HTTP", "kubectl"])
def typed(
    request: pytest.FixtureRequest, voxpod: Voxpod, cluster: dict[str, Any], bin_dir: Path, tmp_path: Path
) -> Typed:
    """`voxpod`, as it is typed by a member of team-a."""
    way = {
        "HTTP": {"VOXPOD_URL": voxpod.api_url, "VOXPOD_TOKEN": API_KEYS[TEAM]},
        "kubectl": {"KUBECONFIG": str(cluster["kubeconfig"])},
    }[request.param]
    environment = {"PATH": f"{bin_dir}:{os.environ['PATH']}", "HOME": str(tmp_path), "no_proxy": "*", **way}
    place = ["-n", TEAM] if request.param == "kubectl" else []

    def run(command: str, *words: str) -> "subprocess.CompletedProcess[bytes]":
        done = subprocess.run(
            [sys.executable, "-m", "voxpod_cli", command, *place, *words],
            env=environment,
            capture_output=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


def test_a_text_that_is_typed_is_spoken_listed_and_charged(typed: Typed, voxpod: Voxpod, tmp_path: Path) -> None:
    said = typed("say", TEXT, "-o", str(tmp_path / "x.mp3"), "--voice", "af_heart")
    assert 2 < seconds_of((tmp_path / "x.mp3").read_bytes()) < 8
    task = said.stderr.decode().split()[-1]

    tasks = {one["id"]: one["status"] for one in json.loads(typed("tasks", "--json").stdout)}
    voices = {one["name"] for one in json.loads(typed("voices", "--json").stdout)}

    def today() -> Any:
        (day,) = json.loads(typed("usage", "--days", "1", "--json").stdout)
        return day

    assert tasks[task] == "succeeded"
    assert {"af_heart", "zf_xiaobei"} <= voices
    voxpod.until(lambda: today()["characters"] >= len(TEXT), "it is charged")  # within a moment: charges share a write
    assert today()["requests"] >= 1


@pytest.fixture
def receiver(cluster: dict[str, Any]) -> Iterator[tuple[str, "queue.Queue[tuple[dict[str, str], bytes]]"]]:
    """A receiver of webhooks beside the cluster, and what it is told."""
    told: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer((cluster["hostIP"], 0), Takes) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{cluster['hostIP']}:{server.server_port}/ended", told
        finally:
            server.shutdown()
            thread.join()


def test_receiver_is_told_of_the_end_and_knows_from_whom(
    http: httpx2.Client, receiver: tuple[str, "queue.Queue[tuple[dict[str, str], bytes]]"]
) -> None:
    url, told = receiver
    task = http.post("/v1/speech-tasks", json={"text": TEXT, "webhook_url": url}).json()
    headers, body = told.get(timeout=120)

    message = json.loads(body)
    assert (message["type"], message["data"]["id"]) == ("speech_task.succeeded", task["id"])
    secret = base64.b64decode(http.get("/v1/webhook-secrets").json()["data"][0].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert f"v1,{expected}" in headers["webhook-signature"].split()
    audio = httpx2.get(message["data"]["audio_url"], trust_env=False)
    assert seconds_of(audio.content) == pytest.approx(message["data"]["duration"], abs=0.1)


def test_an_address_of_the_cluster_is_no_receiver(http: httpx2.Client) -> None:
    for url in ("http://10.96.0.1/", "http://169.254.169.254/latest/meta-data"):
        answer = http.post("/v1/speech-tasks", json={"text": TEXT, "webhook_url": url})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "webhook_url")


def test_page_speaks_and_reads_along(voxpod: Voxpod) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright (pip install playwright)")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt install chromium)")
    said: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--no-proxy-server"])
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(voxpod.api_url)
        page.get_by_label("API key or token").fill(API_KEYS[TEAM])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Text").fill(f"{TEXT} 你好，世界。")
        page.locator("#text").press("Control+Enter")
        page.locator("#heard").wait_for(timeout=120_000)
        live = page.locator("#state").text_content()
        page.locator("#download:not([hidden])").wait_for(timeout=120_000)
        page.locator("#read-along span", has_text="disputed").wait_for()
        heard = page.evaluate("document.getElementById('player').currentTime")
        length = page.evaluate("document.getElementById('player').duration")
        if folder := os.environ.get("VOXPOD_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/console-on-a-cluster.png", full_page=True)
        page.goto(f"{voxpod.api_url}/docs")
        page.get_by_role("heading", name="POST /v1/audio/speech").wait_for()
        browser.close()
    assert live == "Speaking …", "it is heard before it has ended"
    assert 0 < heard <= length
    assert 3 < length < 15
    assert [one for one in said if "Cross-Origin-Opener-Policy" not in one] == [], "which counts by https alone"
