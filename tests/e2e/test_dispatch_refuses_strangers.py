"""The dispatch endpoint as a hostile pod of the cluster sees it: over its real TLS, with tokens that the real API server made."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from stray_sandboxes import DISPATCH_HOST, SLEEP, TOKEN_FILE, dispatch_ca, stray_sandbox, token_of
from voxpod_client import LONG_TEXT, SANDBOX_PODS, Voxpod
from voxpod_crds.sandbox_protocol import Audio, Failure, Report, Timings, to_json
from voxpod_crds.tts_request import Phase
from voxpod_installation import SANDBOXES

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
Answers = Sequence[tuple[int, str]]
Ask = Callable[..., Answers]

CLAIM = "/v1/claim?wait=0"
RESULT = "/v1/result"


@pytest.fixture(scope="module")
def stranger(voxpod: Voxpod) -> Iterator[Json]:
    """A sandbox pod of no request."""
    with stray_sandbox(voxpod, voxpod.installation.inference.reference, SLEEP) as pod:
        yield pod


@pytest.fixture(scope="module")
def ask(voxpod: Voxpod) -> Ask:
    """ask(pod, (method, path, token, body), ...) -> the endpoint's answers to that pod; token None is the pod's own."""
    ca = dispatch_ca(voxpod)

    def run(pod: Json, *calls: tuple[str, str, str | None, str | None]) -> Answers:
        named = [dict(zip(("method", "path", "token", "body"), call, strict=True)) for call in calls]
        order = {"host": DISPATCH_HOST, "port": 443, "ca": ca, "token_file": TOKEN_FILE, "calls": named}
        return [(status, body) for status, body in voxpod.inside(pod["metadata"]["name"], "ask", order)]

    return run


def test_work_is_handed_out_once(voxpod: Voxpod, speaking: Any, ask: Ask):
    """The very pod that holds the work asks for it again, as a process that took over in the sandbox would."""
    ((status, body),) = ask(speaking.pod, ("GET", CLAIM, None, None))

    assert (status, body) == (409, "this work was claimed before")


def test_a_pod_of_no_request_gets_nothing(stranger: Json, ask: Ask):
    ((status, body),) = ask(stranger, ("GET", CLAIM, None, None))

    assert (status, body) == (204, "")


def test_a_pod_that_says_it_is_of_a_request_is_ended(voxpod: Voxpod, speaking: Any):
    asked = speaking.asked
    with stray_sandbox(
        voxpod, voxpod.installation.inference.reference, SLEEP, f"{asked.namespace}/{asked.name}", asked.uid
    ) as pretender:
        name = pretender["metadata"]["name"]
        voxpod.until(
            lambda: voxpod.kube.get(f"{SANDBOX_PODS}/{name}") is None,
            "the pretender is gone",
            explain=lambda: voxpod.diagnosis(asked),
        )

    assert voxpod.look(asked).status.phase == Phase.RUNNING
    assert [pod["metadata"]["name"] for pod in voxpod.pods_of(asked)] == [speaking.pod_name]


def test_a_pod_of_no_request_cannot_end_one(voxpod: Voxpod, speaking: Any, stranger: Json, ask: Ask):
    uid = speaking.asked.uid
    failure = Report(uid, Timings(), failure=Failure("input", "InputRefused", "by a stranger"))
    audio = Report(uid, Timings(), audio=Audio("0" * 64, "0" * 32, 1, 1.0, 24_000, "wav", "af_heart"))

    answers = ask(stranger, ("POST", RESULT, None, to_json(failure)), ("POST", RESULT, None, to_json(audio)))

    assert answers == [(410, "no request is assigned to this sandbox")] * 2
    assert voxpod.look(speaking.asked).status.phase == Phase.RUNNING


def _token(voxpod: Voxpod, *words: str, account: str = "voxpod-sandbox", namespace: str = SANDBOXES) -> str:
    return voxpod.kubectl("create", "token", account, "-n", namespace, *words).stdout.strip()


def _forged(voxpod: Voxpod, speaking: Any) -> str:
    """The token of the pod at work, made out for longer: the signature no longer fits."""
    head, claims, signature = token_of(voxpod, speaking.pod_name).split(".")
    longer = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    longer["exp"] += 3600
    return ".".join([head, base64.urlsafe_b64encode(json.dumps(longer).encode()).decode().rstrip("="), signature])


def _unsigned(voxpod: Voxpod, speaking: Any) -> str:
    """The same claims with algorithm none."""
    claims = token_of(voxpod, speaking.pod_name).split(".")[1]
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{claims}."


REFUSED: dict[str, tuple[Callable[[Voxpod, Any], str], str]] = {
    "no token": (lambda *_: "", "a bearer token is required"),
    "nonsense": (lambda *_: "nonsense", "not valid"),
    "a forged token": (_forged, "not valid"),
    "an unsigned token": (_unsigned, "not valid"),
    "a token for the API server": (lambda voxpod, _: _token(voxpod), "not valid for this audience"),
    "a token for somebody else": (lambda voxpod, _: _token(voxpod, "--audience=vault"), "not valid for this audience"),
    "a token of no pod": (lambda voxpod, _: _token(voxpod, "--audience=voxpod-dispatch"), "not bound to a pod"),
    "a token of another account": (
        lambda voxpod, _: _token(voxpod, "--audience=voxpod-dispatch", account="default"),
        "not of the sandbox ServiceAccount",
    ),
    "a token of that account's name elsewhere": (
        lambda voxpod, _: _token(voxpod, "--audience=voxpod-dispatch", account="default", namespace="team-b"),
        "not of the sandbox ServiceAccount",
    ),
}


@pytest.fixture(scope="module")
def refusals(voxpod: Voxpod, speaking: Any, stranger: Json, ask: Ask) -> dict[str, Answers]:
    """The answers to a claim and to a result, for each of those tokens."""
    tokens = [make(voxpod, speaking) for make, _ in REFUSED.values()]
    answers = ask(
        stranger, *(call for token in tokens for call in (("GET", CLAIM, token, None), ("POST", RESULT, token, "{}")))
    )
    return dict(zip(REFUSED, zip(answers[::2], answers[1::2], strict=True), strict=True))


@pytest.mark.parametrize("case", REFUSED)
def test_refused(refusals: dict[str, Answers], case: str):
    _, why = REFUSED[case]

    assert [status for status, _ in refusals[case]] == [401, 401]
    assert all(why in body for _, body in refusals[case])


def test_a_stolen_token_ends_with_its_pod(voxpod: Voxpod, stranger: Json, ask: Ask):
    asked = voxpod.ask("team-b", LONG_TEXT)
    try:
        pod = voxpod.running_sandbox(asked)
        stolen = token_of(voxpod, pod["metadata"]["name"])
        assert ask(stranger, ("GET", CLAIM, stolen, None))[0][0] == 409, "while the pod is there the token is its own"
    finally:
        voxpod.cancel(asked)
    voxpod.until(
        lambda: voxpod.kube.get(f"{SANDBOX_PODS}/{pod['metadata']['name']}") is None,
        "the pod is gone",
        explain=lambda: voxpod.diagnosis(asked),
    )

    ((status, body),) = ask(stranger, ("GET", CLAIM, stolen, None))

    # the API server may take the token for 10 s more, out of a cache of its own; the operator looks for the pod
    assert status in (401, 410)
    assert LONG_TEXT[:30] not in body


def test_malformed_report_is_told_what_is_wrong(speaking: Any, ask: Ask):
    ((status, body),) = ask(speaking.pod, ("POST", RESULT, None, '{"request_uid": 1}'))

    assert status == 400
    assert "request_uid" in body
