"""voxpod-model as a person at a laptop uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from voxpod_inference.bundle import Bundle

pytestmark = pytest.mark.model


def voxpod_model(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voxpod_inference.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, input=stdin, timeout=120, check=False)


def test_say_writes_a_wav_and_prints_figures(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    done = voxpod_model("say", "Hello from a laptop.", "-o", tmp_path / "x.wav", "--stats", "--bundle", kokoro_bundle.root)
    assert done.returncode == 0, done.stderr
    stats = json.loads(done.stdout)
    assert stats["audio_seconds"] == pytest.approx(soundfile.info(tmp_path / "x.wav").duration, abs=0.01)
    assert stats["voice"] == "af_heart"
    assert stats["synthesis_seconds"] > 0
    assert stats["peak_rss_bytes"] > 1 << 20


def test_say_reads_standard_input_and_tells_what_it_leaves_out(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    done = voxpod_model("say", "-", "-o", tmp_path / "x.wav", "--bundle", kokoro_bundle.root, stdin="你好☂")
    assert done.returncode == 0
    assert "left out, cannot be spoken: '☂'" in done.stderr
    assert "voice zf_xiaoxiao" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["안녕"], "Korean"),
        (["hi", "--voice", "nobody"], "voice is 'nobody'"),
        (["hi", "--speed", "7"], "0.25 to 4.0"),
        (["hi", "--threads", "0"], "expected at least 1"),
        (["hi", "-o", "/nowhere/x.wav"], "cannot write /nowhere/x.wav"),
        (["hi", "--bundle", "/nowhere"], "no such folder"),
    ],
)
def test_bad_input_is_told_in_one_line(arguments: list[str], said: str, kokoro_bundle: Bundle, tmp_path: Path) -> None:
    done = voxpod_model("say", "-o", tmp_path / "x.wav", "--bundle", kokoro_bundle.root, *arguments)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_names_all_that_is_wrong(kokoro_bundle: Bundle, damaged: Path) -> None:
    whole = voxpod_model("verify", kokoro_bundle.root, "--digest", f"sha256:{kokoro_bundle.manifest.digest}")
    assert (whole.returncode, whole.stderr) == (0, "")
    (damaged / "voices" / "af_sky.npy").unlink()
    (damaged / "extra.txt").write_text("?")
    done = voxpod_model("verify", damaged)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "voices/af_sky.npy is missing",
        "extra.txt is extra: the manifest does not list it",
    ]


def test_fetch_finds_the_bundle_that_is_there(kokoro_bundle: Bundle) -> None:
    done = voxpod_model("fetch-kokoro", "--to", kokoro_bundle.root, "--quiet")
    assert done.stdout == f"sha256:{kokoro_bundle.manifest.digest} {kokoro_bundle.root}\n"


def test_fetch_refuses_to_use_a_damaged_bundle(damaged: Path) -> None:
    (damaged / "vocab.json").unlink()
    done = voxpod_model("fetch-kokoro", "--to", damaged)
    assert done.returncode == 1
    assert "vocab.json is missing" in done.stderr


def test_fetch_without_the_package_clients_says_what_is_needed(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-m", "voxpod_inference.cli", "fetch-kokoro", "--to", str(tmp_path / "new")]
    environment = {"PATH": "", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 1
    assert "cannot fetch" in done.stderr or "is needed to fetch" in done.stderr
    assert not list(tmp_path.iterdir())


def test_voices_are_listed_with_their_language(kokoro_bundle: Bundle) -> None:
    done = voxpod_model("voices", kokoro_bundle.root)
    lines = done.stdout.splitlines()
    assert len(lines) == 54
    assert "jf_alpha        ja      default for ja" in lines


def test_bundle_is_readable_by_any_user(kokoro_bundle: Bundle) -> None:
    for path in (kokoro_bundle.root, *kokoro_bundle.root.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
