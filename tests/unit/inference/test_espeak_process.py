"""espeak-ng as a process: lines in, IPA out; whatever it does, the reader hears of it and nothing is left running."""

import gc
import os
import shutil
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

from voxpod_inference.errors import SpeechError
from voxpod_inference.text.espeak import process as espeak_process
from voxpod_inference.text.espeak.process import LONGEST_LINE, VOICES, EspeakProcess

installed = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> EspeakProcess:
    """A program of that name that misbehaves."""
    program = folder / "espeak-ng"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return EspeakProcess("es")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@installed
@pytest.mark.parametrize("voice", VOICES)
def test_each_line_has_its_answer_in_order(voice: str) -> None:
    espeak = EspeakProcess(voice)
    lines = [str(number) for number in range(40)]
    answers = espeak.ipa(lines)
    assert len(answers) == 40
    assert [espeak.ipa([line])[0] for line in reversed(lines)] == answers[::-1]
    espeak.close()


@installed
def test_lines_without_sound_have_empty_answers() -> None:
    assert EspeakProcess("es").ipa(["", " ", "-", "'", "hola"]) == ["", "", "", "", "ˈola"]


@installed
def test_one_process_serves_all_lines_and_ends_with_its_owner() -> None:
    espeak = EspeakProcess("es")
    espeak.ipa(["uno"])
    pid = espeak._running.process.pid  # type: ignore[union-attr]
    espeak.ipa(["dos"])
    assert espeak._running.process.pid == pid  # type: ignore[union-attr]
    del espeak
    gc.collect()
    assert not is_running(pid)


@installed
def test_process_that_was_killed_meanwhile_is_started_again() -> None:
    espeak = EspeakProcess("es")
    before = espeak.ipa(["uno"])
    running = espeak._running
    assert running is not None
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    assert espeak.ipa(["uno"]) == before


@installed
def test_restarts_leave_nothing_behind() -> None:
    espeak = EspeakProcess("es")
    for _ in range(3):
        espeak.ipa(["uno"])
        running = espeak._running
        assert running is not None
        ended = weakref.ref(running)
        running.process.kill()
        running.process.wait()
        espeak.ipa(["dos"])
        del running
        gc.collect()
        assert ended() is None
    espeak.close()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("[[t]]", id="phoneme input"), pytest.param("a\nb", id="two lines"), pytest.param("a\0b", id="end of string"),
        pytest.param("<speak>", id="markup"), pytest.param("a. b", id="clauses"), pytest.param("a" * (LONGEST_LINE + 1), id="too long"),
        pytest.param("a\x1b[2J", id="terminal control"), pytest.param("\ud800", id="lone surrogate"), pytest.param("a\u2028b", id="line separator"),
    ],
)  # fmt: skip
def test_lines_that_could_break_the_framing_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a line for espeak-ng"):
        EspeakProcess("es").ipa([line])


def test_missing_program_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SpeechError, match=r"espeak-ng.*not installed.*apt install espeak-ng") as failed:
        EspeakProcess("es").ipa(["hola"])
    assert failed.value.reason == "EngineFailed"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        pytest.param("exit 3", "ended with code 3", id="ends at once"),
        pytest.param("read line; echo mark; read line; exit 4", "ended with code 4", id="ends in the middle"),
        pytest.param("exec sleep 60", "no answer within 0.3 seconds", id="hangs at once"),
        pytest.param("read line; echo mark; exec sleep 60", "no answer within 0.3 seconds", id="hangs in the middle"),
        pytest.param("exec yes", "says more than it was asked", id="floods with marks"),
        pytest.param("read line; echo mark; exec yes", "says more than a text can be", id="floods with lines"),
        pytest.param(
            "read line; echo mark; exec cat /dev/zero -", "says more than a text can be", id="floods without lines"
        ),
        pytest.param(
            "read line; echo mark; exec <&-; exec sleep 60", "it closed a pipe|no answer", id="stops listening"
        ),
    ],
)
def test_failing_program_is_ended_and_named(
    script: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(espeak_process, "SECONDS", 0.3)
    espeak = stand_in(tmp_path, f"echo $$ > {tmp_path}/pid; {script}", monkeypatch)
    with pytest.raises(SpeechError, match=rf"espeak-ng.*{told}"):
        espeak.ipa(["hola"] * 3)
    pid = int((tmp_path / "pid").read_text())
    assert has_ended(pid)


SANDBOX = """
import sys
from voxpod_inference.process import prepare_process
prepare_process()
from voxpod_inference.text.espeak.process import EspeakProcess
espeak = EspeakProcess("es")
print(espeak._running is None, espeak.ipa(["hola"])[0], espeak._running.process.pid, flush=True)
sys.stdin.read()
"""


@installed
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
def test_it_runs_within_a_sandboxs_limits_and_ends_with_the_sandbox(end: signal.Signals) -> None:
    command = [sys.executable, "-c", SANDBOX]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            assert sandbox.stdout is not None
            not_yet, said, pid = sandbox.stdout.readline().split()
            assert (not_yet, said) == ("True", "ˈola")
            assert is_running(int(pid))
            sandbox.send_signal(end)
            sandbox.wait(timeout=30)
            assert has_ended(int(pid))
        finally:
            sandbox.kill()


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or dead and not yet reaped by the machine's init, within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state in ("Z", "X"):
            return True
        time.sleep(0.01)
    return False
