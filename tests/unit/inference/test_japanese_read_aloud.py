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
        ("14:30〜15:00、9:05、1:23:45", "十四時三十分から十五時、九時ゴフン、一時二十三分四十五秒"),
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


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("8分、18分、8分の1、腹8分目", "ハップン、十ハップン、八分の一、腹八分目"), ("800と99、", "ハッピャクとキュージューキュー、"), ("2-3-4", "二の三の四"),
        ("①②", "一、二、"), ("-1/4", "マイナス四分の一"), ("第Ⅳ章", "第四章"), ("16世紀〜17世紀", "十六世紀から十七世紀"), ("月〜金に", "ゲツからキンに"), ("縮尺1:20", "縮尺一対二十"), ("2026-10", "二千二十六年十月"),
        ("認証コード：5830", "認証コード:ゴーハチサンゼロ"), ("4-2で勝った", "四対二で勝った"), ("9/1から", "九月一日から"),
    ],
)  # fmt: skip
def test_ambiguous_figures_are_read_by_what_stands_around(written: str, said: str) -> None:
    assert aloud(Traced.of(written)).text == said


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
