"""The life of a sandbox: check the model, load it, claim a request, speak it, store it, report."""

import dataclasses
import errno
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from voxpod_crds.sandbox_protocol import Audio, Report, TimestampsObject, Timings, Work, termination_message
from voxpod_inference import log
from voxpod_inference.audio import Samples
from voxpod_inference.audio.formats import output_rate
from voxpod_inference.audio.writer import Written, write_audio
from voxpod_inference.engines.base import Prepared, Synthesizer, Utterance
from voxpod_inference.engines.registry import load
from voxpod_inference.errors import DEADLINE_EXCEEDED, ENGINE_FAILED, InputError, SpeechError, unexpected
from voxpod_inference.overheard import overheard
from voxpod_inference.process import end_now, milliseconds_since_start, write_termination_log
from voxpod_inference.progress import Pulse
from voxpod_inference.rehearsal import rehearsing
from voxpod_inference.settings import SandboxSettings
from voxpod_inference.timestamps import SpokenTimes, check

if TYPE_CHECKING:
    from voxpod_inference.dispatch import Dispatch
    from voxpod_inference.live_line import LiveLine

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stopwatch:
    """Milliseconds since a claim, and what is left of its deadline; calls `expire` when nothing is."""

    def __init__(self, seconds: float, synthesizer: Synthesizer) -> None:
        self._start = time.monotonic()
        self._end = self._start + seconds
        self._timer = threading.Timer(max(0.0, seconds), synthesizer.stop)
        self._timer.daemon = True
        self._timer.start()

    def milliseconds(self) -> int:
        """Since the claim."""
        return round((time.monotonic() - self._start) * 1000)

    def seconds_left(self) -> float:
        """Until the deadline; negative afterwards."""
        return self._end - time.monotonic()

    def check(self) -> None:
        """Raise DeadlineExceeded when the deadline has passed."""
        if self.seconds_left() <= 0:
            raise _too_late()

    def cancel(self) -> None:
        """Synthesis is over: do not stop the engine any more."""
        self._timer.cancel()


def run(settings: SandboxSettings) -> Report | None:
    """Live it; None when there was no work. A report is also the pod's termination message, so that it reaches an operator
    that is away. Where the work says so, the same tenant's further requests are served after it."""
    timings, report = Timings(), None
    try:
        started = time.monotonic()
        synthesizer = load(settings.model)
        load_ms = round((time.monotonic() - started) * 1000)
        boot_ms = milliseconds_since_start()
        log.event("model loaded", boot_ms=boot_ms, load_ms=load_ms, weights=synthesizer.weights)
        timings = Timings(boot_ms=boot_ms, load_ms=load_ms)
        from voxpod_inference.dispatch import Dispatch  # with HTTP and TLS, 6 MB: not before they are needed

        dispatch = Dispatch(settings)
        with rehearsing(synthesizer):
            work = dispatch.claim(boot_ms)
    except Exception as error:
        report = _failed("", timings, error)
        write_termination_log(settings.model.termination_log, termination_message(report))
        return report
    while work is not None:
        line = _line(work)
        report = _one(work, synthesizer, timings, settings, dispatch, line)
        write_termination_log(settings.model.termination_log, termination_message(report))
        taken = dispatch.report(report)
        if line is not None:
            line.drain()
        if report.failure is not None or not taken or not work.further_requests:
            break
        work = dispatch.claim_another()
        timings = Timings()  # a start is paid for once
    return report


def _line(work: Work) -> "LiveLine | None":
    """To who listens meanwhile; None when nobody does."""
    if work.live is None:
        return None
    from voxpod_inference.live_line import LiveLine

    return LiveLine(work.live)


def _one(
    work: Work,
    synthesizer: Synthesizer,
    timings: Timings,
    settings: SandboxSettings,
    dispatch: "Dispatch",
    line: "LiveLine | None",
) -> Report:
    """How one request ends."""
    # what was left of one before it would be taken for this one's, should the kubelet end the sandbox now
    write_termination_log(settings.model.termination_log, "")
    log.about(request_id=work.request_uid, tenant_id=work.tenant, text_len=len(work.text), voice=work.voice)
    log.event("claimed")
    try:
        with Pulse(work, dispatch.progress, end_now) as pulse:
            return serve(work, synthesizer, timings, settings.object_store_ca_pem, pulse, line)
    except Exception as error:
        report = _failed(work.request_uid, timings, error)
        if line is not None:
            line.cut("the speech failed")
        return report


def _failed(uid: str, timings: Timings, error: Exception) -> Report:
    failure = (error if isinstance(error, SpeechError) else unexpected(error)).as_failure()
    log.event("failed", "ERROR", fault=failure.fault, reason=failure.reason)
    return Report(uid, timings, failure=failure)


