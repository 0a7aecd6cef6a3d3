"""What a request leaves in the object store: names, types, and whether a sandbox's report fits what was asked. Pure."""

import re
from enum import Enum, auto

from voxpod_crds.names import attempt_in, object_key
from voxpod_crds.sandbox_protocol import Report
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.reading import Request

TIMESTAMPS_TYPE = "application/json"

_CONTENT_TYPES = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg; codecs=vorbis",
    "opus": "audio/ogg; codecs=opus",
    "pcm": "audio/pcm",
}

_OURS = re.compile(
    r"[a-z0-9][a-z0-9.-]*/(?P<uid>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9][0-9]{0,3}\.)?("
    + "|".join([*_CONTENT_TYPES, r"timestamps\.json"])
    + ")"
)
"""As `names.object_key` makes them; with an attempt's number or without."""

_MOST_BITS_PER_SECOND = {"mp3": 320_000, "ogg": 500_000, "opus": 510_000}
"""What the encoders can spend at most; the other formats keep 16-bit samples, compressed or not."""

_CONTAINER_SECONDS = 1.0
"""What headers and tags of a short file weigh, as sound."""


def audio_type(audio_format: str, sample_rate: int | None) -> str:
    """Media type of an audio object; `pcm` has no header that would tell its rate, so the type does."""
    rate = f";rate={sample_rate}" if audio_format == "pcm" and sample_rate else ""
    return _CONTENT_TYPES[audio_format] + rate


def audio_key(request: TTSRequest) -> str:
    """Object key of the audio that the sandbox which holds the request stores."""
    return _audio_key(request, _attempt(request))


def timestamps_key(request: TTSRequest) -> str | None:
    """Object key of its document of times; None when the request asks for none."""
    return _timestamps_key(request, _attempt(request))


def keys(request: TTSRequest) -> list[str]:
    """Everything that a sandbox of the request may have stored, of any attempt."""
    attempts = range(1, (request.status.attempt or 1) + 1)
    found = [key for n in attempts for key in (_audio_key(request, n), _timestamps_key(request, n))]
    return [key for key in found if key is not None]


def leftovers(request: TTSRequest) -> list[str]:
    """What sandboxes of other attempts than the present one may have stored."""
    return [key for key in keys(request) if attempt_in(key) != _attempt(request)]


def _attempt(request: TTSRequest) -> int:
    """In the key. Each attempt has keys of its own: what an earlier sandbox left behind, or stores late, neither blocks nor
    overwrites what a later one stores, and a removal never meets an upload that counts. Work that was handed out before
    there were protocol versions has the first attempt's."""
    sandbox = request.status.sandbox
    return request.status.attempt or 1 if sandbox is not None and sandbox.protocol is not None else 1


def _audio_key(request: TTSRequest, attempt: int) -> str:
    return object_key(request.status.tenant or "", request.metadata.uid, request.spec.format, attempt)


def _timestamps_key(request: TTSRequest, attempt: int) -> str | None:
    if request.spec.timestamps == "none":
        return None
    return object_key(request.status.tenant or "", request.metadata.uid, "timestamps.json", attempt)


class Claim(Enum):
    """Whose an object of the bucket is."""

    OTHERS = auto()
    """Not one of ours by its name: it is never touched."""
    HELD = auto()
    """Its request runs, or told of it, or cannot be read."""
    NONE_LEFT = auto()
    """Its request ended without it, perhaps with what another attempt stored: nobody was told about it, nobody ever will be."""
    ORPHANED = auto()
    """No such request exists (any more)."""


def uid_in(key: str) -> str | None:
    """UID of the request that an object of ours belongs to; None unless the key is exactly as we name objects."""
    found = _OURS.fullmatch(key)
    return found.group("uid") if found else None


def claim_on(key: str, request: TTSRequest | EndedRequest) -> Claim:
    """What the request with the UID in the key has to say about the object."""
    if isinstance(request, TTSRequest) or not key.startswith(f"{request.tenant}/{request.uid}."):
        return Claim.HELD
    if request.phase == Phase.SUCCEEDED or request.audio_sha256:
        others = request.audio_attempt and request.audio_attempt != attempt_in(key)
        return Claim.NONE_LEFT if others else Claim.HELD
    return Claim.NONE_LEFT


def unwanted(key: str, request: Request | None) -> bool:
    """Whether nobody wants an object that a request's sandbox stored: the request is gone, or ended without it.

    Never of one whose phase this version does not know, nor by what its status says of audio, which may have another form.
    """
    return request is None or (isinstance(request, EndedRequest) and claim_on(key, request) is Claim.NONE_LEFT)


def mismatch(request: TTSRequest, report: Report) -> str:
    """What a report with audio says that is not what the request asked for; empty when all of it is."""
    audio, spec = report.audio, request.spec
    assert audio is not None, "only a report with audio can fit"
    if audio.format != spec.format:
        return f"the sandbox reported {audio.format}, the request asks for {spec.format}"
    if spec.sample_rate is not None and audio.sample_rate != spec.sample_rate:
        return f"the sandbox reported {audio.sample_rate} Hz, the request asks for {spec.sample_rate}"
    least = audio.bytes * 8 / _MOST_BITS_PER_SECOND.get(spec.format, audio.sample_rate * 16)
    if audio.duration_seconds < 0.9 * least - _CONTAINER_SECONDS:
        return f"the sandbox reported {audio.duration_seconds:g} s, the stored {audio.bytes} bytes hold {least:.1f} s"
    if spec.timestamps != "none" and report.timestamps is None:
        return f"the sandbox reported no timestamps, the request asks for {spec.timestamps}"
    return ""
