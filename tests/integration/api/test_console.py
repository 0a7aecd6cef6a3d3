"""The page at `/`: it loads nothing from elsewhere, and a person who has a key speaks, waits, cancels and listens with it."""

import re
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from facade_harness import KEY, Served

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
