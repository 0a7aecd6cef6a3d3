"""Written Japanese becomes kana and kanji that Open JTalk reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.text.japanese.normal import aloud, cardinal
from voxpod_inference.text.traced import Traced


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-24、11/24、1/2", "二千二十六年十一月二十四日、十一月二十四日、二分の一"),
        ("14:30〜15:00、9:05、1:23:45", "十四時三十分から十五時、九時五分、一時二十三分四十五秒"),
        ("￥1,299.00、¥500円、3.5億円、$12.50", "千二百九十九円、五百円、三テンゴー億円、十二テンゴードル"),
        ("10分、10分の1、20分、0時", "ジュップン、十分の一、二十分、零時"),
        ("1〜3日、10-20個、-5〜3度", "一から三日、十から二十個、マイナス五から三度"),
        ("090-1234-5678、110番、007", "ゼロキューゼロ、イチニーサンヨン、ゴーロクナナハチ、ヒャクトー番、ゼロゼロナナ"),
        (
            "50%、5km、20㎡、60km/h、25℃",
            "五十パーセント、五キロメートル、二十平方メートル、六十キロメートル毎時、二十五度",
        ),
        ("2+3=5、3:2、3.14", "二プラス三イコール五、三対二、三テンイチヨン"),
        ("ﾃﾚﾋﾞ、ｶﾞｯｺｳ、ＡＢＣ", "テレビ、ガッコウ、ABC"),
    ],
)
def test_figures_become_words(written: str, read: str) -> None:
    assert aloud(Traced.of(written)).text == read


@given(st.text(alphabet="0123456789０９ 、。:/-~〜%$¥.年月日時分円本人km℃"))
def test_no_digit_survives_whatever_is_written(text: str) -> None:
    assert not any(c.isdecimal() for c in aloud(Traced.of(text)).text)


@pytest.mark.parametrize(
    ("number", "kanji"),
    [
        (0, "ゼロ"),
        (10, "十"),
        (100, "百"),
        (1000, "千"),
        (10_000, "一万"),
        (11_111, "一万千百十一"),
        (10_000_000, "一千万"),
        (2026, "二千二十六"),
    ],
)
def test_cardinals(number: int, kanji: str) -> None:
    assert cardinal(number) == kanji
