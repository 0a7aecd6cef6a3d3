"""voxpod-model as a person at a laptop uses it."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

import voxpod_inference
from voxpod_inference.bundle import Bundle

pytestmark = pytest.mark.model


def voxpod_model(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voxpod_inference.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, input=stdin, timeout=120, check=False)


def test_say_writes_a_wav_and_prints_figures(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    done = voxpod_model(
        "say", "Hello from a laptop.", "-o", tmp_path / "x.wav", "--stats", "--bundle", kokoro_bundle.root
    )
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
        (["hi", "--threads", "0"], "expected 1 to 256"),
        (["hi", "--threads", "257"], "expected 1 to 256"),
        (["a" * 10_001], "the text has 10001 characters; at most 10000 are accepted"),
        (["hi", "-o", "x.m4a"], "the ending .m4a is of no format here; wav, flac"),
        (["hi", "--timestamps", "nowhere/t.json"], "cannot write nowhere/t.json"),
        (["hi", "-o", "/nowhere/x.wav"], "cannot write /nowhere/x.wav"),
        (["hi", "--bundle", "/nowhere"], "no such folder"),
        (["hi", "--speed", "0"], "0.25 to 4.0"),
        (["hi", "--speed", "nan"], "0.25 to 4.0"),
        (["hi", "--speed", "inf"], "0.25 to 4.0"),
        (["hi", "--voice", "af_hart"], "has af_heart"),
        (["hi", "--voice", "af_heart(2)+"], "expected a voice, or a mix"),
        (["hi", "--format", "aiff"], "invalid choice: 'aiff'"),
        (["hi", "--sample-rate", "44100", "--format", "opus"], "sample rate is 44100 Hz; opus has"),
        (["hi", "--loudness", "loud"], "'loud' is neither `keep` nor a level"),
        (["hi", "--loudness", "nan"], "'nan' is neither `keep` nor a level"),
        (["hi", "--timestamps", "/nowhere/x.json"], "cannot write /nowhere/x.json"),
        (["<speak>hi", "--ssml"], "SSML"),
        ([" "], "none of them can be spoken"),
    ],
)
def test_bad_input_is_told_in_one_line_and_leaves_no_file(
    arguments: list[str], said: str, kokoro_bundle: Bundle, tmp_path: Path
) -> None:
    done = voxpod_model("say", "-o", tmp_path / "x.wav", "--bundle", kokoro_bundle.root, *arguments)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "options", "container"),
    [("x.ogg", [], "OGG"), ("x.MP3", [], "MP3"), ("x", ["--format", "flac"], "FLAC"), ("x.bin", [], "WAV")],
)
def test_format_is_the_one_asked_for_else_that_of_the_name(
    name: str, options: list[str], container: str, kokoro_bundle: Bundle, tmp_path: Path
) -> None:
    done = voxpod_model("say", "Yes.", "-o", tmp_path / name, *options, "--bundle", kokoro_bundle.root)
    assert done.returncode == 0, done.stderr
    assert soundfile.info(tmp_path / name).format == container
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o666 & ~umask()


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_that_is_there_is_replaced_by_a_whole_one_or_kept(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    target = tmp_path / "x.wav"
    target.write_text("old")
    assert voxpod_model("say", " ", "-o", target, "--bundle", kokoro_bundle.root).returncode == 1
    assert target.read_text() == "old"
    assert voxpod_model("say", "Yes.", "-o", target, "--bundle", kokoro_bundle.root).returncode == 0
    assert soundfile.info(target).duration > 0.2
    assert [p.name for p in tmp_path.iterdir()] == ["x.wav"]


def test_killed_in_the_middle_it_leaves_no_file(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "voxpod_inference.cli",
        "say",
        "A long story goes on. " * 400,
        "-o",
        str(tmp_path / "x.wav"),
        "--bundle",
        str(kokoro_bundle.root),
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
                time.sleep(0.05)
            process.terminate()
            assert process.wait(timeout=60) == 143
        finally:
            process.kill()
    assert not list(tmp_path.iterdir())


def test_sound_goes_to_standard_output_and_words_to_standard_error(kokoro_bundle: Bundle) -> None:
    command = [
        sys.executable,
        "-m",
        "voxpod_inference.cli",
        "say",
        "Yes.",
        "-o",
        "-",
        "--stats",
        "--bundle",
        str(kokoro_bundle.root),
    ]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    sound = soundfile.info(io.BytesIO(done.stdout))
    stats = json.loads(done.stderr.splitlines()[-1])
    assert (sound.format, sound.frames * 2 + 44) == ("WAV", stats["bytes"])


def test_times_of_words_are_written_beside_the_sound(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    text = "Two words, <lang=zh>你好</lang>!"
    done = voxpod_model(
        "say", text, "-o", tmp_path / "x.wav", "--timestamps", tmp_path / "x.json", "--bundle", kokoro_bundle.root
    )
    assert done.returncode == 0, done.stderr
    times = json.loads((tmp_path / "x.json").read_text())
    assert [word["text"] for word in times["words"]][:2] == ["Two", "words"]
    assert all(text[w["startOffset"] : w["endOffset"]] == w["text"] for w in times["words"])
    starts = [word["startSeconds"] for word in times["words"]]
    assert starts == sorted(starts)
    assert times["words"][-1]["endSeconds"] <= soundfile.info(tmp_path / "x.wav").duration


def test_progress_bar_is_for_terminals_only(kokoro_bundle: Bundle, tmp_path: Path) -> None:
    parts = "<speak>" + 'This is said.<break time="1s"/>' * 5 + "</speak>"
    arguments = ["say", parts, "--ssml", "-o", str(tmp_path / "x.wav"), "--bundle", str(kokoro_bundle.root)]
    assert "#" not in voxpod_model(*arguments).stderr
    reader, terminal = os.openpty()
    command = [sys.executable, "-m", "voxpod_inference.cli", *arguments]
    try:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=terminal, timeout=120, check=True)
        os.set_blocking(reader, False)  # without a bar there is nothing to wait for
        shown = os.read(reader, 1 << 16).decode()
    finally:
        os.close(terminal)
        os.close(reader)
    assert "100%" in shown and "###" in shown


def test_prepare_makes_once_what_say_then_uses(kokoro_bundle: Bundle, damaged: Path) -> None:
    before = voxpod_model("say", "Yes.", "-o", os.devnull, "--stats", "--bundle", damaged)
    assert json.loads(before.stdout)["weights"] == "plain"
    assert "voxpod-model prepare makes it" in before.stderr
    made = voxpod_model("prepare", "--bundle", damaged, "--quiet")
    assert made.returncode == 0, made.stderr
    assert Path(made.stdout.strip()).parent == damaged / "prepared"
    again = voxpod_model("prepare", "--bundle", damaged, "--prune")
    assert again.stdout == f"prepared: {made.stdout}"
    after = voxpod_model("say", "Yes.", "-o", os.devnull, "--stats", "--bundle", damaged)
    assert json.loads(after.stdout)["weights"] == "prepared"
    assert after.stderr == ""
    assert "weights prepared for this machine whole" in voxpod_model("verify", damaged).stdout


def test_verify_finds_a_bit_that_changed_in_prepared_weights(damaged: Path) -> None:
    folder = Path(voxpod_model("prepare", "--bundle", damaged, "--quiet").stdout.strip())
    content = bytearray((folder / "front.onnx.data").read_bytes())
    content[1000] ^= 1
    (folder / "front.onnx.data").write_bytes(content)
    done = voxpod_model("verify", damaged)
    assert done.returncode == 1
    assert "front.onnx.data has changed" in done.stdout


def test_prepare_says_where_it_cannot_write(damaged: Path) -> None:
    (damaged / "prepared").write_text("a file")
    done = voxpod_model("prepare", "--bundle", damaged)
    assert done.returncode == 1
    assert f"cannot write in {damaged / 'prepared'}: File exists" in done.stderr


def test_prepare_names_what_it_prunes_also_when_quiet(damaged: Path) -> None:
    folder = Path(voxpod_model("prepare", "--bundle", damaged, "--quiet").stdout.strip())
    shutil.copytree(folder, folder.with_suffix(".01234567"))
    (damaged / "prepared" / "precious").mkdir()
    done = voxpod_model("prepare", "--bundle", damaged, "--quiet", "--prune")
    assert (done.stdout, done.stderr) == (f"{folder}\n", f"removed: {folder.with_suffix('.01234567').name}\n")
    assert len(list((damaged / "prepared").iterdir())) == 3


def test_without_the_native_library_every_command_says_that_speech_is_slower(damaged: Path, tmp_path: Path) -> None:
    package = tmp_path / "path" / "voxpod_inference"
    shutil.copytree(
        Path(voxpod_inference.__file__).parent, package, ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    prefix = "voxpod-model: the native library is not there, so speech is slower: "
    told = []
    for arguments in (
        ["prepare", "--quiet"],
        ["say", "Yes.", "-o", os.devnull, "--stats"],
        ["bench", "--json", "--repeat", "1"],
    ):
        command = [sys.executable, "-m", "voxpod_inference.cli", *arguments, "--bundle", str(damaged)]
        environment = {**os.environ, "PYTHONPATH": str(package.parent)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=True)
        assert done.stderr.startswith(prefix) and done.stderr.count("\n") == 1, done.stderr
        told.append(done.stdout)
    assert [json.loads(facts)["weights"] for facts in told[1:]] == ["prepared-onnx", "prepared-onnx"]


def test_bench_prints_a_line_for_each_length(kokoro_bundle: Bundle) -> None:
    done = voxpod_model("bench", "--repeat", "1", "--json", "--bundle", kokoro_bundle.root)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert [run["characters"] for run in facts["runs"]] == [40, 100, 400]
    assert all(run["rtf"] > 0 and run["private_mib"] > 10 for run in facts["runs"])


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
