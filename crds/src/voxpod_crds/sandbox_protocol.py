"""What the operator and a sandbox say to each other: claim, progress and result, JSON over TLS.

Standard library dataclasses, because the sandbox pays for every import before its first sample. The constraints are
annotations: the operator, which must not trust a sandbox, validates with pydantic; the sandbox, which trusts the
operator, just reads. The same JSON is the pod's termination message (at most 4096 bytes), so that a result survives an
operator that is away.

During an upgrade each side meets the other's previous version, so both ignore fields that they do not know, and a new field
has a default. Who speaks version 1 did not do so: it gets exactly the fields of version 1.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from voxpod_crds.constraints import Between, Length, Passing
from voxpod_crds.voices import MAX_VOICE

CLAIM_PATH = "/v1/claim"
PROGRESS_PATH = "/v1/progress"
RESULT_PATH = "/v1/result"

VERSION = 3
"""1: claim and result. 2: progress; unknown fields are ignored. 3: live audio, further requests."""
VERSION_HEADER = "Voxpod-Protocol"
"""On each call of a sandbox: the version that it speaks. Without it: 1."""

TOKEN_AUDIENCE = "voxpod-dispatch"  # noqa: S105 - a name
MAX_TERMINATION_MESSAGE = 4096
"""Bytes that the kubelet keeps of /dev/termination-log (Kubernetes, Pod termination message)."""

MAX_WARNINGS = 16

MAX_AUDIO_BYTES = 1 << 28
"""Largest object of one request, 256 MiB: what a single PUT carries well and a sandbox's scratch folder holds twice."""
MAX_SAMPLES = (MAX_AUDIO_BYTES - 4096) // 2
"""Longest audio of one request, whatever its format: as 16-bit WAV it fits. 46 minutes at 48 kHz, 93 at 24 kHz."""
MAX_TIMESTAMPS_BYTES = 1 << 24

Fault = Literal["input", "engine", "infrastructure"]
"""Who is at fault, which decides about a retry: input never, engine once, infrastructure up to three attempts."""

T = TypeVar("T")

Milliseconds = Annotated[int, Between(0, 86_400_000)]


def _is_hex(text: str) -> bool:
    return all(c in "0123456789abcdef" for c in text)


def _is_plain(text: str) -> bool:
    return all(c in "abcdefghijklmnopqrstuvwxyz0123456789-" for c in text)


Hex256 = Annotated[str, Length(64, 64), Passing(_is_hex)]
Hex128 = Annotated[str, Length(32, 32), Passing(_is_hex)]


@dataclass(frozen=True, slots=True)
class Upload:
    """One presigned PUT: the URL holds the permission, `headers` must be sent as they are."""

    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Live:
    """Somebody who listens while the sandbox speaks: where the sound goes as it is made, beside what is stored."""

    url: str
    """https, with the address of one pod of the facade."""
    ca_pem: str
    """Its certificate, the only one that is trusted."""
    token: str
    """Says that this is the pod that holds the request."""


_SINCE = "since"


def _since(version: int) -> dict[str, int]:
    """Metadata of a field that older versions do not have."""
    return {_SINCE: version}


Timestamps = Literal["none", "sentence", "word"]
"""What the document of times lists."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a claim answers with: all that a sandbox ever learns about the request."""

    request_uid: str
    text: str
    voice: str
    """A voice of the bundle or a mix of several (`voxpod_crds.voices`); empty lets the sandbox take the bundle's default for
    the text's language."""
    language: str
    """ISO 639 code, or auto."""
    speed: float
    format: str
    sample_rate: int
    """0: the engine's own."""
    seconds_left: float
    """Until the request's deadline, counted from the answer; a duration, so that no two clocks are compared."""
    upload: Upload
    loudness: float = -16.0
    """LUFS of the whole audio."""
    ssml: bool = False
    """Whether the text is SSML."""
    lexicon: dict[str, str] = dataclasses.field(default_factory=dict)
    """Words and what is read in their place: text, or phonemes between slashes."""
    timestamps: Timestamps = "none"
    timestamps_upload: Upload | None = None
    """Where the document of times goes; None without one."""
    progress_seconds: float = dataclasses.field(default=0.0, metadata=_since(2))
    """How often to tell progress; 0: not at all."""
    tenant: str = dataclasses.field(default="", metadata=_since(2))
    """Whose request it is, for the lines that the sandbox logs."""
    seed: int = dataclasses.field(default=0, metadata=_since(2))
    """Of the engine's random choices."""
    instructions: str = dataclasses.field(default="", metadata=_since(2))
    """How it is to be spoken, in words; empty for no wish."""
    further_requests: int = dataclasses.field(default=0, metadata=_since(3))
    """How many more requests of the same tenant the sandbox may ask for once this one's outcome is stored; one claim for each."""
    live: Live | None = dataclasses.field(default=None, metadata=_since(3))
    """None when nobody listens."""


