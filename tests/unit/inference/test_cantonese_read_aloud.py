"""Cantonese: jyutping to IPA, written forms in characters, and the table out of ToJyutping's trie."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.cantonese_source import cantonese_entries
from voxpod_inference.tables import SortedTable, write_table
from voxpod_inference.text.cantonese.jyutping import phonemes_of
from voxpod_inference.text.cantonese.normal import read_aloud
from voxpod_inference.text.cantonese.reader import _LETTERS, Cantonese
from voxpod_inference.text.traced import Traced

WORDS = {
    "佢": "keoi5", "哋": "dei6", "喺": "hai2", "銀行": "ngan4 hong4", "行": "haang4", "二": "ji6", "兩": "loeng5", "十": "sap6", "點": "dim2", "半": "bun3",
    "個": "go3", "二六": "ji6 luk1", "六": "luk6", "卅": "saa1-aa6", "百": "baak3", "之": "zi1", "五": "ng5", "人": "jan4", "零": "ling4",
}  # fmt: skip
LETTERS = set("ptkmnŋlwhsjfiueoaɐɛɔœɵyʷʰ˥˧˨˩ː\u031a\u0329\u030d")
TEXT = st.one_of(st.text(max_size=60), st.text(alphabet="佢哋喺銀行二六十點個人，。！5.$:%TV卅😀 \n", max_size=60))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Cantonese:
    path = tmp_path_factory.mktemp("tables") / "yue.tsv"
    write_table(path, WORDS.items())
    return Cantonese(SortedTable(path))


@pytest.mark.parametrize(
    ("syllable", "ipa"),
    [
        ("gwong2", "kʷɔːŋ˧˥"), ("ngo5", "ŋɔː˩˧"), ("m4", "m̩˨˩"), ("ng5", "ŋ̍˩˧"), ("sik6", "sek̚˨"), ("hung1", "hoŋ˥"), ("keoi5", "kʰɵy˩˧"), ("jyut6", "jyːt̚˨"),
        ("coeng4", "tsʰœːŋ˨˩"), ("zau6", "tsɐu˨"), ("sei3", "sei˧"), ("hou2", "hou˧˥"), ("aa3", "aː˧"), ("kwik1", "kʷʰek̚˥"),
    ],
)  # fmt: skip
def test_jyutping_of_known_syllables(syllable: str, ipa: str) -> None:
    assert phonemes_of(syllable) == ipa


@pytest.mark.parametrize("nonsense", ["", "1", "ngo", "ngo7", "xo1", "gwong", "ng", "Ngo5", "ngo5 "])
def test_what_is_no_syllable_has_no_phonemes(nonsense: str) -> None:
    assert phonemes_of(nonsense) is None


@pytest.mark.parametrize("letter", sorted(_LETTERS))
def test_name_of_every_letter_has_a_sound(letter: str) -> None:
    assert all(phonemes_of(syllable) for syllable in _LETTERS[letter].split(" "))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3:30", "三點半"), ("15:05", "十五點零五分"), ("2:00", "兩點"), ("2026-11-24", "二零二六年十一月二十四日"), ("2026年", "二零二六年"),
        ("HK$50", "五十蚊"), ("$12.5", "十二個半"), ("$1,250.00", "一千二百五十蚊"), ("US$2.5", "二點五美金"), ("$5萬", "五萬蚊"), ("50%", "百分之五十"), ("1/2", "二分之一"),
        ("2隻", "兩隻"), ("12隻", "十二隻"), ("第2次", "第二次"), ("-3℃", "負三度"), ("氣溫-3℃", "氣溫負三度"), ("10-15", "十至十五"), ("2345 6789", "二三四五六七八九"),
        ("5km", "五公里"), ("2kg", "兩公斤"), ("10,000", "一萬"), ("1.2.3", "一點二點三"), ("0.05", "零點零五"),
        ("-5%", "負百分之五"), ("3-0贏", "三比零贏"), ("2018-2020年", "二零一八至二零二零年"), ("2:1", "二比一"), ("打112", "打一一二"), ("95後", "九五後"), ("密碼係4821", "密碼係四八二一"),
    ],
)  # fmt: skip
def test_written_forms_are_said_in_characters(text: str, said: str) -> None:
    assert read_aloud(Traced.of(text)).text == said


def test_longest_word_decides_the_reading(reader: Cantonese) -> None:
    assert reader.jyutping("佢哋喺銀行行") == "keoi5 dei6 hai2 ngan4 hong4 haang4"


def test_figures_are_never_read_as_a_word(reader: Cantonese) -> None:
    assert reader.jyutping("二六") == "ji6 luk6"


def test_latin_letters_are_named(reader: Cantonese) -> None:
    said = reader("TV")
    assert said.phonemes == "tʰiː˥wiː˥"
    assert [(w.start, w.end) for w in said.words] == [(0, 2)]


def test_character_without_a_reading_is_told(reader: Cantonese) -> None:
    said = reader("佢龘😀。")
    assert (said.phonemes, said.unread) == ("kʰɵy˩˧.", ("龘", "😀"))


@given(text=TEXT)
def test_any_text_is_spoken_in_the_alphabet_with_words_in_order(reader: Cantonese, text: str) -> None:
    said = reader(text)
    assert {p for p in said.phonemes if p not in ';:,.!?—…"()“” '} <= LETTERS
    assert_words_in_order(said, 0, len(text))


@given(text=TEXT)
def test_every_letter_is_spoken_or_told(reader: Cantonese, text: str) -> None:
    said = reader(text)
    covered = {i for word in said.words for i in range(word.start, word.end)}
    for i, char in enumerate(text):
        if char in WORDS:
            assert i in covered, (text, char)
        elif char.isascii() and char.isalpha():
            assert i in covered or said.unread, (text, char)  # the table here lacks the 公升 of 1L
        elif "\u4e00" <= char <= "\u9fff":
            assert i in covered or char in said.unread, (text, char)


def test_trie_is_read_as_tojyutping_numbers_its_syllables() -> None:
    trie = "{一/D" + "二" + "xK" + "}"
    entries = dict(cantonese_entries(trie))
    assert set(entries) == {"一", "二"}
    assert all(phonemes_of(reading) for reading in entries.values())


@pytest.mark.parametrize("broken", ["{", "{一/D", "{一/", "{一~~}", "{一zz}"])
def test_broken_trie_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"trie|syllable"):
        dict(cantonese_entries(broken))


def test_table_reads_itself(tmp_path: Path) -> None:
    write_table(tmp_path / "t.tsv", [("卅", "saa1-aa6")])
    assert Cantonese(SortedTable(tmp_path / "t.tsv")).jyutping("卅") == "saa1 aa6"
