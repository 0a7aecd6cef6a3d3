"""A speech recogniser writes down what the model said, and little of it differs from the text."""

import numpy as np
import pytest
from voxpod_bench.quality.edits import edits
from voxpod_bench.quality.recogniser import Recogniser
from voxpod_bench.quality.round_trip import round_trip
from voxpod_bench.quality.sets import SETS, WRITTEN_FORMS, SentenceSet
from voxpod_bench.quality.speaking import speaker
from voxpod_bench.quality.spoken_form import heard_tokens, tokens

from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Synthesizer

pytestmark = [pytest.mark.model, pytest.mark.quality, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

SECONDS_A_TOKEN = {"zh": (0.15, 0.5), "ja": (0.08, 0.35), "hi": (0.15, 0.6), "other": (0.2, 0.9)}
"""Length of the speech by token: character of Chinese and Japanese, consonant of Hindi, word otherwise: outside of it something is missing or added."""


@pytest.mark.parametrize("chosen", [pytest.param(one, id=one.name) for one in SETS])
def test_recogniser_understands_what_was_said(
    chosen: SentenceSet, bundle: Bundle, engine: Synthesizer, recogniser: Recogniser, measured: dict[str, str]
) -> None:
    if not (voice := chosen.voice(bundle.manifest.default_voices)):
        pytest.skip(f"the bundle has no voice for {chosen.name}")
    understood = round_trip(chosen, speaker(engine, voice), engine.sample_rate, recogniser)
    misread = f", {understood.misread_rate:.1%} of {understood.sounds} sounds" if chosen.most_misread else ""
    measured[f"heard differently, {chosen.name}"] = f"{understood.errors:.1%} of {understood.tokens} tokens{misread}"
    misheard = [f"{o.sentence.written}: {[(e.said, e.heard) for e in o.edits]}" for o in understood.outcomes if o.edits]
    assert understood.dropped == []
    assert understood.errors <= chosen.most_errors, misheard
    assert understood.misread_rate <= (chosen.most_misread or 0), misheard
    shortest, longest = SECONDS_A_TOKEN.get(chosen.language, SECONDS_A_TOKEN["other"])
    lengths = {o.sentence.written: o.seconds / len(o.tokens) for o in understood.outcomes}
    assert {text: each for text, each in lengths.items() if not shortest <= each <= longest} == {}


@pytest.mark.parametrize("chosen", [pytest.param(one, id=one.name) for one in WRITTEN_FORMS])
def test_written_forms_are_heard_as_people_say_them(
    chosen: SentenceSet, bundle: Bundle, engine: Synthesizer, recogniser: Recogniser, measured: dict[str, str]
) -> None:
    if not (voice := chosen.voice(bundle.manifest.default_voices)):
        pytest.skip(f"the bundle has no voice for {chosen.name}")
    understood = round_trip(chosen, speaker(engine, voice), engine.sample_rate, recogniser)
    misread = f", {understood.misread_rate:.1%} of {understood.sounds} sounds" if chosen.most_misread else ""
    right = sum(not outcome.edits for outcome in understood.outcomes)
    measured[f"written forms heard differently, {chosen.name}"] = (
        f"{understood.errors:.1%} of {understood.tokens} tokens{misread}, {right} of {len(understood.outcomes)} sentences without any"
    )
    misheard = [f"{o.sentence.written}: {[(e.said, e.heard) for e in o.edits]}" for o in understood.outcomes if o.edits]
    print("\n".join(misheard))
    assert understood.dropped == []
    assert understood.errors <= chosen.most_errors, misheard
    assert understood.misread_rate <= (chosen.most_misread or 0), misheard


def test_the_fast_english_engine_is_understood_as_well(
    fast_engine: Synthesizer, recogniser: Recogniser, measured: dict[str, str]
) -> None:
    chosen = SentenceSet("en", 0.03, files=("en-voices",), first=20)
    understood = round_trip(chosen, speaker(fast_engine, ""), fast_engine.sample_rate, recogniser)
    measured["heard differently, en by the fast engine"] = f"{understood.errors:.1%} of {understood.tokens} tokens"
    assert understood.dropped == []
    assert understood.errors <= chosen.most_errors, [(o.sentence.written, o.edits) for o in understood.outcomes]


def test_no_word_is_lost_where_a_sentence_without_a_comma_is_cut(
    engine: Synthesizer, recogniser: Recogniser, measured: dict[str, str]
) -> None:
    text = " and ".join(sentence.read.replace(",", "").rstrip(".?!") for sentence in SETS[0].sentences[:5])
    prepared = engine.prepare(text, voice="af_heart", speed=0.7)
    spoken = list(engine.speak(prepared))
    assert (
        len(spoken) > len(prepared.script.chunks) > 1
    )  # cut by length in advance, and once more by what the model planned
    said = tokens(text, "en")
    heard = heard_tokens(
        recogniser.hear(np.concatenate([u.samples for u in spoken]), engine.sample_rate, "en"), "en", said
    )
    found = edits(said, heard)
    measured["heard differently, a sentence cut by force"] = f"{len(found)} of {len(said)} words"
    assert len(found) <= 0.04 * len(said), found
