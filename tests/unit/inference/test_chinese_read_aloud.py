"""Written Chinese becomes characters that are spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.text.chinese_normal import read_aloud
from voxpod_inference.text.chinese_numbers import cardinal


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026年11月24日", "二零二六年十一月二十四日"),
        ("2026-11-24", "二零二六年十一月二十四日"),
        ("98年，工作了12年", "九八年，工作了十二年"),
        ("气温-5℃", "气温负五摄氏度"),
        ("￥1,299.00", "一千二百九十九元"),
        ("价格是￥5,299元", "价格是五千二百九十九元"),
        ("$5.5，3.5亿美元", "五点五美元，三点五亿美元"),
        ("占50%，10%-20%", "占百分之五十，百分之十到百分之二十"),
        ("下午3:45，8:30-9:15，2:00", "下午三点四十五分，八点三十分到九点十五分，两点"),
        ("比分3:2", "比分三比二"),
        ("电话13800138000", "电话幺三八零零幺三八零零零"),
        ("400-123-4567", "四零零，幺二三，四五六七"),
        ("2个苹果，2月2号，2年级", "两个苹果，二月二号，二年级"),
        ("2000人，20000人", "两千人，两万人"),
        ("100km，3.14", "一百公里，三点一四"),
        ("2/3，第1名，10~20个", "三分之二，第一名，十到二十个"),
        ("３０人，007，1.2.3", "三十人，零零七，一点二点三"),
        ("A&B", "A和B"),
    ],
)
def test_figures_become_characters(written: str, read: str) -> None:
    assert read_aloud(written) == read


@given(st.text(alphabet="0123456789０９ ，。:：/-%$￥€年月日个点第元万亿km℃~"))
def test_no_digit_survives_whatever_is_written(text: str) -> None:
    assert not any(c.isdecimal() for c in read_aloud(text))


@pytest.mark.parametrize(
    ("number", "characters"),
    [
        (0, "零"), (10, "十"), (15, "十五"), (101, "一百零一"), (110, "一百一十"), (1010, "一千零一十"), (10000, "一万"),
        (10010, "一万零一十"), (10250, "一万零二百五十"), (100000, "十万"), (100010000, "一亿零一万"), (20020, "两万零二十"),
        (1000000001, "十亿零一"), (2002, "两千零二"),
    ],
)  # fmt: skip
def test_cardinals(number: int, characters: str) -> None:
    assert cardinal(number) == characters
