"""TTSRequest: one text that becomes one audio object. Namespaced, short name `ttsr`, category `voxpod`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from voxpod_crds.base import ApiModel, ObjectMeta
from voxpod_crds.conditions import Condition
from voxpod_crds.tenant import ObjectName
from voxpod_crds.voices import MAX_VOICE, PATTERN

MAX_TEXT = 10_000
"""Code points of one request's text."""

MAX_INSTRUCTIONS = 1_000
"""Code points; a model may take less, by its own tokens."""

MAX_SEED = 2**31 - 1

DEFAULT_DEADLINE_SECONDS = 600

_WORDS = r"^[^\t-\r\x85\p{Z}<>/]([^\n<>/]*[^\t-\r\x85\p{Z}<>/])?$"
"""No white space of Unicode at the ends, no markup, and no slashes, which are marks of IPA. Written out, since `\\s` is
ASCII to the API server and Unicode to pydantic."""

AudioFormat = Literal["wav", "mp3", "flac", "ogg", "opus", "pcm"]
SampleRate = Literal[8000, 16000, 22050, 24000, 44100, 48000]
OPUS_RATES = (8000, 16000, 24000, 48000)
VoiceChoice = Annotated[str, Field(min_length=1, max_length=MAX_VOICE, pattern=PATTERN)]


class Phase(StrEnum):
    """Where a request stands, for people; programs read the conditions."""

    PENDING = "Pending"
    QUEUED = "Queued"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    REJECTED = "Rejected"

    @property
    def terminal(self) -> bool:
        """Whether the request has ended for good."""
        return self in (Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED, Phase.REJECTED)


class LexiconEntry(ApiModel):
    """How one word is read in this request: by one of sayAs, ipa and pinyin."""

    word: str = Field(
        min_length=1,
        max_length=64,
        pattern=_WORDS,
        description=(
            "What stands in the text, one word or a few. In lower case it is meant however the text writes it, with a"
            " capital only as it stands."
        ),
    )
    say_as: str | None = Field(
        None, min_length=1, max_length=200, pattern=_WORDS, description="Text that is read in its place."
    )
    ipa: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        pattern=_WORDS,
        description="Its pronunciation in the International Phonetic Alphabet, without slashes.",
    )
    pinyin: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        pattern=_WORDS,
        description="Its pronunciation in Mandarin, such as chong2 qing4 or chóng qìng.",
    )


class TTSRequestSpec(ApiModel):
    """What is asked for; nothing but `cancel` can change after creation."""

    text: str = Field(
        min_length=1,
        max_length=MAX_TEXT,
        description=(
            "What to say, 1 to 10,000 Unicode code points. A text without anything to speak, such as spaces, is stored"
            " and then rejected with reason TextEmpty."
        ),
    )
    model: ObjectName | None = Field(None, description="SpeechModel to use; the default one without it.")
    voice: VoiceChoice | None = Field(
        None,
        description=(
            "Voice of the model, or a mix of up to eight such as af_heart(2)+af_bella(1); the model's default for the"
            " language without it."
        ),
    )
    language: str = Field(
        "auto",
        max_length=16,
        pattern=r"^(auto|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$",
        description="Language of the text (ISO 639, such as en, zh, ja), or auto to detect it from the script.",
    )
    speed: float = Field(1.0, ge=0.25, le=4.0, description="Speaking rate, 0.25 to 4; 1 is the voice's own.")
    format: AudioFormat = Field(
        "wav",
        description=(
            "Audio format of the object. opus is Ogg Opus, ogg is Ogg Vorbis, pcm is signed 16-bit little-endian"
            " without a header; all are mono."
        ),
    )
    sample_rate: SampleRate | None = Field(
        None, description="Samples per second; the model's own without it. opus has no 22050 and no 44100."
    )
    loudness: float = Field(
        -16.0,
        ge=-30.0,
        le=-10.0,
        description=(
            "Loudness of the whole audio in LUFS (ITU-R BS.1770), its true peak at -1 dB at most. Audio shorter than"
            " 0.4 s keeps the voice's own level."
        ),
    )
    timestamps: Literal["none", "sentence", "word"] = Field(
        "none",
        description=(
            "Whether a JSON document with the times of sentences, or of sentences and words, is written beside the"
            " audio (docs/audio.md)."
        ),
    )
    ssml: bool = Field(
        False,
        description=(
            "Whether the text is SSML; docs/text.md says what of it is understood. An error in it ends the request with"
            " reason InputRefused."
        ),
    )
    lexicon: list[LexiconEntry] = Field(
        default_factory=list, max_length=100, description="How words are read in this request, over all dictionaries."
    )
    audio_url_seconds: int | None = Field(
        None,
        ge=60,
        le=604_800,
        description=(
            "Seconds for which status.audio.url can be used, 60 to 604,800 (a week, the most that S3 signs for); without"
            " it no URL is made."
        ),
    )
    priority: int = Field(
        0,
        ge=0,
        le=9,
        description=(
            "Order among the tenant's waiting requests, 0 to 9: each step counts like a minute that the request has waited"
            " longer."
        ),
    )
    deadline_seconds: int = Field(
        DEFAULT_DEADLINE_SECONDS,
        ge=5,
        le=86_400,
        description="Seconds from creation after which the request fails, waiting included; 5 to 86,400.",
    )
    max_wait_seconds: int | None = Field(
        None,
        ge=0,
        le=86_400,
        description=(
            "Seconds from creation within which a sandbox must be assigned, else the request is rejected with the reason"
            " that it waits for; 0 means now or never. Without it the request waits until its deadline."
        ),
    )
    seed: int | None = Field(
        None,
        ge=0,
        le=MAX_SEED,
        description=(
            "Of the engine's random choices: the same text with the same seed sounds alike, and without a seed as with 0. With"
            " an engine that draws speech at random another seed is another way to say it; others make no such choices"
            " (docs/engines.md)."
        ),
    )
    instructions: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_INSTRUCTIONS,
        description=(
            "How it is to be spoken, in words, such as `A tired old sailor, slow and hoarse.` For models whose"
            " status.takesInstructions is true; with others the request is rejected."
        ),
    )
    cancel: bool = Field(False, description="Set to true to end the request; the only field that can change.")


