"""hibari: English only, one voice, some forty times as fast as Kokoro, whose voice `af_heart` it was taught with."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.hibari_files import GRAPH, HIBARI
from voxpod_inference.engines.hibari_sound import Spectra, sound
from voxpod_inference.engines.onnx import RunOptions, failing, loaded, shrinking
from voxpod_inference.engines.phonemes import Pace, PhonemeEngine
from voxpod_inference.errors import ENGINE_FAILED, SpeechError
from voxpod_inference.prepared import PreparedWeights

SAMPLES_A_FRAME = 600
"""Of `Plan.durations`, as Kokoro's: two frames of the spectra."""


class Plan(NamedTuple):
    """What the graph makes of a row of tokens."""

    spectra: Spectra
    durations: NDArray[np.int64]
    """Frames of `SAMPLES_A_FRAME` samples, one number a token, the silent tokens at both ends included."""


class HibariModel:
    """The graph, and what makes sound of its output."""

    def __init__(self, graph: Path, threads: int, *, optimised: bool) -> None:
        self._session = loaded(graph, threads, optimised=optimised)
        self._options = shrinking(RunOptions())
        self._stopped = False

    def plan(self, tokens: list[int], speed: float) -> Plan:
        """The features of a row of tokens, and how long each lasts."""
        feeds = {"ids": np.array([[0, *tokens, 0]], dtype=np.int64), "speed": np.array([speed], dtype=np.float32)}
        with failing(f"a chunk of {len(tokens)} tokens"):
            *features, durations = self._session.run([*Spectra._fields, "durations"], feeds, self._options)
        return Plan(Spectra(*(feature[0] for feature in features)), np.rint(durations).astype(np.int64))

    def say(self, plan: Plan) -> Samples:
        """The sound of these features."""
        samples = sound(plan.spectra, lambda: self._stopped)
        if not samples.size or not np.isfinite(samples).all():
            what = f"a chunk of {len(plan.durations) - 2} tokens"
            raise SpeechError("engine", ENGINE_FAILED, f"the model returned no sound for {what}")
        return samples

    def stop(self) -> None:
        """Make `plan` and `say` fail soon, also when they have not begun yet; may be called from any thread."""
        self._options.terminate = True
        self._stopped = True


class Hibari(PhonemeEngine[Plan]):
    """A loaded hibari model; `threads` is how many cores one request may use.

    The whole of it is small: prepared weights save their packing at each start, not time afterwards.
    """

    engine = HIBARI
    pace = Pace(
        samples_a_frame=SAMPLES_A_FRAME,
        most_frames=380,
        frames_ahead=3,
        most_tokens=180,
        preferred_tokens=150,
        slowest=0.7,
        fastest=1.25,
    )

    def __init__(self, bundle: Bundle, threads: int, prepared: PreparedWeights | None = None) -> None:
        graph = bundle.path(GRAPH) if prepared is None else prepared.root / GRAPH
        self._hibari = HibariModel(graph, threads, optimised=prepared is not None)
        super().__init__(bundle, self._hibari, prepared)

    def _plan(self, tokens: list[int], voices: Mapping[str, float], speed: float) -> Plan:
        return self._hibari.plan(tokens, speed)
