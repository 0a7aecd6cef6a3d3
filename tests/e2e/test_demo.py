"""The demo as a person runs it, on a local cluster of its own name: it may run beside the other tests' cluster."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import soundfile
from minio import Minio
from minio.error import S3Error

from voxpod_demo.audio import read_wav

pytestmark = [pytest.mark.e2e, pytest.mark.model]

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = f"{os.environ.get('VOXPOD_TEST_CLUSTER_NAME', 'test')[:7]}-demo"
"""Beside the test cluster of the same session: two sessions on one machine need two names."""

SPOKEN = {
    "acme/hello-en",
    "acme/hello-zh",
    "acme/hello-ja",
    "globex/story-en",
    "globex/fast-en",
    "globex/poem-zh",
    "globex/train-ja",
}

Demo = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audio")


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Call `python demo WORDS`; the cluster is taken down at the end, whatever happened."""
    environment = {
        key: value for key, value in os.environ.items() if key not in ("KUBECONTEXT", "VOXPOD_DEMO_VALUES", "COLUMNS")
    }
    environment |= {"VOXPOD_DEMO_CLUSTER": CLUSTER}

    def run(*words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(ROOT / "demo"), *words],
            input=stdin,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        yield run
    finally:
        down = run("down")
        assert down.returncode == 0, down.stdout
        assert run("kubeconfig").returncode == 1


@pytest.fixture(scope="module")
def first_run(demo: Demo, audio: Path) -> str:
    """What `up` printed on a cluster that it made."""
    done = demo("up", "--audio", str(audio))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def kubectl(demo: Demo, first_run: str) -> Callable[..., str]:
    """kubectl as the demo's shell has it; what it printed."""

    def run(*words: str) -> str:
        done = demo("shell", stdin=f"kubectl {' '.join(words)}\nexit $?\n")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def rows(table: str) -> dict[str, list[str]]:
    """The lines of the summary by request: tenant, phase, five times, real-time factor."""
    found = [line.split() for line in table.splitlines()]
    return {words[0]: words[1:] for words in found if len(words) == 9 and words[1] in ("acme", "globex")}


def test_cluster_and_its_reason_are_told_first(first_run: str) -> None:
    assert first_run.startswith(f"Cluster: the local cluster '{CLUSTER}', because KUBECONTEXT is not set")


def test_every_request_is_spoken_but_the_misspelt_one(first_run: str) -> None:
    phases = {name: words[1] for name, words in rows(first_run).items()}
    assert phases == {**{key.rpartition("/")[2]: "Succeeded" for key in SPOKEN}, "typo-voice": "Rejected"}


def test_table_has_times_and_factors_that_fit_each_other(first_run: str) -> None:
    for words in (words for words in rows(first_run).values() if words[1] == "Succeeded"):
        queue, start, synthesis, upload, length, factor = map(float, words[2:])
        assert queue >= 0 <= upload
        assert start > 0 < length
        assert factor == pytest.approx(synthesis / length, abs=0.02)


def test_misspelt_voice_is_explained_with_a_proposal(first_run: str) -> None:
    said = " ".join(first_run.split())
    assert (
        "globex/typo-voice: Rejected, VoiceNotFound: SpeechModel kokoro has no voice af_hart; did you mean af_heart"
        in said
    )


def test_progress_is_told_in_plain_lines_where_there_is_no_terminal(first_run: str) -> None:
    assert "\x1b" not in first_run
    told = [line.split()[2:4] for line in first_run.splitlines() if line[6:10] == " s  "]
    assert {key for key, phase in told if phase == "Running"} == SPOKEN


def test_audio_lies_where_it_was_said_and_is_heard(first_run: str, audio: Path) -> None:
    files = {f"{file.parent.name}/{file.stem}": file for file in audio.rglob("*.wav")}
    assert files.keys() == SPOKEN
    for file in files.values():
        assert str(file)[:36] in first_run
        assert 2 < read_wav(file).seconds < 15


