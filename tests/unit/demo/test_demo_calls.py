"""The three commands that the demo prints: a shell takes them as they are, and each says what it is meant to."""

import json
import shlex
from pathlib import Path

import pytest

from voxpod_demo.calls import Way, one_liners
from voxpod_demo.kubectl import Kubectl

KUBECTL = Kubectl(Path("/cache/my tools/kubectl"), Path("/state/kubeconfig"), "voxpod-demo")
WAY = Way("http://192.0.2.7:30980", "vxp-0123", [])


@pytest.fixture
def commands() -> list[list[str]]:
    lines = one_liners(WAY, KUBECTL, Path("/home/o'neil/demo-audio"), Path("/elsewhere"))
    return [shlex.split(line) for line in lines]


def test_request_goes_to_kubectl_as_json(commands: list[list[str]]) -> None:
    _, document, pipe, *kubectl = commands[0]

    assert json.loads(document)["kind"] == "TTSRequest"
    assert pipe == "|"
    assert kubectl[0] == "/cache/my tools/kubectl"
    assert kubectl[-5:] == ["-n", "globex", "create", "-f", "-"]


def test_curl_says_the_key_and_writes_a_file(commands: list[list[str]]) -> None:
    curl = commands[1]

    assert "http://192.0.2.7:30980/v1/audio/speech" in curl
    assert "Authorization: Bearer vxp-0123" in curl
    assert json.loads(curl[curl.index("-d") + 1])["model"] == "tts-1"
    assert curl[-2:] == ["-o", "/home/o'neil/demo-audio/curl.mp3"]


def test_sdk_gets_address_and_key_from_the_environment_and_its_program_compiles(commands: list[list[str]]) -> None:
    url, key, _, _, program = commands[2]

    assert (url, key) == ("OPENAI_BASE_URL=http://192.0.2.7:30980/v1", "OPENAI_API_KEY=vxp-0123")
    compile(program, "one-liner", "exec")
    assert 'model="tts-1-hd"' in program
    assert "/home/o'neil/demo-audio/openai.mp3" in program
