"""<lang=zh> in plain text: what it covers, what it decides, and how a broken one is told."""

import pytest

from spelling_reader import front_end, joined, said, written
from voxpod_inference.errors import InputError
from voxpod_inference.text import markup
from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.spoken import Spoken


def languages(text: str, language: str = "auto", fallback: str = "en") -> list[tuple[str, str]]:
    """What each reader is asked to read."""
    asked: list[tuple[str, str]] = []

    def reader(name: str) -> object:
        def read(part: str) -> Spoken:
            asked.append((name, part))
            return Spoken(part)

        return read

    readers = {name: reader(name) for name in ("en", "es", "ja", "yue", "zh")}
    FrontEnd(readers, Limits(500, 150), len).script(text, language, fallback)  # type: ignore[arg-type]
    return asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("<lang=ja>東京</lang>", [("ja", "東京")], id="whole"),
        pytest.param("去<lang=ja>東京</lang>玩", [("zh", "去"), ("ja", "東京"), ("zh", "玩")], id="inside"),
        pytest.param("<lang=zh>你好<lang=es>hola", [("zh", "你好"), ("es", "hola")], id="to the next tag, to the end"),
        pytest.param("Room <lang=zh>5</lang>", [("en", "Room "), ("zh", "5")], id="figures"),
        pytest.param(
            "<lang=zh>我用 Linux</lang>", [("zh", "我用 "), ("en", "Linux")], id="latin in a chinese span stays english"
        ),
        pytest.param("<lang=pt-BR>x".replace("pt-BR", "es-419"), [("es", "x")], id="region"),
        pytest.param("<LANG = 'yue'>係</Lang >", [("yue", "係")], id="quotes, spaces, capitals"),
        pytest.param("<lang=zh-HK>你好</lang>", [("yue", "你好")], id="hong kong speaks cantonese"),
    ],
)
def test_span_decides_the_reader(text: str, expected: list[tuple[str, str]]) -> None:
    assert languages(text) == expected


@pytest.mark.parametrize(
    "text", ["a < b", "if a<b and b>c", "<b>bold</b>", "<language>", "<lang>", "<", "a <lan", "<langur=x>"]
)
def test_what_is_no_language_tag_stays_text(text: str) -> None:
    assert markup.document(text).text == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "Hi <lang=xx>you</lang>",
            "the tag '<lang=xx>you</lang>' at character 3 names no known language",
            id="unknown code",
        ),
        pytest.param("<lang=>you", "at character 0 names no known language", id="no code"),
        pytest.param("Hi <lang=zh 你好", "at character 3 is not finished", id="not closed"),
        pytest.param("你好</lang>", "at character 2 closes a language span, and none is open", id="closes nothing"),
        pytest.param(
            "<lang=zh>a<lang=en>b</lang>c</lang>",
            "at character 28 closes a language span, and none is open",
            id="nested",
        ),
        pytest.param("</lang", "at character 0 is not finished", id="end not closed"),
    ],
)
def test_broken_tag_is_refused_with_its_place_and_what_is_accepted(text: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        front_end().script(text, "auto", "en")
    assert refused.value.reason == "InputRefused"
    assert told in str(refused.value)
    assert "CODE one of en, zh, ja, ko, yue, es, fr, hi, it, pt" in str(refused.value)


def test_words_keep_their_places_in_the_marked_text() -> None:
    text = "Say <lang=ja>東京</lang> now."
    script = front_end().script(text, "auto", "en")
    assert written(script, text) == [("Say", "Say"), ("東", "東"), ("京", "京"), ("now", "now")]
    assert joined(script.chunks) == text


def test_language_of_a_span_must_be_spoken() -> None:
    with pytest.raises(
        InputError, match=r"characters 13 to 17 of the text \('hola'\) are in Spanish \(es\); this model speaks en, zh"
    ):
        front_end(languages=("en", "zh")).script("Hi, <lang=es>hola</lang>!", "auto", "en")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "Hi 안녕하세요!",
            "characters 3 to 8 of the text ('안녕하세요') are in Korean (ko); this model speaks en, zh",
            id="korean",
        ),
        pytest.param(
            "我哋喺度",
            "in Cantonese (yue); this model speaks en, zh; if it is Mandarin, set language to zh",
            id="cantonese",
        ),
        pytest.param("Привет", "written in Cyrillic script; this model speaks en, zh", id="cyrillic"),
        pytest.param("สวัสดี", "written in Thai script", id="thai"),
        pytest.param("नमस्ते", "in Hindi (hi)", id="hindi"),
        pytest.param("مرحبا", "written in Arabic script", id="arabic"),
        pytest.param("λόγος", "written in Greek script", id="greek word"),
    ],
)
def test_language_that_the_model_lacks_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        front_end(languages=("en", "zh")).script(text, "auto", "en")
    assert refused.value.reason == "LanguageNotSupported"
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en-GB", "en"), ("zh-CN", "zh"), ("cmn-Hans", "zh"), ("pt-BR", "pt"), ("es_MX", "es"), ("zh-Hant-HK", "yue")],
)
def test_language_of_the_request_may_have_a_region(tag: str, language: str) -> None:
    text = "香港" if language in ("zh", "yue") else "Ola"
    assert front_end().script(text, tag, "en").language == language


@pytest.mark.parametrize("tag", ["", "xx", "english", "de", "e n", "en-"])
def test_unknown_language_of_the_request_is_refused(tag: str) -> None:
    with pytest.raises(InputError, match="this model speaks auto, en, es, fr, hi, it, ja, ko, pt, yue, zh"):
        front_end().script("Hi", tag, "en")


def test_language_asked_for_is_the_scripts_where_it_occurs() -> None:
    assert front_end().script("重启 Kubernetes Deployment", "zh", "en").language == "zh"
    assert front_end().script("Kubernetes Deployment", "zh", "en").language == "en"


def test_text_that_looks_like_ssml_is_warned_about() -> None:
    assert "ssml is not set" in front_end().script("<speak>Hi</speak>", "auto", "en").warnings[0]


@pytest.mark.parametrize("invisible", ["\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\ufe0f", "\x00"])
def test_invisible_characters_do_not_split_words(invisible: str) -> None:
    text = f"wo{invisible}rd"
    script = front_end().script(text, "auto", "en")
    assert (said(script), written(script, text)) == ("word", [(text, "word")])


def test_marks_are_composed_with_their_letters() -> None:
    text = "cafe\u0301 \u1112\u1161\u11ab か\u3099 \uf900"
    script = front_end().script(text, "auto", "en")
    assert said(script) == "café 한 が 豈"
    assert [w for w, _ in written(script, text)] == ["cafe\u0301", "\u1112\u1161\u11ab", "か\u3099", "\uf900"]


def test_joiners_of_devanagari_are_spelling() -> None:
    assert markup.document("क्\u200dष a\u200db").text == "क्\u200dष ab"


def test_unpaired_surrogate_is_left_out_with_a_warning() -> None:
    script = front_end().script("a\ud800b", "auto", "en")
    assert said(script) == "ab"
    assert script.warnings == ("left out, cannot be spoken: '\\ud800' (U+D800)",)
