"""What a listener hears while it is spoken, written down by a recogniser beside what is stored: openings cost little."""

import numpy as np
import pytest
from voxpod_bench.quality.edits import edits
from voxpod_bench.quality.recogniser import Recogniser
from voxpod_bench.quality.sets import SETS, SentenceSet
from voxpod_bench.quality.spoken_form import heard_tokens, tokens

from voxpod_inference.audio import Samples
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Synthesizer
from voxpod_inference.overheard import overheard

pytestmark = [pytest.mark.model, pytest.mark.quality, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

MOST_LOST = 0.03
"""Of the tokens, beyond what is heard differently of the stored sound. Every sentence is parted once: a long text is, too."""
SENTENCES = 20


@pytest.mark.parametrize("chosen", [pytest.param(one, id=one.name) for one in SETS if one.name in ("en", "zh")])
def test_listener_understands_what_is_spoken(
    chosen: SentenceSet, bundle: Bundle, engine: Synthesizer, recogniser: Recogniser, measured: dict[str, str]
) -> None:
    voice, misheard, count = chosen.voice(bundle.manifest.default_voices), {"live": 0, "stored": 0}, 0
    for sentence in chosen.sentences[:SENTENCES]:
        heard: list[Samples] = []
        prepared = engine.prepare(sentence.written, voice=voice)
        stored = [utterance.samples for utterance in overheard(engine, prepared, heard.append, lambda: 0.0)]
        assert len(heard) > len(stored), f"{sentence.written}: it has an opening"
        said = tokens(sentence.read, chosen.name)
        count += len(said)
        for name, pieces in (("live", heard), ("stored", stored)):
            written = recogniser.hear(np.concatenate(pieces), engine.sample_rate, chosen.name)
            misheard[name] += len(edits(said, heard_tokens(written, chosen.name, said)))
    measured[f"heard differently while it is spoken, {chosen.name}"] = (
        f"{misheard['live'] / count:.1%} of {count} tokens, {misheard['stored'] / count:.1%} of the stored sound"
    )
    assert (misheard["live"] - misheard["stored"]) / count <= MOST_LOST
