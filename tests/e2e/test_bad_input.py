"""What cannot be done is refused with a reason that a person understands, and costs no sandbox."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from voxpod_client import Asked, Voxpod, complete
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase

pytestmark = pytest.mark.e2e

TEAM, OTHER_TEAM = "team-a", "team-b"


@dataclass(frozen=True)
class Bad:
    """A request, and what its refusal has to say."""

    reason: Reason
    says: tuple[str, ...]
    text: str = "Hello."
    spec: dict[str, Any] = field(default_factory=dict)
    namespace: str = TEAM


BAD = {
    "a misspelt voice": Bad(Reason.VOICE_NOT_FOUND, ("af_hart", "did you mean af_heart"), spec={"voice": "af_hart"}),
    "a voice of nobody": Bad(Reason.VOICE_NOT_FOUND, ("morgan", "it has af_"), spec={"voice": "morgan"}),
    "a language that the model cannot speak": Bad(
        Reason.LANGUAGE_NOT_SUPPORTED,
        ("kokoro cannot speak ko", "en", "ja", "zh"),
        text="안녕하세요",
        spec={"language": "ko"},
    ),
    "text of only spaces": Bad(Reason.TEXT_EMPTY, ("spec.text", "only spaces"), text=" \n\t　 "),
    "text of invisible characters": Bad(Reason.TEXT_EMPTY, ("spec.text",), text="\u200b\u200d\ufeff"),
    "an unknown model": Bad(Reason.MODEL_NOT_FOUND, ("no SpeechModel is named cosy",), spec={"model": "cosy"}),
    "an unknown voice in a mix": Bad(
        Reason.VOICE_NOT_FOUND,
        ("no voice af_hart (in af_heart(2)+af_hart)", "did you mean af_heart"),
        spec={"voice": "af_heart(2)+af_hart"},
    ),
    "text longer than the tenant may": Bad(
        Reason.TEXT_TOO_LONG, ("spec.text has 41 characters", "allows 40"), text="a" * 41, namespace=OTHER_TEAM
    ),
    "a voice that the tenant may not use": Bad(
        Reason.VOICE_NOT_ALLOWED, ("af_heart", "not zf_xiaobei"), spec={"voice": "zf_xiaobei"}, namespace=OTHER_TEAM
    ),
    "a mix with a voice that the tenant may not use": Bad(
        Reason.VOICE_NOT_ALLOWED, ("not zf_xiaobei (in",), spec={"voice": "af_heart+zf_xiaobei"}, namespace=OTHER_TEAM
    ),
}


@pytest.fixture(scope="module")
def strict(voxpod: Voxpod) -> Iterator[None]:
    """Tenant team-b may ask for short texts in one voice only."""
    path = f"/apis/voxpod.dev/v1alpha1/tenants/{OTHER_TEAM}"
    try:
        voxpod.kube.merge(path, {"spec": {"quota": {"maxTextLength": 40}, "allowedVoices": ["af_heart"]}})
        voxpod.wait_ready(path, "True")
        yield
    finally:
        voxpod.kube.merge(path, {"spec": {"quota": {"maxTextLength": None}, "allowedVoices": None}})


@pytest.fixture(scope="module")
def asked(voxpod: Voxpod, strict: None) -> Iterator[dict[str, Asked]]:
    """All of them, asked at once."""
    made = {name: voxpod.ask(bad.namespace, bad.text, **bad.spec) for name, bad in BAD.items()}
    try:
        yield made
    finally:
        for one in made.values():
            voxpod.kube.delete(one.path)


@pytest.mark.parametrize("name", BAD)
def test_rejected_with_a_reason_that_names_what_is_wrong(voxpod: Voxpod, asked: dict[str, Asked], name: str):
    rejected = voxpod.wait(asked[name], Phase.REJECTED)

    reason, message = complete(rejected)
    assert reason == BAD[name].reason
    assert [part for part in BAD[name].says if part not in message] == [], message
    assert len(message) < 300
    assert rejected.status.sandbox is None
    assert voxpod.jobs_of(asked[name]) == []


def test_kubectl_shows_the_reason_in_a_line(voxpod: Voxpod, asked: dict[str, Asked]):
    one = asked["a misspelt voice"]
    voxpod.wait(one, Phase.REJECTED)

    line = voxpod.kubectl("get", "ttsr", "-n", one.namespace, one.name, "--no-headers").stdout

    assert line.split()[1:3] == ["Rejected", "VoiceNotFound"]


@pytest.fixture
def tenant(voxpod: Voxpod) -> Iterator[Callable[..., str]]:
    """tenant(*namespaces) -> the path of a new Tenant of them; it is gone after the test."""
    made: list[str] = []

    def create(*namespaces: str) -> str:
        made.append(voxpod.apply("Tenant", f"late-{uuid.uuid4().hex[:6]}", {"namespaces": list(namespaces)}))
        return made[-1]

    try:
        yield create
    finally:
        for path in made:
            voxpod.kube.delete(path)


def test_second_tenant_of_a_namespace_is_told_who_has_it(voxpod: Voxpod, tenant: Callable[..., str]):
    time.sleep(1.1)  # creation times are whole seconds, and the older Tenant keeps the namespace
    late = tenant("somewhere-else", TEAM)

    told = voxpod.wait_ready(late, "False", Reason.NAMESPACE_CONFLICT)

    assert f"namespace {TEAM} already belongs to Tenant {TEAM}" in told
    assert (voxpod.condition(f"/apis/voxpod.dev/v1alpha1/tenants/{TEAM}") or {})["status"] == "True"
    assert voxpod.speak(TEAM, "Still mine.").status.tenant == TEAM


def test_tenant_of_a_conflict_becomes_ready_when_the_other_one_lets_go(voxpod: Voxpod, tenant: Callable[..., str]):
    first = tenant("contested")
    time.sleep(1.1)
    second = tenant("contested")
    voxpod.wait_ready(second, "False", Reason.NAMESPACE_CONFLICT)

    voxpod.kube.delete(first)

    assert "contested" in voxpod.wait_ready(second, "True")


def test_request_without_a_tenant_can_be_asked_again_once_there_is_one(voxpod: Voxpod, tenant: Callable[..., str]):
    """What the message advises works."""
    rejected = voxpod.ask("default", "Is anybody there?")
    again = None
    try:
        voxpod.wait(rejected, Phase.REJECTED)
        voxpod.wait_ready(tenant("default"), "True")

        again = voxpod.ask("default", "Is anybody there?")

        assert voxpod.wait(again, Phase.SUCCEEDED).status.audio is not None
        assert voxpod.look(rejected).status.phase == Phase.REJECTED
    finally:
        for one in (rejected, again):
            if one is not None:
                voxpod.kube.delete(one.path)


def test_a_request_in_a_namespace_without_tenant_is_refused_before_it_is_stored(voxpod: Voxpod) -> None:
    """Whoever may edit some namespace could otherwise fill etcd, and the operator's memory."""
    path = "/apis/voxpod.dev/v1alpha1/namespaces/default/ttsrequests"
    body = {
        "apiVersion": "voxpod.dev/v1alpha1",
        "kind": "TTSRequest",
        "metadata": {"name": "stray"},
        "spec": {"text": "x"},
    }
    status, said = voxpod.kube.call("POST", path, body)
    assert status == 403
    assert "no Tenant lists namespace default in spec.namespaces; ask an administrator" in str(said)
    assert voxpod.kube.get(f"{path}/stray") is None
