"""docs/text.md: each row of its tables of written forms is read as it says, in the languages that have rules of their own."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from voxpod_inference.text.cantonese import normal as cantonese
from voxpod_inference.text.chinese import normal as chinese
from voxpod_inference.text.english.normal import aloud as english
from voxpod_inference.text.japanese import normal as japanese
from voxpod_inference.text.korean import normal as korean
from voxpod_inference.text.traced import Traced

PAGE = (Path(__file__).parents[3] / "docs" / "text.md").read_text(encoding="utf-8")
READERS: dict[str, Callable[[Traced], Traced]] = {
    "en": english,
    "ja": japanese.aloud,
    "ko": korean.read_aloud,
    "yue": cantonese.read_aloud,
    "zh": chinese.aloud,
}
TABLES = {
    "en": "| written | said | unless |",
    "ja": "| Japanese | said |",
    "ko": "| Korean | said |",
    "zh": "| Chinese | said |",
}
# fmt: off
EXAMPLES = [
    ("en", "seat 14B", "seat fourteen B"),
    ("en", "1.5M", "one point five million"),
    ("en", "£1m", "one million pounds"),
    ("en", "2h30m", "two hours thirty minutes"),
    ("en", "30s", "thirty seconds"),
    ("en", "the 30s", "the thirties"),
    ("en", "under-5s", "under-fives"),
    ("en", "2:1", "two to one"),
    ("en", "3/4", "three quarters"),
    ("en", "on 3/4", "on March fourth"),
    ("en", "9/11", "nine eleven"),
    ("en", "4.8/5", "four point eight out of five"),
    ("en", "10-20", "ten to twenty"),
    ("en", "10-20-30", "ten, twenty, thirty"),
    ("en", "123-45-6789", "one two three, four five, six seven eight nine"),
    ("en", "737-800", "seven thirty seven, eight hundred"),
    ("en", "code 482913", "code four eight two nine one three"),
    ("en", "1984", "nineteen eighty four"),
    ("en", "1984 people", "one thousand nine hundred eighty four people"),
    ("en", "1,984", "one thousand nine hundred eighty four"),
    ("en", "jul 25 2012", "July twenty fifth, twenty twelve"),
    ("en", "Jan-15-2020", "January fifteenth, twenty twenty"),
    ("en", "2Q22", "the second quarter of twenty twenty two"),
    ("en", "03/07/87", "March seventh, nineteen eighty seven"),
    ("en", "07/2029", "July twenty twenty nine"),
    ("en", "22/7", "twenty two sevenths"),
    ("en", "16/8", "sixteen eight"),
    ("en", "$2.5", "two dollars and fifty cents"),
    ("en", "476 AD", "four seventy six AD"),
    ("en", "1428 Elm St., Austin, TX 78701", "fourteen twenty eight Elm Street, Austin, Texas seven eight seven zero one"),
    ("en", "no. 5", "number five"),
    ("en", "₹1,50,000", "one lakh fifty thousand rupees"),
    ("en", "221B Baker Street", "two twenty one B Baker Street"),
    ("en", "100 Main Street", "one hundred Main Street"),
    ("en", "#PO-4471", "number PO- four thousand four hundred seventy one"),
    ("en", "#SaveWater", "hashtag Save Water"),
    ("en", "Mon (3/9)", "Mon (March ninth)"),
    ("en", "fell by 1/3", "fell by one third"),
    ("zh", "歼-20", "歼二十"),
    ("zh", "东风-41", "东风四十一"),
    ("zh", "增长-3%", "增长负百分之三"),
    ("zh", "以96-91取胜", "以九十六比九十一取胜"),
    ("zh", "3-5天", "三到五天"),
    ("zh", "15:30", "十五点三十分"),
    ("zh", "03:04pm", "下午三点零四分"),
    ("zh", "比例1:10", "比例一比十"),
    ("zh", "1:10", "一点十分"),
    ("zh", "验证码是482913", "验证码是四八二九幺三"),
    ("zh", "8元/斤", "八元每斤"),
    ("zh", "60公里/小时", "六十公里每小时"),
    ("zh", "3-2-101室", "三杠二杠一零一室"),
    ("zh", "5-1201室", "五杠一二零一室"),
    ("zh", "12/2/2", "一二年二月二日"),
    ("zh", "12/25", "二十五分之十二"),
    ("zh", "5/1~5/7", "五月一日到五月七日"),
    ("zh", "7F", "七楼"),
    ("zh", "HK$5", "五港元"),
    ("zh", "RMB 5", "五元"),
    ("zh", "1976年", "一九七六年"),
    ("zh", "98年", "九八年"),
    ("zh", "70年", "七十年"),
    ("zh", "5000年", "五千年"),
    ("zh", "80年代", "八十年代"),
    ("zh", "95后", "九五后"),
    ("zh", "打120", "打幺二零"),
    ("zh", "12345热线", "幺二三四五热线"),
    ("zh", "打200分", "打二百分"),
    ("zh", "第302房间", "第三零二房间"),
    ("zh", "300房间", "三百房间"),
    ("zh", "15109-2021", "一五一零九，二零二一"),
    ("ja", "8分", "ハップン"),
    ("ja", "8分の1", "八分の一"),
    ("ja", "腹8分目", "腹八分目"),
    ("ja", "8/1", "八月一日"),
    ("ja", "11/24", "十一月二十四日"),
    ("ja", "1/2", "二分の一"),
    ("ja", "3/4に会う", "三月四日に会う"),
    ("ja", "5/3(金)", "五月三日金曜日"),
    ("ja", "7F", "七階"),
    ("ja", "1-2-3", "一の二の三"),
    ("ja", "3-1で勝利", "三対一で勝利"),
    ("ja", "10-20個", "十から二十個"),
    ("ja", "20代〜30代", "二十代から三十代"),
    ("ja", "すご〜い", "すご〜い"),
    ("ja", "10:30", "十時三十分"),
    ("ja", "03:04pm", "午後三時四分"),
    ("ja", "縮尺1:50", "縮尺一対五十"),
    ("ja", "29/12/2000", "二千年十二月二十九日"),
    ("ja", "3/4/2000", "二千年四月三日"),
    ("ja", "12/29/2000", "二千年十二月二十九日"),
    ("ja", "5月2日(土)〜6日(水)", "五月二日土曜日から六日水曜日"),
    ("ja", "認証コードは482913", "認証コードはヨンハチニーキューイチサン"),
    ("ja", "末尾8021", "末尾ハチゼロニーイチ"),
    ("ja", "100円/人", "一人あたり百円"),
    ("ja", "500円/kg", "五百円毎キログラム"),
    ("ko", "3-1로 이겼다", "삼 대 일로 이겼다"),
    ("ko", "3~5명", "삼에서 다섯 명"),
    ("ko", "3-5일", "삼에서 오일"),
    ("ko", "1:10", "한 시 십 분"),
    ("ko", "비율 1:10", "비율 일 대 십"),
    ("ko", "2:1", "이 대 일"),
    ("ko", "8월2일~5일", "팔월이일부터 오일"),
    ("ko", "9시~18시", "아홉 시부터 십팔 시"),
    ("ko", "60km/h", "시속 육십 킬로미터"),
    ("ko", "5m/s", "초속 오 미터"),
    ("ko", "5mg/kg", "오 밀리그램 퍼 킬로그램"),
    ("ko", "월~금", "월요일부터 금요일"),
    ("ko", "7F", "칠층"),
    ("ko", "12/25", "십이월 이십오일"),
    ("ko", "2/3", "삼분의 이"),
    ("ko", "5/8cm", "팔분의 오 센티미터"),
    ("ko", "29/12/2000", "이천 년 십이월 이십구 일"),
    ("ko", "제22대", "제이십이대"),
    ("ko", "22대", "스물두 대"),
    ("ko", "그 중 9/10이", "그 중 십분의 구가"),
    ("ko", "2/3은", "삼분의 이는"),
    ("ko", "112에 신고", "일일이에 신고"),
    ("ko", "인증번호 4821", "인증번호 사팔이일"),
    ("yue", "2-1贏", "二比一贏"),
    ("yue", "5-8分鐘", "五至八分鐘"),
    ("yue", "2:1", "二比一"),
    ("yue", "28/11/2026", "二零二六年十一月二十八日"),
    ("yue", "$25/磅", "二十五蚊每磅"),
    ("yue", "3-2-101室", "三之二之一零一室"),
    ("yue", "打999", "打九九九"),
    ("yue", "$12.5", "十二個半"),
    ('en', '1:10', 'one ten'),
    ('en', 'scale 1:10', 'scale one to ten'),
    ('en', '05/11/2026', 'May eleventh, twenty twenty six'),
    ('en', '5" wide', 'five inches wide'),
    ('ja', 'NH123便', 'NH百二十三便'),
    ('ja', '①②', '一、二、'),
    ('ja', '①から', '一から'),
    ('ko', '6월2일(화)~9일(화)', '유월이일 화요일부터 구일 화요일'),
    ('ko', '(금~일)', '(금요일부터 일요일)'),
]
# fmt: on


@pytest.mark.parametrize(("language", "written", "said"), EXAMPLES, ids=[f"{row[0]}-{row[1]}" for row in EXAMPLES])
def test_example_is_read_so(language: str, written: str, said: str) -> None:
    assert READERS[language](Traced.of(written)).text.strip() == said


@pytest.mark.parametrize("language", TABLES)
def test_each_row_of_the_page_has_an_example(language: str) -> None:
    table = PAGE.split(TABLES[language])[1].split("\n\n")[0]
    rows = [re.findall("`(.+?)`", row.split(" | ")[0]) for row in table.splitlines() if row.startswith("| `")]
    written = [example for of, example, _ in EXAMPLES if of == language]
    assert [row for row in rows if not any(form in example for form in row for example in written)] == []