def serve(
    work: Work, synthesizer: Synthesizer, timings: Timings, ca_pem: str, pulse: Pulse, line: "LiveLine | None" = None
) -> Report:
    """Speak and store one request, for a listener as well where there is a line; SpeechError when that cannot be done."""
    from voxpod_inference.upload import put

    watch = Stopwatch(work.seconds_left, synthesizer)
    with tempfile.TemporaryFile() as sound, tempfile.TemporaryFile() as document:
        prepared, written, first_audio_ms = _speak(work, synthesizer, watch, pulse, sound, document, line)
        timings = dataclasses.replace(timings, first_audio_ms=first_audio_ms, synthesis_ms=watch.milliseconds())
        log.event(
            "synthesized",
            voice=prepared.voice,
            audio_seconds=round(written.duration_seconds, 3),
            duration=timings.synthesis_ms / 1000,
        )
        pulse.uploads()
        times = None
        if (
            work.timestamps_upload is not None
        ):  # before the audio: where there is audio, all that was asked for is there
            stored = put(work.timestamps_upload, document, pulse, ca_pem=ca_pem, seconds_left=watch.seconds_left)
            times = TimestampsObject(stored.sha256, stored.md5, stored.bytes)
        stored = put(work.upload, sound, pulse, ca_pem=ca_pem, seconds_left=watch.seconds_left)
    audio = Audio(
        sha256=stored.sha256,
        md5=stored.md5,
        bytes=stored.bytes,
        duration_seconds=round(written.duration_seconds, 3),
        sample_rate=written.sample_rate,
        format=work.format,
        voice=prepared.voice,
    )
    timings = dataclasses.replace(timings, upload_ms=watch.milliseconds() - timings.synthesis_ms)
    log.event("uploaded", voice=prepared.voice, bytes=audio.bytes, duration=timings.upload_ms / 1000)
    return Report(
        work.request_uid,
        timings,
        audio=audio,
        warnings=prepared.script.warnings,
        timestamps=times,
        weights=synthesizer.weights,
    )


def _speak(
    work: Work,
    synthesizer: Synthesizer,
    watch: Stopwatch,
    pulse: Pulse,
    sound: BinaryIO,
    document: BinaryIO,
    line: "LiveLine | None",
) -> tuple[Prepared, Written, int]:
    """Fill both files; what was prepared, what was written, and after how many milliseconds the first samples were there."""
    rate = output_rate(
        work.format, work.sample_rate, synthesizer.sample_rate
    )  # what the format cannot have is refused first
    check(work.timestamps, tells_words=synthesizer.engine.tells_words)
    spoken = SpokenTimes(work.text, synthesizer.sample_rate)
    first_audio: list[int] = []
    try:
        prepared = synthesizer.prepare(
            work.text,
            voice=work.voice,
            language=work.language,
            speed=work.speed,
            ssml=work.ssml,
            lexicon=work.lexicon,
            seed=work.seed,
            instructions=work.instructions,
        )
        pulse.step()
        if line is not None:
            utterances = _heard(line, synthesizer, prepared, rate, work, first_audio, watch)
        else:
            utterances = synthesizer.speak(prepared)
        chunks = _samples(spoken.noting(utterances), first_audio, watch)

        def look() -> None:
            pulse.step()
            watch.check()

        written = write_audio(
            sound,
            chunks,
            synthesizer.sample_rate,
            format=work.format,
            sample_rate=work.sample_rate,
            loudness=work.loudness,
            check=look,
            expected_seconds=prepared.expected_seconds,
        )
        if work.timestamps_upload is not None:
            document.write(spoken.document(work.timestamps, prepared.script.sentences))
    except SpeechError as error:
        if error.fault == "engine" and watch.seconds_left() <= 0:
            raise _too_late() from error
        raise
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        raise SpeechError(
            "infrastructure", ENGINE_FAILED, f"scratch space does not hold the audio: {error.strerror}"
        ) from error
    finally:
        watch.cancel()
    return prepared, written, first_audio[0]


def _heard(
    line: "LiveLine",
    synthesizer: Synthesizer,
    prepared: Prepared,
    rate: int,
    work: Work,
    first_audio: list[int],
    watch: Stopwatch,
) -> Iterator[Utterance]:
    """What is spoken, sent to the listener as well; notes when the first of it was there."""
    from voxpod_inference.audio.live import LiveSound

    read_ms, own = watch.milliseconds(), synthesizer.level(prepared.voice)
    sound = LiveSound(work.format, synthesizer.sample_rate, rate, loudness=work.loudness, own=own)

    def hear(samples: Samples) -> None:
        first = not first_audio
        if first:
            first_audio.append(watch.milliseconds())
        for block in sound.piece(samples) if line.listens else ():
            line.send(block)
            if first:
                log.event(
                    "first piece is made", read_ms=read_ms, first_audio_ms=first_audio[0], coded_ms=watch.milliseconds()
                )
                first = False

    yield from overheard(synthesizer, prepared, hear)
    line.send(sound.end())
    line.complete()


def _samples(utterances: Iterator[Utterance], first_audio: list[int], watch: Stopwatch) -> Iterator[Samples]:
    """Their samples; notes when the first were there."""
    for utterance in utterances:
        if not first_audio:
            first_audio.append(watch.milliseconds())
        yield utterance.samples


def _too_late() -> SpeechError:
    # Fault "input", since no other attempt has more time: the deadline is the request's own.
    return InputError(DEADLINE_EXCEEDED, "the deadline passed during synthesis")
