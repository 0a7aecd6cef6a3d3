"""Words that no dictionary has: espeak-ng pronounces them where it is installed, else they are spelled and that is told."""

import shutil
from pathlib import Path

import pytest

from voxpod_inference.tables import SortedTable, write_table
from voxpod_inference.text.english.reader import English
from voxpod_inference.text.english.unknown import UnknownEnglish

LEXICON = {"git": "ɡˈɪt", "hub": "hˈʌb", "smart": "smˈɑɹt", "watch": "wˈɑʧ", "wait": "wˈAt"} | {
    letter: f"{letter}ˈi" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
}


@pytest.fixture
def lexicon(tmp_path: Path) -> SortedTable:
    write_table(tmp_path / "en.tsv", LEXICON.items())
    return SortedTable(tmp_path / "en.tsv")


def test_unknown_word_is_spelled_and_told_without_a_guess(lexicon: SortedTable) -> None:
    spoken = English(lexicon, lambda words: {})("wait qx")
    assert spoken.phonemes == "wˈAt Qˌi" + "Xˈi"
    assert spoken.spelled == ("qx",)


def test_guesses_are_asked_for_together_and_once(lexicon: SortedTable) -> None:
    asked: list[list[str]] = []

    def guess(words: list[str]) -> dict[str, str]:
        asked.append(words)
        return dict.fromkeys(words, "zˈu")

    read = English(lexicon, guess)
    assert read("zorp wait blib zorp").phonemes == "zˈu wˈAt zˈu zˈu"
    assert read("zorp").spelled == ()
    assert asked == [["blib", "zorp"]]


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [
        ("GitHub", "ɡˈɪthˌʌb"),
        ("smartwatch", "smˈɑɹtwˌɑʧ"),
        ("waited", "wˈATᵻd"),
        ("waits", "wˈAts"),
        ("waiting", "wˈATɪŋ"),
    ],
)
def test_compounds_and_inflections_come_from_known_words(word: str, phonemes: str, lexicon: SortedTable) -> None:
    spoken = English(lexicon, lambda words: {})(word)
    assert (spoken.phonemes, spoken.spelled) == (phonemes, ())


@pytest.mark.parametrize(
    ("word", "asked"),
    [
        ("Beyoncé", "Beyoncé"),
        ("þing", "þing"),
        ("Nguyễn", "Nguyen"),
        ("Đặng", "Dang"),
        ("Dvořák", "Dvorak"),
        ("Ŋgũgĩ", "Nggugi"),
    ],
)
def test_espeak_is_asked_for_letters_that_it_knows_in_english(word: str, asked: str, lexicon: SortedTable) -> None:
    spoken = English(lexicon, lambda words: {asked: "zˈu"} if words == [asked] else {})(word)
    assert (spoken.phonemes, spoken.spelled) == ("zˈu", ())


def test_accented_word_is_no_compound_of_words_without(lexicon: SortedTable) -> None:
    spoken = English(lexicon, lambda words: dict.fromkeys(words, "zˈu"))("githüb, github")
    assert spoken.phonemes == "zˈu, ɡˈɪthˌʌb"


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_no_letter_is_said_by_its_number_in_unicode(lexicon: SortedTable) -> None:
    letters = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)) if chr(code).islower()]
    read_aloud = English(lexicon, UnknownEnglish())
    number = "lˌɛTəɹ"  # "letter", and then its number
    assert number in UnknownEnglish()(["bễt"])["bễt"].replace("ɾ", "T").replace("ˈ", "ˌ")
    said = {letter: read_aloud(f"b{letter}t").phonemes.replace("ˈ", "ˌ") for letter in letters}
    assert [letter for letter, phonemes in said.items() if number in phonemes or not phonemes] == []


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_espeak_speaks_the_models_alphabet() -> None:
    said = UnknownEnglish()(["Kubernetes", "quokka", "tokenizer"])
    assert list(said) == ["Kubernetes", "quokka", "tokenizer"]
    assert said["quokka"] == "kwˈɑkə"
    letters = set("AIOWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹɾʃʊʌʒʤʧθᵊᵻˈˌ")
    assert all(set(phonemes) <= letters for phonemes in said.values())


def test_missing_espeak_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert UnknownEnglish()(["quokka"]) == {}


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_espeak_speaks_british_in_the_models_alphabet() -> None:
    said = UnknownEnglish(british=True)(["quokka", "blorking", "sheared", "zoeth"])
    assert said == {"quokka": "kwˈɒkə", "blorking": "blˈɔːkɪŋ", "sheared": "ʃˈɪəd", "zoeth": "zˈQθ"}


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_words_longer_than_any_are_left_to_spelling() -> None:
    assert list(UnknownEnglish()(["quokka", "q" * 200])) == ["quokka"]
