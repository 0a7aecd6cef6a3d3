"""The page at `/`: it loads nothing from elsewhere, and a person who has a key speaks, waits, cancels and listens with it."""

import asyncio
import io
import os
import re
import shutil
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from facade_harness import KEY, Served
from live_sandbox import LiveSandbox
from operator_world import World
from played_sandbox import speak
from real_clients import AXE, node_modules_with
from voxpod_api.openai.silence import silence
from voxpod_crds.sandbox_protocol import Report, Work
from voxpod_crds.usage_history import UsageHistory, UsedOnDay

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


async def test_page_and_its_parts_may_load_nothing_else(served: Served) -> None:
    async with served.get("/", key="") as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        policy = answer.headers["Content-Security-Policy"]
        page = await answer.text()
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    named = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert all(name.startswith("/console/") for name in named)
    for name in named:
        async with served.get(name, key="") as answer:
            assert answer.status == 200, name
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<(?:script|style)[^>]*>[^<]|\son\w+=|\sstyle=", page), "nothing that the policy would stop"


@pytest.mark.parametrize("name", ["nothing.js", "..%2fendpoints.py", "%2e%2e/settings.py", "", "index.html%00"])
async def test_nothing_but_the_page_s_files_is_served(served: Served, name: str) -> None:
    async with served.get(f"/console/{name}", key="") as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "unknown_url")


@pytest_asyncio.fixture(loop_scope="module")
async def page(served: Served) -> AsyncIterator[Any]:
    """The page in Chromium; whatever its console says beyond errors that were meant fails the test."""
    playwright = pytest.importorskip("playwright.async_api", reason="no playwright (pip install playwright)")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt install chromium)")
    await served.know_voices()
    said: list[str] = []
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = await browser.new_page()
        shown.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        shown.on("pageerror", lambda error: said.append(str(error)))
        await shown.goto(served.url)
        yield shown
        await browser.close()
    assert [line for line in said if "status of 401" not in line] == []


async def complaints(page: Any) -> list[str]:
    """What axe finds wrong for people who see badly, or use a keyboard or a screen reader (WCAG 2.2 A and AA, best practices)."""
    home = await asyncio.to_thread(node_modules_with, AXE)
    await page.evaluate((home / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run()")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("width", [1280, 360], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_page_is_for_everybody(page: Any, served: Served, scheme: str, width: int) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 800})
    assert await complaints(page) == [], "signed out"
    await sign_in(page)
    await page.get_by_label("Text").fill("For everybody.")
    await page.locator("#text").press("Control+Enter")
    await page.locator("#tasks tr", has_text="succeeded").wait_for()
    assert await complaints(page) == [], "with a spoken text"
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, "nothing is cut off or scrolled sideways"
    if folder := os.environ.get("VOXPOD_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/console-{scheme}-{width}.png", full_page=True)


async def sign_in(page: Any, key: str = KEY) -> None:
    await page.get_by_label("API key or token").fill(key)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_wrong_key_is_told_and_a_right_one_shows_voices_and_limits(page: Any) -> None:
    await sign_in(page, "vxp-wrong")
    await page.get_by_text("the API key is not known").wait_for()
    await sign_in(page)
    await page.get_by_role("heading", name="Speak").wait_for()
    assert await page.locator("#who").text_content() == "acme"
    assert await page.locator("#voice option[value=af_heart]").count() == 1
    assert await page.get_by_role("meter", name="At a time").count() == 1
    await page.reload()
    await page.get_by_role("heading", name="Speak").wait_for()


async def test_a_text_is_spoken_and_is_among_the_recent_ones(page: Any, served: Served) -> None:
    await sign_in(page)
    await page.get_by_label("Text").fill("Typed by hand. <img src=x onerror=alert(1)>")
    await page.get_by_label("Voice").select_option("af_heart")
    await page.keyboard.press("Tab")
    await page.locator("#text").press("Control+Enter")
    await page.get_by_text("1.5 s of audio, voice af_heart.").wait_for()
    await page.locator("#tasks tr", has_text="succeeded").wait_for()

    assert await page.locator("#read-along").text_content() == "Typed by hand. <img src=x onerror=alert(1)> "
    assert (
        await page.locator("#download").get_attribute("download") == f"{served.requests()[0]['metadata']['name']}.mp3"
    )
    assert await page.locator("#tasks tr").count() == 1


def read_out(world: World, work: Work) -> Report:
    """Two seconds of silence, with the times of two sentences and their words."""
    with io.BytesIO() as file, wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 2 * 8000))
        sound.close()
        audio = file.getvalue()
    words = [("One", 0, 3, 0.0), ("two.", 4, 8, 0.5), ("你好", 18, 20, 1.0), ("three.", 28, 34, 1.5)]
    times = {
        "version": 1,
        "sentences": [
            {"text": "One two.", "startOffset": 0, "endOffset": 8, "startSeconds": 0, "endSeconds": 1},
            {
                "text": "<lang=zh>你好</lang> three.",
                "startOffset": 9,
                "endOffset": 34,
                "startSeconds": 1,
                "endSeconds": 2,
            },
        ],
        "words": [
            {"text": text, "startOffset": start, "endOffset": end, "startSeconds": at, "endSeconds": at + 0.5}
            for text, start, end, at in words
        ],
    }
    return speak(world, work, audio, times)