def test_second_run_finds_the_cluster_again_and_replaces_the_requests(
    demo: Demo, first_run: str, kubectl: Callable[..., str], audio: Path
) -> None:
    def uids() -> set[str]:
        return set(
            kubectl(
                "get", "ttsr", "-A", "-l", "voxpod.dev/demo-run", "-o", "jsonpath='{.items[*].metadata.uid}'"
            ).split()
        )

    before = uids()
    done = demo("up", "--audio", str(audio))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "because it is running already" in done.stdout
    after = uids()
    assert len(after) == len(before) == 8
    assert not after & before


def test_words_of_your_own_are_spoken(demo: Demo, first_run: str, tmp_path: Path) -> None:
    done = demo("say", "A few words of my own.", "--tenant", "acme", "--voice", "bm_george", "--audio", str(tmp_path))
    assert done.returncode == 0, done.stdout
    (file,) = tmp_path.rglob("acme/say-*.wav")
    assert 0.5 < read_wav(file).seconds < 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ["Hi", "--voice", "af_haert"],
            "VoiceNotFound: SpeechModel kokoro has no voice af_haert; did you mean af_heart",
            id="voice",
        ),
        pytest.param(["Hi", "--language", "ko"], "LanguageNotSupported", id="language"),
        pytest.param(["   "], "TextEmpty", id="only spaces"),
        pytest.param([""], "spec.text in body should be at least 1 chars long", id="empty"),
        pytest.param(
            ["Hi", "--tenant", "initech"], "namespace initech is not there: the demo makes acme, globex", id="tenant"
        ),
    ],
)
def test_what_cannot_be_spoken_is_told_why(
    demo: Demo, first_run: str, tmp_path: Path, words: list[str], said: str
) -> None:
    done = demo("say", *words, "--audio", str(tmp_path))
    assert done.returncode == 1
    assert said in " ".join(done.stdout.split())
    assert list(tmp_path.iterdir()) == []


def test_store_facts_open_the_demo_s_bucket_and_nothing_else(demo: Demo, first_run: str) -> None:
    facts = json.loads(demo("s3").stdout)
    store = Minio(
        endpoint=facts["endpoint"],
        access_key=facts["accessKey"],
        secret_key=facts["secretKey"],
        secure=facts["secure"],
        region=facts["region"],
    )
    keys = {one.object_name for one in store.list_objects(bucket_name=facts["bucket"], recursive=True)}
    assert {str(key).partition("/")[0] for key in keys} - {"_usage"} == {"acme", "globex"}
    with pytest.raises(S3Error, match="AccessDenied"):
        store.make_bucket(bucket_name="elsewhere")


def test_api_facts_open_the_http_api(demo: Demo, first_run: str) -> None:
    facts = json.loads(demo("api").stdout)
    assert facts.keys() == {"url", "token"}
    answer = httpx2.get(
        f"{facts['url']}/v1/models", headers={"Authorization": f"Bearer {facts['token']}"}, trust_env=False
    )
    meant = {model["id"]: model["voxpod_model"] for model in answer.json()["data"]}
    assert (meant["tts-1"], meant["tts-1-hd"], meant["hibari"]) == ("hibari", "kokoro", "hibari")


def test_a_request_in_english_that_names_no_model_is_the_fast_model_s(
    first_run: str, kubectl: Callable[..., str]
) -> None:
    found = {
        name: kubectl("get", "ttsr", "-n", "globex", name, "-o", "jsonpath='{.status.model}'")
        for name in ("fast-en", "story-en")
    }
    assert found == {"fast-en": "hibari", "story-en": "kokoro"}


def test_three_ways_to_ask_work_as_they_are_printed(first_run: str, audio: Path) -> None:
    lines = first_run.partition("Three ways to ask, as they are:\n")[2].splitlines()[:3]
    said = [subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout for line in lines]
    assert "created" in said[0]
    for name in ("curl.mp3", "openai.mp3"):
        assert 0.5 < soundfile.info(audio / name).duration < 5


def test_kubeconfig_is_a_path_and_nothing_else(demo: Demo, first_run: str) -> None:
    printed = demo("kubeconfig").stdout
    assert printed.count("\n") == 1
    assert Path(printed.strip()).is_file()


def test_shell_ends_with_the_code_of_its_last_command_and_knows_helm(demo: Demo, first_run: str) -> None:
    done = demo("shell", stdin="helm list -A -q\nexit 7\n")
    assert done.returncode == 7
    assert "voxpod" in done.stdout.splitlines()
