"""What a sandbox that is lost would have reported, from what it stored. Pure.

An object under the key of an attempt is what that attempt's sandbox sent, and whole: nobody else has the key's permission, a PUT
of S3 stores all of its body or nothing, and the store compared it with its Content-MD5. The times are stored before the audio, so
where there is audio all is there. What the store cannot tell is how long it took, and what the sandbox would have warned of.
"""

from voxpod_crds.sandbox_protocol import Audio, Report, TimestampsObject, Timings
from voxpod_crds.tts_request import TTSRequest
from voxpod_operator.policy.sound_files import read_sound
from voxpod_operator.policy.stored_objects import mismatch
from voxpod_operator.storage.stored_file import StoredFile

WARNING = "the sandbox was lost after it had stored the audio: its timings and its warnings are not known"


def report_of(
    request: TTSRequest, audio: StoredFile | None, times: StoredFile | None, engine_rate: int | None
) -> Report | None:
    """The report on what is stored under the keys of the present attempt; None unless it is all that the request asks for."""
    if audio is None:
        return None
    sound = read_sound(request.spec.format, audio, request.spec.sample_rate or engine_rate or 0)
    if sound is None:
        return None
    made = Audio(
        audio.sha256,
        audio.md5,
        audio.size,
        round(sound.seconds, 3),
        sound.sample_rate,
        request.spec.format,
        request.status.voice or "",
    )
    beside = TimestampsObject(times.sha256, times.md5, times.size) if times is not None else None
    report = Report(request.metadata.uid, Timings(), audio=made, warnings=(WARNING,), timestamps=beside)
    return None if mismatch(request, report) else report
