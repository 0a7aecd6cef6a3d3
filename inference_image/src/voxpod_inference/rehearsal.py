"""What the first request of a process would wait for, done while a sandbox waits for it.

Measured of Kokoro on one core: 88 ms of reading English (63 of them regular expressions that are compiled), 60 of Chinese, 30 of
the coder and of modules; for 3.4 MB of its own. To say something as well would save 20 ms more, for 160 ms of a core and
3.2 MB in each sandbox that waits: not done. To map the weights' pages beforehand saves nothing that can be measured.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from voxpod_inference import log
from voxpod_inference.engines.base import Synthesizer

AFTER_SECONDS = 0.2
"""A sandbox that was made for a request has its work sooner, and no time for this."""
LANGUAGES = ("en", "zh")
"""Others take 15 to 60 ms of the first request: Japanese would keep 7 MB, the others' reader is one that no two threads may use."""
_TEXT = "12."
"""Is said in any language."""


@contextmanager
def rehearsing(synthesizer: Synthesizer) -> Iterator[None]:
    """Rehearse beside the block, where that takes its time; it is over when the block has ended."""
    timer = threading.Timer(AFTER_SECONDS, rehearse, [synthesizer])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def rehearse(synthesizer: Synthesizer) -> None:
    """Read and code something; a failure is only told: it would be the request's if it matters."""
    from voxpod_inference.engines.onnx import give_back_memory  # which the engine has loaded

    try:
        for language in LANGUAGES:
            if language in synthesizer.languages:
                synthesizer.prepare(_TEXT, language=language)
        _code(synthesizer.sample_rate)
        give_back_memory()
    except Exception as error:
        log.event("not rehearsed", "WARNING", error=type(error).__name__)
        return
    log.event("rehearsed")


def _code(rate: int) -> None:
    from voxpod_inference import live_line, upload  # noqa: F401 - what they load is what takes time
    from voxpod_inference.audio.live import LiveSound

    for _ in LiveSound("mp3", rate, rate, loudness=-16.0, own=None).piece(np.zeros(rate // 10, np.float32)):
        pass
