"""`voxpod` as it is typed, against the facade and by kubectl: sound in files and pipes, words for people, errors that say what to do."""

import asyncio
import json
import os
import pty
import re
import shutil
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from facade_harness import KEY, OTHER_KEY, Served
from voxpod_crds.base import ResourceKey
from voxpod_crds.usage_history import UsageHistory, UsedOnDay
from voxpod_operator.cluster.kinds import SPEECH_MODEL

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_HTTP, BY_KUBECTL = "HTTP", "kubectl"


@dataclass
class Ended:
    code: int
    out: bytes
    err: str


@dataclass
class Typed:
    """A shell in which `voxpod` is typed."""

    environment: dict[str, str]

    async def start(self, *words: str, err: int = asyncio.subprocess.PIPE) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "voxpod_cli",
            *words,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=err,
        )

    async def run(self, *words: str, given: bytes = b"") -> Ended:
        process = await self.start(*words)
        out, err = await asyncio.wait_for(process.communicate(given), 60)
        return Ended(process.returncode or 0, out, err.decode())

    async def good(self, *words: str, given: bytes = b"") -> Ended:
        ended = await self.run(*words, given=given)
        assert ended.code == 0, ended.err
        return ended


def shell(served: Served, way: str, folder: Path) -> Typed:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    if way == BY_HTTP:
        return Typed({**environment, "VOXPOD_URL": served.url, "VOXPOD_TOKEN": KEY})
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl on this machine")
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "played", "cluster": {"server": str(served.world.kube.url).rstrip("/")}}],
        "contexts": [{"name": "played", "context": {"cluster": "played", "user": "", "namespace": "acme"}}],
        "current-context": "played",
    }
    (folder / "kubeconfig").write_text(json.dumps(config))
    return Typed({**environment, "KUBECONFIG": str(folder / "kubeconfig")})


def names(folder: Path, part: str = "") -> list[str]:
    return [path.name for path in folder.iterdir() if part in path.name]


@pytest.fixture
def http(served: Served, tmp_path: Path) -> Typed:
    return shell(served, BY_HTTP, tmp_path)


@pytest.fixture(params=[BY_HTTP, BY_KUBECTL])
def typed(request: pytest.FixtureRequest, served: Served, tmp_path: Path) -> Typed:
    return shell(served, request.param, tmp_path)


async def test_a_text_is_spoken_into_a_file_of_the_format_that_its_name_says(
    typed: Typed, served: Served, tmp_path: Path
) -> None:
    ended = await typed.good("say", "Typed in.", "-o", str(tmp_path / "x.mp3"), "--voice", "af_heart", "--speed", "1.5")

    assert (tmp_path / "x.mp3").read_bytes() == b"RIFFTyped in."
    assert (ended.out, "1.5 s, voice af_heart" in ended.err) == (b"", True), ended.err
    spec = served.requests()[0]["spec"]
    assert (spec["format"], spec["voice"], spec["speed"]) == ("mp3", "af_heart", 1.5)
    assert names(tmp_path, "x.mp3") == ["x.mp3"], "no part is left"


async def test_a_text_from_a_pipe_becomes_sound_in_a_pipe(typed: Typed, served: Served) -> None:
    ended = await typed.good("say", given="你好。\n".encode())

    assert ended.out == "RIFF你好。\n".encode()
    assert served.requests()[0]["spec"]["format"] == "wav"


async def test_a_task_is_made_listed_fetched_and_cancelled(typed: Typed, served: Served) -> None:
    first = (await typed.good("say", "Later.", "--no-wait")).out.decode().strip()
    assert (await typed.good("fetch", first)).out == b"RIFFLater."
    served.world.sandboxes_silent = True
    second = (await typed.good("say", "Never.", "--no-wait")).out.decode().strip()
    await typed.good("cancel", second)
    ended = await typed.run("fetch", second)

    assert (ended.code, ended.out) == (1, b"")
    assert f"{second} cancelled: " in ended.err
    shown = (await typed.good("tasks")).out.decode()
    assert {(row.split()[0], row.split()[1]) for row in shown.splitlines()[1:]} == {
        (first, "succeeded"),
        (second, "cancelled"),
    }
    only = json.loads((await typed.good("tasks", "--status", "succeeded", "--json")).out)
    assert [(one["id"], one["seconds"]) for one in only] == [(first, 1.5)]


async def test_voices_and_what_is_left_of_the_day_are_shown(typed: Typed, served: Served) -> None:
    await served.spent("acme", {"charactersPerDay": 1000, "concurrentRequests": 20}, {"characters": 1000})
    await served.know_voices()
    await typed.good("say", "Twenty characters it.")
    by_kubectl = ("--tenant", "acme") if "KUBECONFIG" in typed.environment else ()

    voices = json.loads((await typed.good("voices", "--json")).out)
    use = (await typed.good("usage", *by_kubectl)).out.decode()

    assert {"name": "af_heart", "model": "kokoro"}.items() <= voices[0].items()
    assert use.startswith("acme, until 20")
    (line,) = (line for line in use.splitlines() if line.startswith("characters"))
    used, limit, left = (int(number.replace(",", "")) for number in line.split()[1:])
    assert (limit, used + left <= 1000) == (1000, True), "what requests under way hold is neither used nor left"


async def test_a_terminal_sees_where_the_text_is(http: Typed, served: Served) -> None:
    served.world.pause_at = "claimed"
    ours, theirs = pty.openpty()
    try:
        process = await http.start("say", "Watched.", err=theirs)
        assert process.stdin is not None
        process.stdin.close()
        shown = b""
        while b"speaking" not in shown:
            shown += await asyncio.wait_for(asyncio.to_thread(os.read, ours, 4096), 30)
        served.world.resume.set()
        assert process.stdout is not None
        assert await process.stdout.read() == b"RIFFWatched."
        assert await process.wait() == 0
    finally:
        os.close(theirs)
        os.close(ours)