async def test_the_word_that_is_heard_is_marked(page: Any, served: Served) -> None:
    served.world.synthesize = read_out
    await sign_in(page)
    await page.get_by_label("Text").fill("One two. <lang=zh>你好</lang> three.")
    await page.get_by_label("Format").select_option("wav")
    await page.locator("#text").press("Control+Enter")
    await page.locator("#tasks tr", has_text="succeeded").wait_for()
    await page.evaluate("document.getElementById('player').pause()")

    for moment, word in ((0.1, "One"), (0.6, "two."), (1.1, "你好"), (1.6, "three.")):
        await page.evaluate(f"document.getElementById('player').currentTime = {moment}")
        await page.locator("#read-along mark", has_text=word).wait_for()
        assert await page.locator("#read-along mark").count() == 1
    assert await page.locator("#read-along").text_content() == "One two. 你好 three. "
    if folder := os.environ.get("VOXPOD_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/console-read-along.png", full_page=True)


async def test_escape_cancels_what_waits(page: Any, served: Served) -> None:
    served.world.sandboxes_silent = True
    await sign_in(page)
    await page.get_by_label("Text").fill("Never mind.")
    await page.get_by_role("button", name="Speak").click()
    await page.locator("#state", has_text="Waiting").wait_for()
    await page.locator("#text").press("Escape")

    await page.locator("#problem:not(:empty)").wait_for()
    assert served.requests()[0]["spec"]["cancel"] is True
    assert await page.get_by_role("button", name="Speak").is_enabled()


async def test_days_before_are_shown(page: Any, served: Served) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    used = [UsedOnDay(day=yesterday, model="kokoro", requests=12, characters=3400, audio_seconds=61.2)]
    history = UsageHistory(through=yesterday, used=used)
    served.world.store.archive["_usage/acme/history.json"] = history.model_dump_json(by_alias=True).encode()
    try:
        await sign_in(page)
        row = page.locator("#days tbody tr").last
        await row.wait_for()
        assert await row.locator("td").all_text_contents() == [f"{yesterday}", "12", "3,400", "61 s"]
        assert await complaints(page) == []
        if folder := os.environ.get("VOXPOD_SCREENSHOTS"):
            await page.screenshot(path=f"{folder}/console-days.png", full_page=True)
    finally:
        served.world.store.archive.clear()


async def becomes(page: Any, what: str) -> None:
    """Playwright's own waiting evaluates text in the page, which its policy forbids."""
    for _ in range(400):
        if await page.evaluate(what):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(what)


async def test_sound_is_heard_while_the_rest_is_spoken(page: Any, served: Served) -> None:
    """Ten seconds of silence in pieces: the player runs before the task has ended, and goes on to its end without a new start."""
    sound = silence("mp3") * 20

    async def speaks(sandbox: LiveSandbox) -> None:
        line = await sandbox.connected()
        await line.send(sound[: len(sound) // 2])
        await sandbox.go.wait()
        await line.send(sound[len(sound) // 2 :])
        sandbox.said.append(await line.end())
        line.cut()

    served.world.kubelet = sandbox = LiveSandbox(speaks)
    try:
        await sign_in(page)
        await page.get_by_label("Text").fill("Heard while it is spoken.")
        await page.locator("#text").press("Control+Enter")
        await becomes(page, "document.getElementById('player').currentTime > 0.2")
        assert await page.locator("#state").text_content() == "Speaking …"
        assert await page.locator("#tasks tr").count() == 0, "it has not ended"
        if folder := os.environ.get("VOXPOD_SCREENSHOTS"):
            await page.screenshot(path=f"{folder}/console-live.png", full_page=True)
        sandbox.go.set()
        await page.locator("#tasks tr", has_text="succeeded").wait_for()
        assert await page.evaluate("document.getElementById('player').src") != await page.locator(
            "#download"
        ).get_attribute("href")
        await becomes(page, "Number.isFinite(document.getElementById('player').duration)")
        assert await page.evaluate("document.getElementById('player').duration") > 4
    finally:
        sandbox.go.set()
        served.world.kubelet = None


async def test_documentation_shows_every_call_and_loads_nothing_else(page: Any, served: Served) -> None:
    await page.goto(f"{served.url}/docs")
    await page.get_by_role("heading", name="POST /v1/audio/speech").wait_for()
    async with served.get("/openapi.json", key="") as answer:
        paths = (await answer.json())["paths"]
    assert await page.locator("main section h2").count() == sum(len(methods) for methods in paths.values()) + 1
    assert await page.get_by_role("cell", name="response_format").count() == 1
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await complaints(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    if folder := os.environ.get("VOXPOD_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/docs.png")
