"""The sandbox as a process with the real model, against real servers: what the kubelet, the operator and the store see."""

import base64
import hashlib
import io
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import soundfile

from sandbox_fakes import TOKEN, UPLOAD_QUERY, FakeDispatch, FakeStore
from sandbox_process import run_sandbox

pytestmark = pytest.mark.model


def termination_message(environment: dict[str, str]) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(Path(environment["VOXPOD_TERMINATION_LOG"]).read_text())
    return message


def test_one_request_is_spoken_stored_and_reported(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    dispatch.answers(204)
    dispatch.gives(work | {"text": "Good morning.\u200b Nice 🎈 day."})
    done = run_sandbox(environment)

    assert done.returncode == 0, termination_message(environment)
    (report,) = dispatch.reports
    ((key, sound),) = store.objects.items()
    assert key == "/voxpod/red/6f1d.wav"
    samples, rate = soundfile.read(io.BytesIO(sound))
    audio = report["audio"]
    assert (rate, audio["sample_rate"], audio["format"]) == (24000, 24000, "wav")
    assert audio["sha256"] == hashlib.sha256(sound).hexdigest()
    assert audio["md5"] == hashlib.md5(sound).hexdigest()
    assert audio["bytes"] == len(sound)
    assert audio["duration_seconds"] == pytest.approx(len(samples) / rate, abs=0.001)
    assert report["warnings"] == ["left out, cannot be spoken: '🎈' (U+1F388)"]
    assert report["weights"] in ("plain", "prepared")
    timings = report["timings"]
    assert 0 < timings["load_ms"] < timings["boot_ms"]
    assert 0 < timings["first_audio_ms"] <= timings["synthesis_ms"]
    assert termination_message(environment) == report

    put = store.seen[0]
    assert put.headers["Content-Type"] == "audio/wav"
    assert put.headers["If-None-Match"] == "*"
    assert put.headers["Content-MD5"] == base64.b64encode(hashlib.md5(sound).digest()).decode()
    claim = dispatch.seen[0]
    assert claim.headers["Authorization"] == f"Bearer {TOKEN}"
    assert int(claim.headers["X-Voxpod-Boot-Ms"]) == timings["boot_ms"]
    assert not list(Path(environment["TMPDIR"]).iterdir())


def test_log_holds_neither_text_nor_token_nor_signature(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    store.answers(500)
    dispatch.gives(work | {"text": "Xylophone secrets, quokka."})
    done = run_sandbox(environment)

    assert done.returncode == 0
    assert all("message" in json.loads(line) for line in done.stderr.splitlines())
    for secret in (TOKEN, UPLOAD_QUERY, "Xylophone", "secrets", "quokka"):
        assert secret not in done.stderr
        assert secret not in done.stdout


def test_each_line_is_one_object_and_tells_when_what_and_of_which_request(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    dispatch.gives(work | {"text": "Good morning.", "tenant": "red"})
    lines = [json.loads(line) for line in run_sandbox(environment).stderr.splitlines()]

    assert not [line for line in lines if not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z", line["timestamp"])]
    assert {(line["service"], line["level"]) for line in lines} == {("voxpod-sandbox", "INFO")}
    told = {line["message"]: line for line in lines}
    assert list(told) == ["model loaded", "claimed", "synthesized", "uploaded", "result handed in"]
    assert "request_id" not in told["model loaded"]
    for message in ("claimed", "synthesized", "uploaded", "result handed in"):
        known = {key: told[message][key] for key in ("request_id", "tenant_id", "text_len")}
        assert known == {"request_id": work["request_uid"], "tenant_id": "red", "text_len": 13}
    assert told["synthesized"]["voice"] == "af_heart"
    assert 0 < told["synthesized"]["duration"] < 60


def test_bad_input_is_reported_as_input_fault(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    dispatch.gives(work | {"text": "안녕하세요"})
    done = run_sandbox(environment)

    assert done.returncode == 1
    (report,) = dispatch.reports
    assert (report["failure"]["fault"], report["failure"]["reason"]) == ("input", "LanguageNotSupported")
    assert report["request_uid"] == work["request_uid"]
    assert termination_message(environment) == report
    assert not store.seen


def test_deadline_stops_the_model_in_the_middle_of_a_long_text(
    environment: dict[str, str], dispatch: FakeDispatch, store: FakeStore, work: dict[str, Any]
) -> None:
    dispatch.gives(work | {"text": "A long story goes on and on. " * 300, "seconds_left": 2.0})
    done = run_sandbox(environment)

    assert done.returncode == 1
    assert dispatch.reports[0]["failure"]["reason"] == "DeadlineExceeded"
    assert not store.seen


@pytest.mark.parametrize("module", ["sandbox", "probe"])
@pytest.mark.parametrize(
    ("harm", "named"),
    [
        pytest.param("change model", "front.onnx has changed", id="one byte of the model changed"),
        pytest.param("cut model", "front.onnx has", id="model cut"),
        pytest.param("remove model", "front.onnx is missing", id="model missing"),
        pytest.param("swap", "front.onnx has", id="two files swapped"),
        pytest.param("change manifest", "has digest", id="manifest changed"),
        pytest.param("remove folder", "no such folder", id="folder missing"),
        pytest.param("wrong digest", "has digest", id="another bundle than asked for"),
    ],
)
def test_damaged_bundle_is_named_before_any_work_is_claimed(
    module: str, harm: str, named: str, damaged: Path, environment: dict[str, str], dispatch: FakeDispatch
) -> None:
    environment["VOXPOD_BUNDLE"] = str(damaged)
    _harm(damaged, harm, environment)
    done = run_sandbox(environment, module)

    assert done.returncode == 1
    failure = termination_message(environment)["failure"]
    assert (failure["fault"], failure["reason"]) == ("infrastructure", "BundleInvalid")
    assert named in failure["message"]
    assert not dispatch.seen


def _harm(bundle: Path, harm: str, environment: dict[str, str]) -> None:
    what, _, which = harm.partition(" ")
    target = bundle / {"model": "front.onnx", "manifest": "manifest.json"}.get(which, "")
    if harm == "wrong digest":
        environment["VOXPOD_BUNDLE_DIGEST"] = "sha256:" + "ab" * 32
    elif harm == "swap":
        (bundle / "front.onnx").rename(bundle / "x")
        (bundle / "generator.onnx").rename(bundle / "front.onnx")
        (bundle / "x").rename(bundle / "generator.onnx")
    elif harm == "remove folder":
        environment["VOXPOD_BUNDLE"] = str(bundle / "gone")
    else:
        content = bytearray(target.read_bytes())
        target.unlink()
        if what == "change":
            content[len(content) // 2] ^= 1
        if what != "remove":
            target.write_bytes(content[:-1] if what == "cut" else content)


@pytest.mark.parametrize("module", ["sandbox", "probe"])
def test_changed_voice_is_found_where_it_matters(
    module: str, damaged: Path, environment: dict[str, str], dispatch: FakeDispatch, work: dict[str, Any]
) -> None:
    environment["VOXPOD_BUNDLE"] = str(damaged)
    dispatch.gives(work | {"voice": "bf_emma"})
    _replace(damaged / "voices" / "bf_emma.npy")
    done = run_sandbox(environment, module)

    assert done.returncode == 1
    failure = termination_message(environment)["failure"]
    assert failure["reason"] == "BundleInvalid"
    assert "voices/bf_emma.npy has changed" in failure["message"]


def _replace(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(content)


def test_probe_reports_what_the_bundle_is(environment: dict[str, str]) -> None:
    done = run_sandbox(environment, "probe")

    assert done.returncode == 0, done.stderr
    facts = termination_message(environment)
    assert f"sha256:{facts['digest']}" == environment["VOXPOD_BUNDLE_DIGEST"]
    assert len(facts["voices"]) == 54
    assert facts["languages"] == ["en", "es", "fr", "hi", "it", "ja", "pt", "zh"]
    assert facts["sample_rate"] == 24000


def test_sandbox_without_work_ends_itself(environment: dict[str, str], dispatch: FakeDispatch) -> None:
    environment["VOXPOD_MAX_IDLE_SECONDS"] = "0.5"
    done = run_sandbox(environment)

    assert done.returncode == 0
    assert not Path(environment["VOXPOD_TERMINATION_LOG"]).exists()
    assert not dispatch.reports


def test_sigterm_ends_a_sandbox_at_once_even_inside_the_model(
    environment: dict[str, str], dispatch: FakeDispatch, work: dict[str, Any]
) -> None:
    dispatch.gives(work | {"text": "A long story goes on and on. " * 300})
    command = [sys.executable, "-m", "voxpod_inference.sandbox"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            next(line for line in process.stderr if '"claimed"' in line)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 143
        finally:
            process.kill()
    assert not dispatch.reports


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("VOXPOD_DISPATCH_URL", "http://127.0.0.1:1", "expected https://host:port"),
        ("VOXPOD_CPU_LIMIT", "0.5", "expected a whole number of at least 1"),
        ("VOXPOD_BUNDLE_DIGEST", "abc", "expected sha256:<64 hexadecimal digits>"),
        ("VOXPOD_TOKEN_FILE", "", "VOXPOD_TOKEN_FILE is not set"),
    ],
)
def test_wrong_settings_are_named(variable: str, value: str, said: str, environment: dict[str, str]) -> None:
    done = run_sandbox(environment | {variable: value})

    assert done.returncode == 1
    assert said in done.stderr


def test_nothing_is_imported_before_its_language_occurs(
    environment: dict[str, str], dispatch: FakeDispatch, work: dict[str, Any]
) -> None:
    dispatch.gives(work)
    command = [sys.executable, "-X", "importtime", "-m", "voxpod_inference.sandbox"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)

    imported = set(re.findall(r"import time:.*\| +(\S+)$", done.stderr, re.M))
    assert {"onnxruntime", "voxpod_inference.text.english.reader", "soundfile"} <= imported
    unwanted = {
        "pydantic",
        "asyncio",
        "pyopenjtalk",
        "wetext",
        "kaldifst",
        "requests",
        "yaml",
        "kubernetes",
        "argparse",
    }
    unwanted |= {
        "voxpod_crds.conditions",
        "voxpod_inference.text.chinese.reader",
        "voxpod_inference.text.japanese.reader",
    }
    assert not imported & unwanted
