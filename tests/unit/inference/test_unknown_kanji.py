"""A kanji that Open JTalk's dictionary lacks is read by itself, or left out with a warning; no other dictionary is asked for."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.text.japanese.reader import Japanese
from voxpod_inference.text.japanese.simplified import JAPANESE

HAN = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFAFF), *range(0x20000, 0x2A6E0)]


@pytest.fixture(autouse=True, scope="module")
def _as_in_the_image() -> Iterator[None]:
    """Sudachi's dictionary cannot be imported, wherever this runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sudachidict_core", None)
        yield


@pytest.fixture(scope="module")
def read() -> Japanese:
    return Japanese()


@pytest.mark.parametrize(
    ("text", "phonemes", "unread"),
    [
        pytest.param("鱻は魚です。", "seɴ βa sakanadesɨ.", "", id="rare kanji"),
        pytest.param("你好！こんにちは！", "ʥikoː! koɲɲiʨiβa!", "", id="chinese word"),
        pytest.param("龘さんだ。", "toːsanda.", "", id="with an ending"),
        pytest.param("李强さんです。", "ɾʲiː kʲoːsandesɨ.", "", id="simplified form that open jtalk knows"),
        pytest.param("毛泽东は来た。", "moːtakɯtoː βa kʲita.", "", id="simplified form that it does not know"),
        pytest.param("东京タワー", "toːkʲoːtaβaː", "", id="word in simplified forms"),
        pytest.param("氘と言う。", "to iɯ.", "氘", id="kanji that nobody reads"),
        pytest.param("鱻氘だ。", "seɴ da.", "氘", id="beside one that is read"),
    ],
)
def test_kanji_without_an_entry_is_read_or_left_out_with_a_warning(
    text: str, phonemes: str, unread: str, read: Japanese
) -> None:
    spoken = read(text)
    assert (spoken.phonemes, "".join(spoken.unread)) == (phonemes, unread)


def test_words_of_unknown_kanji_keep_their_places(read: Japanese) -> None:
    text = "彼は鱻龘です。"
    assert [text[word.start : word.end] for word in read(text).words] == ["彼", "は", "鱻龘です"]
    text = "东京と東京"
    assert [text[word.start : word.end] for word in read(text).words] == ["东京", "と", "東京"]


@given(text=st.text(st.sampled_from([*map(chr, HAN), "は", "。", "々", "1", " "]), min_size=1, max_size=40))
def test_no_han_makes_a_text_fail(text: str, read: Japanese) -> None:
    spoken = read(text)
    assert set(spoken.unread) <= set(text)


def test_every_simplified_form_of_the_table_is_read(read: Japanese) -> None:
    assert [form for form in JAPANESE if read(form).unread] == []


def test_most_simplified_forms_are_read(read: Japanese) -> None:
    forms = "".join(
        bytes([high, low]).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)
    )
    assert len(forms) == 3755
    assert len([form for form in forms if read(form).unread]) < 10
