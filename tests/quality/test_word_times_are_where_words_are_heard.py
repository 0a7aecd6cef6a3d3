"""The engine's word times beside those of the recogniser, which are right to about 50 ms themselves."""

import pytest
from voxpod_bench.quality.recogniser import Recogniser
from voxpod_bench.quality.word_times import compare

from voxpod_inference.engines.base import Synthesizer

pytestmark = [pytest.mark.model, pytest.mark.quality, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def test_words_begin_where_they_are_heard(
    engine: Synthesizer, recogniser: Recogniser, measured: dict[str, str]
) -> None:
    found = compare(engine, "af_heart", recogniser)
    measured["word times beside the recogniser's"] = (
        f"median {1000 * found.median:.0f} ms, p90 {1000 * found.p90:.0f} ms, bias {1000 * found.bias:+.0f} ms"
    )
    assert len(found.seconds) >= 0.8 * found.words
    assert found.median <= 0.1