class AudioObject(ApiModel):
    """The stored audio."""

    uri: str = Field(max_length=1024, description="s3://bucket/tenant/uid.ext")
    sha256: str = Field(max_length=64, description="SHA-256 of the object, hexadecimal.")
    bytes: int = Field(ge=0, description="Size of the object.")
    duration_seconds: float = Field(ge=0, description="Length of the audio.")
    sample_rate: int = Field(ge=0, description="Samples per second.")
    format: str = Field(max_length=8, description="Audio format.")
    timestamps_uri: str | None = Field(
        None,
        max_length=1024,
        description="s3://bucket/tenant/uid.timestamps.json, when the request asked for timestamps.",
    )
    url: str | None = Field(
        None,
        max_length=4096,
        description=(
            "Presigned GET of the audio, when the request asked for one by audioUrlSeconds: whoever has it may read the"
            " audio, without credentials, until urlExpires."
        ),
    )
    timestamps_url: str | None = Field(
        None, max_length=4096, description="The same of the timestamps, when the request asked for both."
    )
    url_expires: datetime | None = Field(None, description="When url and timestampsUrl stop to work.")


class SandboxRef(ApiModel):
    """The sandbox that holds the request."""

    job_name: str = Field(max_length=63, description="Job in the sandbox namespace.")
    pod_name: str | None = Field(None, max_length=253, description="Pod that claimed the work.")
    pod_uid: str | None = Field(
        None, max_length=64, description="UID of that pod; only its token may report the result."
    )
    protocol: int | None = Field(None, ge=1, description="Version of the sandbox protocol that it speaks.")


class FailedAttempt(ApiModel):
    """A sandbox that was given up."""

    attempt: int = Field(ge=1, description="Which sandbox it was.")
    reason: str = Field(
        max_length=64,
        description="Why it was given up, as one word; WaitingForStore is not counted among the three that may fail.",
    )
    message: str = Field("", max_length=256, description="Why, for a person, in short.")
    node: str | None = Field(
        None, max_length=253, description="Node that had its pod; later sandboxes of the request avoid it."
    )


class RequestTimings(ApiModel):
    """Where the time went, in milliseconds."""

    queued: int | None = Field(None, ge=0, description="Creation to the assignment of a sandbox.")
    startup: int | None = Field(None, ge=0, description="Assignment to the sandbox's claim.")
    synthesis: int | None = Field(None, ge=0, description="Claim to the last sample.")
    upload: int | None = Field(None, ge=0, description="Upload to the object store.")


class RequestUsage(ApiModel):
    """What the request counts for, besides being one request."""

    characters: int = Field(ge=0, description="Code points of the text with what its lexicon puts into it.")
    audio_seconds: float = Field(ge=0, description="Seconds of audio; until the end an estimate with a margin.")


class TTSRequestStatus(ApiModel):
    """What the operator observes."""

    observed_generation: int | None = Field(None, description="metadata.generation that this status was computed from.")
    phase: Phase | None = Field(None, description="Where the request stands, for people.")
    tenant: str | None = Field(None, max_length=253, description="Tenant that the request was admitted for.")
    model: str | None = Field(None, max_length=253, description="SpeechModel that was chosen.")
    voice: str | None = Field(None, max_length=MAX_VOICE, description="Voice or mix that was chosen.")
    queue_position: int | None = Field(None, ge=1, description="Place among the tenant's waiting requests.")
    sandbox: SandboxRef | None = Field(None, description="The sandbox that holds the request.")
    attempt: int | None = Field(
        None, ge=1, description="Which sandbox this is, counted from 1; those that never got a node count as well."
    )
    failed_attempts: list[FailedAttempt] = Field(
        default_factory=list, max_length=8, description="Earlier sandboxes that failed."
    )
    not_before: datetime | None = Field(
        None, description="No sandbox is created before this moment: the pause after one that failed or did not start."
    )
    assigned_at: str | None = Field(
        None, max_length=40, description="When the sandbox was assigned (RFC 3339, milliseconds)."
    )
    claimed_at: str | None = Field(
        None, max_length=40, description="When the sandbox claimed the work (RFC 3339, milliseconds)."
    )
    audio: AudioObject | None = Field(None, description="The stored audio.")
    timings: RequestTimings | None = Field(None, description="Where the time went, in milliseconds.")
    usage: RequestUsage | None = Field(
        None,
        description="What is held for the request in its tenant's quota, and what was charged when it has ended; absent for nothing.",
    )
    warnings: list[Annotated[str, Field(max_length=512)]] = Field(
        default_factory=list,
        max_length=16,
        description="What the reader should know, such as characters that cannot be spoken.",
    )
    conditions: list[Condition] = Field(
        default_factory=list, max_length=8, description="Admitted, Dispatched, Complete, Failed."
    )


class TTSRequest(ApiModel):
    """One text that becomes one audio object."""

    metadata: ObjectMeta
    spec: TTSRequestSpec
    status: TTSRequestStatus = Field(default_factory=TTSRequestStatus)
