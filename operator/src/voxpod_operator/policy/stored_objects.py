"""What a request leaves in the object store: names, types, and whether a sandbox's report fits what was asked. Pure."""

from voxpod_crds.names import attempt_in, object_key
from voxpod_crds.sandbox_protocol import Report
from voxpod_crds.tts_request import TTSRequest

TIMESTAMPS_TYPE = "application/json"

_CONTENT_TYPES = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg; codecs=vorbis",
    "opus": "audio/ogg; codecs=opus",
    "pcm": "audio/pcm",
}


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


def mismatch(request: TTSRequest, report: Report) -> str:
    """What a report with audio says that is not what the request asked for; empty when all of it is."""
    audio, spec = report.audio, request.spec
    assert audio is not None, "only a report with audio can fit"
    if audio.format != spec.format:
        return f"the sandbox reported {audio.format}, the request asks for {spec.format}"
    if spec.sample_rate is not None and audio.sample_rate != spec.sample_rate:
        return f"the sandbox reported {audio.sample_rate} Hz, the request asks for {spec.sample_rate}"
    if spec.timestamps != "none" and report.timestamps is None:
        return f"the sandbox reported no timestamps, the request asks for {spec.timestamps}"
    return ""
