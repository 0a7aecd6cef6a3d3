"""What the demo shows: two models, two tenants, and requests in three languages, one of them with a slip. Pure manifests."""

from collections.abc import Sequence
from dataclasses import dataclass

from voxpod_crds.base import API_VERSION
from voxpod_demo.kubectl import DEMO_LABEL, Json
from voxpod_demo.settings import FAST_MODEL, MODEL

RUN_LABEL = "voxpod.dev/demo-run"
LABELS = {DEMO_LABEL: "true"}
MAX_SANDBOXES = 2
"""So that a laptop has room for all that run at a time, and a third request shows how waiting looks."""

FAST_CPU = "300m"
"""Of the one sandbox of the fast model: what it says takes a twentieth of the other's time."""

DEADLINE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class TenantScene:
    """A tenant with one namespace of its name."""

    name: str
    concurrent: int


@dataclass(frozen=True, slots=True)
class Line:
    """A request of the demo, and the phase that it is meant to end in."""

    namespace: str
    name: str
    text: str
    voice: str = ""
    language: str = ""
    ends: str = "Succeeded"


TENANTS = (TenantScene("acme", 1), TenantScene("globex", 2))

LINES = (
    Line("acme", "hello-en", "Hello! This sentence was spoken in a sandbox of its own, which is gone by now."),
    Line("acme", "hello-zh", "你好！每一个请求都在自己的沙箱里运行，用完即弃。"),
    Line("acme", "hello-ja", "こんにちは。このリクエストは、専用のサンドボックスで音声になりました。", language="ja"),
    Line(
        "globex",
        "story-en",
        "The north wind and the sun disputed which was the stronger, when a traveller came along, wrapped in a warm"
        " cloak.",
        voice="bf_emma",
    ),
    Line(
        "globex", "fast-en", "No model was named, and the language was: so the fast English one spoke.", language="en"
    ),
    Line("globex", "poem-zh", "床前明月光，疑是地上霜。举头望明月，低头思故乡。", voice="zf_xiaobei"),
    Line(
        "globex", "train-ja", "まもなく、三番線に電車がまいります。黄色い線の内側でお待ちください。", voice="jf_alpha"
    ),
    Line("globex", "typo-voice", "Nobody will hear this: the voice is misspelt.", voice="af_hart", ends="Rejected"),
)


def speech_model(path: str, digest: str, cpu: str) -> Json:
    """The model of the demo, for requests that name none; `path` is its folder on the nodes."""
    return _object(
        "SpeechModel",
        MODEL,
        {
            "source": {"hostPath": {"path": path}},
            "digest": digest,
            "delivery": {},
            "resources": {"cpu": cpu, "memory": "1Gi"},
            "warmPool": {"maxSandboxes": MAX_SANDBOXES},
            "default": True,
        },
    )


def fast_model(path: str, digest: str) -> Json:
    """The model of requests that name none and say that they are in English."""
    return _object(
        "SpeechModel",
        FAST_MODEL,
        {
            "source": {"hostPath": {"path": path}},
            "digest": digest,
            "delivery": {},
            "resources": {"cpu": FAST_CPU, "memory": "512Mi"},
            "warmPool": {"maxSandboxes": 1},
            "defaultFor": ["en"],
        },
    )


def tenants() -> list[Json]:
    """Who may ask for speech, from which namespace, and how much at a time."""
    return [
        _object(
            "Tenant",
            t.name,
            {"namespaces": [t.name], "quota": {"concurrentRequests": t.concurrent, "maxTextLength": 2000}},
        )
        for t in TENANTS
    ]


def requests(lines: Sequence[Line], run: str) -> list[Json]:
    """The requests; the run's label tells them from those of another run."""
    return [_request(line, run) for line in lines]


def _request(line: Line, run: str) -> Json:
    optional = {"voice": line.voice, "language": line.language}
    spec = {
        "text": line.text,
        "deadlineSeconds": DEADLINE_SECONDS,
        **{key: value for key, value in optional.items() if value},
    }
    made = _object("TTSRequest", line.name, spec)
    made["metadata"].update(namespace=line.namespace, labels={**LABELS, RUN_LABEL: run})
    return made


def _object(kind: str, name: str, spec: Json) -> Json:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name, "labels": dict(LABELS)}, "spec": spec}