Stage = Literal["synthesizing", "uploading"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What a sandbox that holds work is at."""

    request_uid: Annotated[str, Length(1, 64)]
    stage: Stage
    stage_seconds: Annotated[float, Between(0, 86_400)]
    steps: Annotated[int, Between(0, 1 << 53)]
    """Counts up with each utterance, and with each block of a file that is written or sent: it stands still when the work
    hangs, although the thread that tells it does not."""
    problem: Annotated[str, Length(0, 256)] = ""
    """Why the last try to upload failed; nothing of the URL."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time went inside the sandbox, in milliseconds."""

    boot_ms: Milliseconds = 0
    """Process start to first claim sent: imports, digest check, model load."""
    load_ms: Milliseconds = 0
    """Of boot: digest check and model load."""
    first_audio_ms: Milliseconds = 0
    """Claim received to first chunk of samples."""
    synthesis_ms: Milliseconds = 0
    """Claim received to last sample encoded."""
    upload_ms: Milliseconds = 0


@dataclass(frozen=True, slots=True)
class Audio:
    """The object that was stored."""

    sha256: Hex256
    md5: Hex128
    """What S3 returns as the ETag of a single PUT: lets the operator verify by HEAD."""
    bytes: Annotated[int, Between(1, MAX_AUDIO_BYTES)]
    duration_seconds: Annotated[float, Between(0, 86_400)]
    sample_rate: Annotated[int, Between(8_000, 48_000)]
    format: Annotated[str, Length(1, 8)]
    voice: Annotated[str, Length(1, MAX_VOICE)]
    """The voice or mix that spoke, also when the work left the choice to the sandbox."""


@dataclass(frozen=True, slots=True)
class TimestampsObject:
    """The document of times that was stored beside the audio."""

    sha256: Hex256
    md5: Hex128
    bytes: Annotated[int, Between(1, MAX_TIMESTAMPS_BYTES)]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no audio."""

    fault: Fault
    reason: Annotated[str, Length(1, 64)]
    """A `voxpod_crds.conditions.Reason` value."""
    message: Annotated[str, Length(0, 1024)]


Weights = Literal["", "plain", "prepared", "prepared-onnx"]
"""`prepared` for the kind of node (fast, shared by all sandboxes); `prepared-onnx`, shared but slower, where Voxpod's native
library is missing; or `plain`: the bundle as it is, slowest."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a sandbox's one request ended: exactly one of `audio` and `failure`."""

    request_uid: Annotated[str, Length(0, 64)]
    """Empty when the sandbox failed before it had claimed anything."""
    timings: Timings
    audio: Audio | None = None
    failure: Failure | None = None
    warnings: Annotated[tuple[Annotated[str, Length(0, 512)], ...], Length(0, MAX_WARNINGS)] = ()
    timestamps: TimestampsObject | None = None
    """Beside `audio`, when the work asked for times."""
    weights: Weights = ""
    """Which weights the model ran on; empty when it did not."""

    def __post_init__(self) -> None:
        """Refuse a report that says both or neither."""
        if (self.audio is None) == (self.failure is None):
            raise ValueError("a report has exactly one of audio and failure")


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """What a probe Job found in a bundle, as its termination message."""

    digest: Hex256
    voices: Annotated[tuple[Annotated[str, Length(1, 64)], ...], Length(0, 512)]
    languages: Annotated[tuple[Annotated[str, Length(1, 16)], ...], Length(0, 64)]
    sample_rate: Annotated[int, Between(8_000, 48_000)]
    engine: Annotated[str, Length(0, 63), Passing(_is_plain)] = ""
    """As the bundle's manifest names it; empty from a probe of an older version."""
    mixes_voices: bool = True
    """Whether a mix of its voices is a voice."""
    tells_words: bool = True
    """Whether it tells when each word is heard."""
    takes_instructions: bool = False
    """Whether it takes how it is to be spoken, in words."""
    flow_steps: Annotated[int, Between(0, 100)] = 0
    """Steps from noise to sound that it would make; 0 where it takes no such number."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What a delivery Job made of its node, as its termination message."""

    digest: Hex256
    weights: Weights
    """`prepared` or `prepared-onnx`."""
    brought: bool = False
    """Whether the bundle was not there before."""


def to_json(message: Work | Progress | Report | BundleFacts | NodeFacts, version: int = VERSION) -> str:
    """A message as compact JSON with the fields of a version; a lone surrogate, which no UTF-8 can hold, becomes `?`."""
    known = {f.name for f in dataclasses.fields(message) if f.metadata.get(_SINCE, 1) <= version}
    fields = {name: value for name, value in dataclasses.asdict(message).items() if name in known}
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace").decode()


def work_from_json(raw: str | bytes) -> Work:
    """The operator's answer to a claim; TypeError or KeyError when a field is missing. Unknown ones are ignored."""
    fields: dict[str, Any] = json.loads(raw)
    times, live = fields.get("timestamps_upload"), fields.get("live")
    parts = {
        "upload": _known(Upload, fields["upload"]),
        "timestamps_upload": _known(Upload, times) if times else None,
        "live": _known(Live, live) if live else None,
    }
    return _known(Work, {**fields, **parts})


def _known(kind: type[T], fields: dict[str, Any]) -> T:
    names = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: fields[name] for name in names if name in fields})


def termination_message(message: Report | BundleFacts | NodeFacts) -> str:
    """`to_json` within the 4096 bytes that the kubelet keeps: warnings go first, then the failure text is halved.

    ValueError when that is not enough (a bundle with hundreds of voices): cut JSON would be no JSON.
    """
    text = to_json(message)
    size = len(text.encode())
    if size <= MAX_TERMINATION_MESSAGE:
        return text
    if isinstance(message, Report) and message.warnings:
        return termination_message(dataclasses.replace(message, warnings=()))
    if isinstance(message, Report) and message.failure is not None and message.failure.message:
        cut = message.failure.message[: len(message.failure.message) // 2]
        return termination_message(
            dataclasses.replace(message, failure=dataclasses.replace(message.failure, message=cut))
        )
    raise ValueError(
        f"{type(message).__name__} takes {size} bytes, a termination message holds {MAX_TERMINATION_MESSAGE}"
    )
