"""espeak-ng as a process of its own (it is GPL, Voxpod is Apache-2.0): lines of text in, IPA out.

One process serves a whole text and more: it is kept until its owner is gone. Starting one takes 10 ms, a line 3 ms.
"""

import contextlib
import os
import resource
import select
import shutil
import subprocess
import threading
import time
import unicodedata
import weakref
from collections.abc import Sequence
from typing import IO

from voxpod_inference.errors import ENGINE_FAILED, SpeechError

VOICES = ("en-us", "en-gb", "es", "fr-fr", "hi", "it", "pt-br")
"""espeak-ng's voices that Voxpod uses; the inference image has no others."""
LONGEST_LINE = 240
"""Characters of a line that espeak-ng takes as one clause: it reads 999 bytes and cuts clauses at 800."""
SECONDS = 10.0
"""How long an answer to one batch may take; a page of text takes half a second."""
_LINES_IN_FLIGHT = 16
"""Both pipes hold 64 KiB: this many lines and their answers fit, so neither side ever waits for the other."""
_MOST_BYTES = 1 << 16
"""Answer to so many lines. espeak-ng says at most some 20 bytes for a character."""
_MEMORY = 256 << 20
# Spoken faster than anybody listens: espeak-ng computes the sound even when it is to be quiet, and 350 words a minute
# halves that; beyond, it stretches time, which costs more.
_OPTIONS = ("-q", "--ipa", "--tie=^", "-b", "1", "-s", "350")
# Ends each answer. Letters in brackets are espeak-ng's own phoneme names, which no line may hold, so no line sounds so.
_END = "[[ts#u:ts#u:ts#u:]]"
_INSTALL = "it is not installed (Debian: apt install espeak-ng; macOS: brew install espeak-ng)"


class EspeakProcess:
    """A running espeak-ng for one of its voices. Every failure is a SpeechError that names espeak-ng; the next call starts it anew."""

    def __init__(self, voice: str) -> None:
        """`voice` is espeak-ng's name for it, such as `fr-fr`; nothing is started yet."""
        self._voice = voice
        self._lock = threading.Lock()
        self._running: _Running | None = None
        # Ends the process when this object goes, and at the end of the interpreter.
        self._at_end: weakref.finalize[[], EspeakProcess] | None = None

    def ipa(self, lines: Sequence[str]) -> list[str]:
        """The IPA of each line, with `^` inside affricates and diphthongs, stress marks, and spaces between words.

        Lines hold letters, digits, spaces, apostrophes and hyphens only and at most LONGEST_LINE characters: ValueError otherwise.
        """
        for line in lines:
            if len(line) > LONGEST_LINE or not all(c.isalnum() or c in " '’-" or _is_mark(c) for c in line):
                raise ValueError(f"not a line for espeak-ng: {line[:80]!r}")
        with self._lock:
            try:
                running = self._started()
                deadline = time.monotonic() + SECONDS
                batches = [lines[i : i + _LINES_IN_FLIGHT] for i in range(0, len(lines), _LINES_IN_FLIGHT)]
                return [answer for batch in batches for answer in running.answers(batch, deadline)]
            except BaseException:
                self._end()
                raise

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _started(self) -> "_Running":
        if self._running is None or self._running.process.poll() is not None:
            self._end()
            self._running = _Running(self._voice)
            self._at_end = weakref.finalize(self, self._running.end)
        return self._running

    def _end(self) -> None:
        running, self._running = self._running, None
        if self._at_end is not None:
            self._at_end.detach()
        if running is not None:
            running.end()


class _Running:
    """One process and its two pipes."""

    def __init__(self, voice: str) -> None:
        program = shutil.which("espeak-ng")
        if program is None:
            raise _failed(_INSTALL)
        # No session, no home, no display: espeak-ng's audio library would look for a sound server there.
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ESPEAK_DATA_PATH") if name in os.environ}
        command = [program, *_OPTIONS, "-v", voice]
        try:
            self.process = subprocess.Popen(
                command,
                bufsize=0,
                env={"LC_ALL": "C.UTF-8", **kept},
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise _failed(f"it cannot be started: {error.strerror}") from error
        with contextlib.suppress(
            OSError, AttributeError
        ):  # gVisor refuses it for another process, macOS has no prlimit
            resource.prlimit(self.process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        self._unread = b""
        try:
            assert self.process.stdin is not None
            os.set_blocking(self.process.stdin.fileno(), False)
            deadline = time.monotonic() + SECONDS
            self._write([_END], deadline)
            self._end_mark = self._line(deadline)
        except SpeechError:
            self.end()
            raise

    def answers(self, lines: Sequence[str], deadline: float) -> list[str]:
        """What espeak-ng says for each line; its clauses are joined."""
        self._write([part for line in lines for part in (line, _END)], deadline)
        answers, size = [], 0
        for _ in lines:
            clauses = []
            while (line := self._line(deadline)) != self._end_mark:
                clauses.append(line.decode(errors="replace").strip())
                size += len(line)
                if size > _MOST_BYTES:
                    raise _failed("it says more than a text can be")
            answers.append(" ".join(clause for clause in clauses if clause))
        if self._unread:
            raise _failed("it says more than it was asked")
        return answers

    def end(self) -> None:
        """Kill and reap it; it has nothing to save."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _write(self, lines: Sequence[str], deadline: float) -> None:
        assert self.process.stdin is not None
        data = "".join(f"{line}\n" for line in lines).encode()
        while data:
            self._wait([], [self.process.stdin], deadline)
            try:
                data = data[os.write(self.process.stdin.fileno(), data) :]
            except OSError as error:
                raise self._gone() from error

    def _line(self, deadline: float) -> bytes:
        assert self.process.stdout is not None
        while b"\n" not in self._unread:
            self._wait([self.process.stdout], [], deadline)
            data = os.read(self.process.stdout.fileno(), _MOST_BYTES)
            if not data:
                raise self._gone()
            self._unread += data
            if len(self._unread) > _MOST_BYTES:
                raise _failed("it says more than a text can be")
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _wait(self, readable: list[IO[bytes]], writable: list[IO[bytes]], deadline: float) -> None:
        if not any(select.select(readable, writable, [], max(0.0, deadline - time.monotonic()))):
            raise _failed(f"no answer within {SECONDS:g} seconds")

    def _gone(self) -> SpeechError:
        """What to say when a pipe is closed from the other side."""
        try:
            return _failed(f"it ended with code {self.process.wait(timeout=1)}")
        except subprocess.TimeoutExpired:
            return _failed("it closed a pipe")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M") or char in "\u200c\u200d"


def _failed(what: str) -> SpeechError:
    return SpeechError("engine", ENGINE_FAILED, f"espeak-ng, which reads this language: {what}")