async def test_ctrl_c_cancels_what_was_asked_for(http: Typed, served: Served, tmp_path: Path) -> None:
    served.world.sandboxes_silent = True
    process = await http.start("say", "Stop.", "-o", str(tmp_path / "x.wav"))
    await served.world.until(served.requests, "the task is there")
    key = ResourceKey("acme", served.requests()[0]["metadata"]["name"])
    await served.world.until(lambda: served.facade.board.listens(key), "it asks for the task, of which it knows then")
    process.send_signal(signal.SIGINT)
    await process.communicate()

    assert process.returncode == 130
    assert served.requests()[0]["spec"]["cancel"] is True
    assert names(tmp_path) == []


async def test_a_file_that_cannot_be_written_is_told_before_anything_is_made(http: Typed, served: Served) -> None:
    ended = await http.run("say", "Hello.", "-o", "/nowhere/x.wav")
    assert (ended.code, ended.err) == (1, "voxpod: /nowhere/x.wav: No such file or directory\n")
    assert served.requests() == []


async def test_sound_that_breaks_off_leaves_no_file(typed: Typed, served: Served, tmp_path: Path) -> None:
    served.front.cut_after = 5
    ended = await typed.run("say", "Broken.", "-o", str(tmp_path / "x.wav"))
    assert ended.code == 1
    assert re.search(r"the object store stopped sending|the audio broke off after 5 of 11 bytes", ended.err), ended.err
    assert names(tmp_path, "x.wav") == []


async def test_an_answer_that_is_lost_makes_no_second_task(http: Typed, served: Served) -> None:
    served.front.refuse_once = True  # and the store's failure is tried again too
    ended = await http.good("say", "Once.")
    assert ended.out == b"RIFFOnce."
    assert len(served.requests()) == 1


@pytest.mark.parametrize(
    ("change", "words", "told"),
    [
        pytest.param({"VOXPOD_TOKEN": ""}, ["tasks"], "VOXPOD_TOKEN is not set", id="no token"),
        pytest.param({"VOXPOD_TOKEN": "vxp-wrong"}, ["tasks"], "the API key is not known (VOXPOD_TOKEN)", id="wrong"),
        pytest.param({"VOXPOD_URL": "voxpod"}, ["tasks"], "'voxpod' is no address", id="no address"),
        pytest.param({}, ["say", "Hi.", "-o", "x.txt"], "which format?", id="no format"),
        pytest.param({}, ["say", "Hi.", "--voice", "nobody"], "nobody", id="no such voice"),
        pytest.param({}, ["say", "\u200b"], "failed: ", id="nothing to say"),
        pytest.param({}, ["say", " "], "the text is empty", id="empty"),
        pytest.param({}, ["say", "-f", "/nowhere"], "/nowhere: No such file", id="no text"),
        pytest.param({}, ["fetch", "../limits"], "there is no such call: GET", id="a path for an id"),
    ],
)
async def test_what_went_wrong_is_told_in_one_line(
    served: Served, http: Typed, change: dict[str, str], words: list[str], told: str
) -> None:
    await served.know_voices()
    http.environment |= change
    ended = await http.run(*words)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, b"", 1), ended.err
    assert told in ended.err


async def test_another_tenant_s_task_is_none(http: Typed, served: Served) -> None:
    task = (await http.good("say", "Mine.", "--no-wait")).out.decode().strip()
    http.environment["VOXPOD_TOKEN"] = OTHER_KEY
    assert "there is no such task" in (await http.run("fetch", task)).err
    assert len((await http.good("tasks")).out.splitlines()) == 1


async def test_a_text_that_is_no_utf_8_is_refused(http: Typed) -> None:
    assert (await http.run("say", given=b"\xff\xfe")).err == "voxpod: the text is not in UTF-8\n"


async def test_use_is_told_day_by_day(typed: Typed, served: Served) -> None:
    today = datetime.now(UTC).date()
    used = [UsedOnDay(day=today - timedelta(days=2), model=m, requests=1, characters=10) for m in ("kokoro", "hibari")]
    history = UsageHistory(through=today - timedelta(days=1), used=used)
    served.world.store.archive["_usage/acme/history.json"] = history.model_dump_json(by_alias=True).encode()
    await typed.good("say", "Twenty characters it.")
    by_kubectl = ("--tenant", "acme") if "KUBECONFIG" in typed.environment else ()

    told = json.loads((await typed.good("usage", "--days", "3", "--json", *by_kubectl)).out)

    assert [one["date"] for one in told] == [f"{today - timedelta(days=back)}" for back in (2, 1, 0)]
    assert [(one["requests"], one["characters"]) for one in told[:2]] == [(2, 20), (0, 0)]
    shown = (await typed.good("usage", "--days", "40", *by_kubectl)).out.decode()
    assert len(shown.splitlines()) == 41
    assert (await typed.run("usage", "--days", "0")).code == 2


async def test_how_to_say_it_goes_along(typed: Typed, served: Served) -> None:
    await served.world.patch(SPEECH_MODEL, "", "kokoro", {"status": {"takesInstructions": True}}, "status")
    models = served.facade.parts.catalog.models
    await served.world.until(lambda: models.all()[0].status.takes_instructions, "the facade hears of it")
    await typed.good("say", "Softly.", "--no-wait", "--instructions", "In a whisper.", "--seed", "7")

    spec = served.requests()[0]["spec"]
    assert (spec["instructions"], spec["seed"]) == ("In a whisper.", 7)
