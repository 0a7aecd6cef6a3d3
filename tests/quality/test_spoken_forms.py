"""What counts as the same: needs the packages of `make quality`, not the recogniser or the model."""

import pytest
from voxpod_bench.quality.recogniser import what_is_missing
from voxpod_bench.quality.sets import SAME
from voxpod_bench.quality.spoken_form import heard_tokens, kana, pinyin, tokens

pytestmark = pytest.mark.skipif(bool(what_is_missing()), reason=f"not installed: {what_is_missing()}")


@pytest.mark.parametrize(
    ("language", "read", "heard"),
    [
        pytest.param("en", "leaves at four thirty p.m.", "Leaves at 4.30 pm", id="time"),
        pytest.param("en", "costs twelve dollars and fifty cents and", "costs $12.50 and", id="money"),
        pytest.param("en", "On November twenty fourth twenty twenty six", "on November 24th, 2026", id="date and year"),
        pytest.param("en", "one thousand two hundred and fifty units", "1,250 units", id="thousands"),
        pytest.param("en", "minus five degrees, thirty five percent", "-5 degrees, 35%", id="sign and percent"),
        pytest.param("en", "Doctor Smith, in second place", "Dr. Smith in 2nd place", id="abbreviation and ordinal"),
        pytest.param(
            "zh", "会议在二零二六年十一月二十四日下午三点", "會議在2026年11月24日下午3點", id="script and year"
        ),
        pytest.param("zh", "增长了百分之二十五，两天", "增長了25%,兩天", id="percent"),
        pytest.param("ja", "千五百円です。", "1500円です", id="yen"),
        pytest.param("hi", "मुझे चाय पीना बहुत पसंद है। सड़क", "مجھے چائے پینا بہت پسند ہے سڑک", id="Hindi written as Urdu"),
        pytest.param("es", "andén número cinco", "Andén número 5.", id="Spanish figure"),
        pytest.param("ja+en", "明日の meeting は三時", "明日のミーディングは3時", id="English in katakana, nearly"),
        pytest.param("zh+en", "请打开 Bluetooth，三点", "請打開bluetooth,3點", id="mixed"),
    ],
)
def test_same_words_written_differently_are_the_same(language: str, read: str, heard: str) -> None:
    said = tokens(read, language)
    assert heard_tokens(heard, language, said, SAME.get(language, ())) == said


@pytest.mark.parametrize(
    ("language", "read", "heard"),
    [
        pytest.param("en", "platform nine", "platform 5", id="another figure"),
        pytest.param("zh", "三百二十页", "310页", id="another Chinese figure"),
        pytest.param("en", "is this seat taken", "is the seat taken", id="another word"),
    ],
)
def test_other_words_are_not_the_same(language: str, read: str, heard: str) -> None:
    said = tokens(read, language)
    assert heard_tokens(heard, language, said) != said


def test_sounds_are_blind_to_homophones_and_not_to_tones() -> None:
    assert pinyin("他在") == pinyin("她再")
    assert pinyin("买") != pinyin("卖")
    assert kana("お母さんは") == kana("おかあさんは")
