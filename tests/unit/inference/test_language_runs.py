"""Which part of a text is read in which language."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.text.beside_figures import HINDI_UNITS, KOREAN_UNITS, UNITS
from voxpod_inference.text.chinese import normal as chinese_normal
from voxpod_inference.text.espeak.languages import tables_of
from voxpod_inference.text.japanese import normal as japanese_normal
from voxpod_inference.text.korean import tables as korean_tables
from voxpod_inference.text.languages import KNOWN
from voxpod_inference.text.runs import Run, language_runs

LETTERS = st.text(alphabet="abcZé 我们東京のアー嘅안녕हि।。，、.!?0123456789-%\n😀'’π")


def runs(text: str, language: str = "auto", fallback: str = "en") -> list[tuple[str, str]]:
    return [(text[r.start : r.end], r.language) for r in language_runs(text, language, fallback)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hello, world!", [("Hello, world!", "en")], id="english"),
        pytest.param(
            "我用 Kubernetes 部署。", [("我用 ", "zh"), ("Kubernetes ", "en"), ("部署。", "zh")], id="word in chinese"
        ),
        pytest.param("東京タワーです。", [("東京タワーです。", "ja")], id="kana makes han japanese"),
        pytest.param("東京です\n北京很大", [("東京です\n", "ja"), ("北京很大", "zh")], id="line by line"),
        pytest.param("我有3个 apple", [("我有3个 ", "zh"), ("apple", "en")], id="digits in chinese"),
        pytest.param("用GPT-4写", [("用", "zh"), ("GPT-4", "en"), ("写", "zh")], id="figure glued to a word"),
        pytest.param("iPhone 15を買う", [("iPhone ", "en"), ("15を買う", "ja")], id="figure before japanese"),
        pytest.param(
            "如果 x > 5，则", [("如果 ", "zh"), ("x ", "en"), ("> 5，则", "zh")], id="comparison with a figure"
        ),
        pytest.param("跑了100km了", [("跑了100km了", "zh")], id="unit after a figure"),
        pytest.param("run 100km", [("run 100km", "en")], id="unit in english"),
        pytest.param("इसमें 5 kg चावल", [("इसमें 5 kg चावल", "hi")], id="unit in hindi"),
        pytest.param("५kg", [("५kg", "hi")], id="unit after a hindi figure"),
        pytest.param("80 km/h की रफ़्तार", [("80 km/h की रफ़्तार", "hi")], id="speed in hindi"),
        pytest.param("5kgです", [("5kgです", "ja")], id="unit beside kana"),
        pytest.param("한국 5 kg", [("한국 5 kg", "ko")], id="unit in korean"),
        pytest.param("今天30 °C很热", [("今天30 °C很热", "zh")], id="degrees"),
        pytest.param("यह kg है", [("यह ", "hi"), ("kg ", "en"), ("है", "hi")], id="unit without a figure"),
        pytest.param("यह 5 kgs है", [("यह 5 ", "hi"), ("kgs ", "en"), ("है", "hi")], id="word that begins like a unit"),
        pytest.param("Vitamin C वाला", [("Vitamin C ", "en"), ("वाला", "hi")], id="letter that is no degree"),
        pytest.param("नगर, 7th रोड", [("नगर, ", "hi"), ("7th ", "en"), ("रोड", "hi")], id="english ordinal in hindi"),
        pytest.param("कमरा 6x4 का", [("कमरा 6x4 का", "hi")], id="size in hindi"),
        pytest.param("9 in का", [("9 in का", "hi")], id="unit that is a word"),
        pytest.param("के 5 in one", [("के 5 ", "hi"), ("in one", "en")], id="word that is a unit"),
        pytest.param("가격 KRW 500", [("가격 KRW 500", "ko")], id="code of a currency in korean"),
        pytest.param("ʜᴇʟʟᴏ", [("ʜᴇʟʟᴏ", "en")], id="small capitals"),
        pytest.param("2026", [("2026", "en")], id="figures alone take the fallback"),
        pytest.param("π is 3", [("π is 3", "en")], id="greek letter as a symbol"),
    ],
)
def test_parts_and_their_languages(text: str, expected: list[tuple[str, str]]) -> None:
    assert runs(text) == expected


@pytest.mark.parametrize(
    ("units", "known"),
    [
        pytest.param(UNITS, chinese_normal.UNITS, id="zh"),
        pytest.param(UNITS, japanese_normal.UNITS, id="ja"),
        pytest.param(UNITS | KOREAN_UNITS, korean_tables.UNITS, id="ko"),
        pytest.param((UNITS | HINDI_UNITS) - {"x"}, tables_of("hi").units, id="hi"),
    ],
)
def test_readers_know_the_units_that_are_left_to_them(units: frozenset[str], known: dict[str, object]) -> None:
    assert {*units, "°C", "°F"} - known.keys() == set()


def test_requested_language_decides_what_han_is_read_as() -> None:
    assert runs("東京", "ja") == [("東京", "ja")]
    assert runs("东京タワー", "zh") == [("东京", "zh"), ("タワー", "ja")]


@pytest.mark.parametrize(
    ("text", "language", "fallback", "expected"),
    [
        pytest.param("Hola, ¿qué tal? 5", "es", "en", [("Hola, ¿qué tal? 5", "es")], id="latin as asked"),
        pytest.param("Hola amigos", "auto", "es", [("Hola amigos", "es")], id="latin in the voice's language"),
        pytest.param("Hola amigos", "auto", "zh", [("Hola amigos", "en")], id="latin beside a chinese voice"),
        pytest.param("naïve café", "auto", "en", [("naïve café", "en")], id="accents"),
        pytest.param("안녕하세요 3 hi", "auto", "en", [("안녕하세요 3 ", "ko"), ("hi", "en")], id="korean"),
        pytest.param("iPhone 15를 샀다", "auto", "en", [("iPhone ", "en"), ("15를 샀다", "ko")], id="figure before korean"),
        pytest.param("यह 5 है। Yes.", "auto", "en", [("यह 5 है। ", "hi"), ("Yes.", "en")], id="hindi"),
        pytest.param("५", "auto", "en", [("५", "hi")], id="hindi figures"),
        pytest.param("我哋喺度。", "auto", "en", [("我哋喺度。", "yue")], id="cantonese"),
        pytest.param("我哋喺度。", "zh", "en", [("我哋喺度。", "zh")], id="mandarin asked for"),
        pytest.param("香港\n我哋喺度\n這是國語", "auto", "en", [("香港\n我哋喺度\n", "yue"), ("這是國語", "zh")], id="cantonese text with a mandarin line"),
        pytest.param("香港", "yue", "en", [("香港", "yue")], id="cantonese asked for"),
        pytest.param("東京都", "auto", "ja", [("東京都", "ja")], id="japanese voice"),
        pytest.param("我们很好", "auto", "ja", [("我们很好", "zh")], id="characters that japanese lacks"),
        pytest.param("他说「ありがとう」然后走了", "auto", "en", [("他说「", "zh"), ("ありがとう」", "ja"), ("然后走了", "zh")], id="japanese words in chinese"),
        pytest.param("25kg", "zh", "en", [("25kg", "zh")], id="unit where chinese is asked for"),
        pytest.param("10ms", "ko", "en", [("10ms", "ko")], id="unit where korean is asked for"),
        pytest.param("功率50MW", "auto", "en", [("功率50MW", "zh")], id="unit beside chinese"),
        pytest.param("在B12等", "auto", "zh", [("在", "zh"), ("B", "en"), ("12等", "zh")], id="chinese figure after a letter"),
        pytest.param("Привет 5", "auto", "en", [("Привет 5", "und-Cyrillic")], id="script that nobody reads"),
        pytest.param("3µm ⁿ ℓ 𝐱", "auto", "en", [("3µm ⁿ ℓ 𝐱", "en")], id="letters that are symbols"),
    ],
)  # fmt: skip
def test_request_voice_and_script_decide(
    text: str, language: str, fallback: str, expected: list[tuple[str, str]]
) -> None:
    assert runs(text, language, fallback) == expected


def test_spans_of_the_markup_win_over_request_and_neighbours() -> None:
    text = "say 5 hola 7 中国 2026 end"
    spans = [Run(4, 5, "zh"), Run(6, 10, "es"), Run(16, 20, "ja")]
    found = [(text[r.start : r.end], r.language) for r in language_runs(text, "auto", "en", spans)]
    assert found == [("say ", "en"), ("5 ", "zh"), ("hola", "es"), (" 7 中国 ", "zh"), ("2026", "ja"), (" end", "en")]


@pytest.mark.parametrize(
    "text",
    [
        "這件事和我沒有關係", "他咿咿唔唔地說", "乜斜着眼", "凝睇着遠方", "投畀豺虎", "揎拳攞袖", "貓咪咩咩叫", "哈哈啦啦吹喇叭", "吖嗪染料", "掂量輕重",
        "在海邊度過假期", "重点解决问题", "觀點解釋", "一點樣子都沒有", "一同埋下種子", "追尋日出", "聽日本的歌", "彈鋼琴日夜不停", "俾斯麦", "返工处理",
        "那邊個個都好", "關係度過難關", "身边位置", "没关系呀", "好嘞，走吧", "伯仲有别",
    ],
)  # fmt: skip
def test_mandarin_is_not_taken_for_cantonese(text: str) -> None:
    assert {language for _, language in runs(text)} == {"zh"}


@pytest.mark.parametrize("text", ["总计HK$1,280", "合计：RMB 12,680.00", "会议03:04pm", "风速35m/s"])
def test_sums_times_and_speeds_are_read_in_the_language_around_them(text: str) -> None:
    assert {language for _, language in runs(text)} == {"zh"}


@pytest.mark.parametrize("language", ["zh", "ja", "ko"])
@pytest.mark.parametrize("text", ["25kg", "38°C", "10ms", "03:04pm", "50W", "1m", "35m/s"])
def test_a_figure_with_its_unit_alone_is_read_in_the_language_that_was_asked_for(text: str, language: str) -> None:
    assert {run.language for run in language_runs(text, language, "en")} == {language}


@pytest.mark.parametrize(
    "text",
    [
        "佢哋去咗邊度",
        "唔該",
        "唔係咁㗎",
        "你食咗飯未",
        "點解唔得",
        "呢個係我嘅",
        "今日好攰",
        "我屋企喺旺角",
        "俾我睇下",
        "你知唔知佢边个",
    ],
)
def test_cantonese_is_told_by_one_of_its_signs(text: str) -> None:
    assert {language for _, language in runs(text)} == {"yue"}


@given(
    LETTERS,
    st.sampled_from(["auto", *KNOWN]),
    st.sampled_from(KNOWN),
    st.lists(st.integers(0, 60), max_size=8),
    st.data(),
)
def test_runs_cover_the_text_without_gap_or_overlap(
    text: str, language: str, fallback: str, cuts: list[int], data: st.DataObject
) -> None:
    ends = sorted({min(cut, len(text)) for cut in cuts})
    spans = [Run(a, b, data.draw(st.sampled_from(KNOWN))) for a, b in itertools.pairwise(ends)][::2]
    found = language_runs(text, language, fallback, spans)
    assert "".join(text[r.start : r.end] for r in found) == text
    assert all(a.language != b.language for a, b in itertools.pairwise(found))


@given(st.text())
def test_any_text_has_runs(text: str) -> None:
    assert "".join(text[r.start : r.end] for r in language_runs(text, "auto", "en")) == text
