"""Readers say which part of the text each sound was written as: words ascend, lie inside the text and hold all the sound."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.text.readers import readers_of
from voxpod_inference.text.spoken import PUNCTUATION, Reader

pytestmark = pytest.mark.model

WRITTEN = {
    "en": st.text(alphabet="abIt's Dr.Mr,!?-–$€£%°/:#@&+0123456789kmKMéï’“”()St. ", max_size=40),
    "zh": st.text(
        alphabet="我们一不了得地长行只为还有这三个儿，。！？：、（）%￥$.-~/:0123456789年月日号点分℃①Ⅲ ", max_size=40
    ),
    "ja": st.text(
        alphabet="私は日本語を一人で時分円本今々ガｶﾞー、。！？「」%¥$.-〜/:0123456789年月日km℃ ッん", max_size=40
    ),
}


@pytest.fixture(scope="module")
def readers(kokoro_bundle: Bundle) -> Mapping[str, Reader]:
    return readers_of(kokoro_bundle)


@pytest.mark.parametrize("language", sorted(WRITTEN))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_words_ascend_and_hold_all_sound(language: str, data: st.DataObject, readers: Mapping[str, Reader]) -> None:
    text = data.draw(WRITTEN[language])
    said = readers[language](text)
    assert_words_in_order(said, 0, len(text))
    heard = {i for w in said.words for i in range(w.first, w.last)}
    assert all(i in heard for i, p in enumerate(said.phonemes) if p not in PUNCTUATION)


@pytest.mark.parametrize(
    ("language", "text", "written"),
    [
        ("en", "It cost $1,234.50 today.", ["It", "cost", "$1,234.50", "today"]),
        ("en", "Dr. Lee’s AT&T line, 221B.", ["Dr.", "Lee’s", "AT&T", "line", "221B"]),
        ("en", "On Nov. 24th, 2026, at 9:05am", ["On", "Nov.", "24th", "2026", "at", "9:05am"]),
        ("en", "café (naïve) — www.x.org!", ["café", "naïve", "www.x.org"]),
        ("zh", "￥1,299.00的书，3只猫。", ["￥1,299.00", "的", "书", "3只", "猫"]),
        ("zh", "2026-11-24，银行行长说：“50%”。", ["2026-11-24", "银行行长", "说", "50%"]),
        ("ja", "11月24日に¥1,299で買った。", ["11月", "24日", "に", "¥1,299", "で", "買った"]),
        ("ja", "ｶﾞｯｺｳへ3人が", ["ｶﾞｯｺｳ", "へ", "3人", "が"]),
    ],
)  # fmt: skip
def test_each_written_word_is_one_word(
    language: str, text: str, written: list[str], readers: Mapping[str, Reader]
) -> None:
    said = readers[language](text)
    assert [text[w.start : w.end] for w in said.words] == written


def test_sound_of_a_word_is_what_is_heard_for_it(readers: Mapping[str, Reader]) -> None:
    text = "We paid $5 for 1,234 apples."
    said = readers["en"](text)
    sounds = {text[w.start : w.end]: said.phonemes[w.first : w.last] for w in said.words}
    assert sounds["$5"] == "fˈIv dˈɑləɹz"
    assert sounds["1,234"] == "wˈʌn θˈWzᵊnd tˈu hˈʌndɹəd θˈɜɹTi fˈɔɹ"
    assert sounds["apples"] == "ˈæpᵊlz"


def test_voice_decides_which_english_is_read(kokoro_bundle: Bundle) -> None:
    kokoro = Kokoro(kokoro_bundle, threads=1)
    read = {
        voice: kokoro.prepare("A hot bath.", voice=voice).script.chunks[0].phonemes for voice in ("bf_emma", "af_heart")
    }
    assert read == {"bf_emma": "ɐ hˈɒt bˈɑːθ.", "af_heart": "ɐ hˈɑt bˈæθ."}


def test_british_voices_read_british_english(kokoro_bundle: Bundle) -> None:
    american, british = readers_of(kokoro_bundle)["en"], readers_of(kokoro_bundle, "en-GB")["en"]
    assert american("The hot bath, 105.").phonemes == "ðə hˈɑt bˈæθ, wˈʌn hˈʌndɹəd fˈIv."
    assert british("The hot bath, 105.").phonemes == "ðə hˈɒt bˈɑːθ, wˈʌn hˈʌndɹəd and fˈIv."


@pytest.mark.parametrize(
    ("text", "phonemes"), [("API", "ˈA pˈi ˈI"), ("It is an API.", "ˌɪt ɪz ɐn ˌApˌiˈI."), ("NASA", "nˈæsə")]
)
def test_acronym_alone_is_said_letter_by_letter(text: str, phonemes: str, readers: Mapping[str, Reader]) -> None:
    assert readers["en"](text).phonemes == phonemes
