"""IPA and pinyin in the letters of the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.errors import InputError
from voxpod_inference.text.document import Reading
from voxpod_inference.text.pronunciation import phonemes

MODEL_LETTERS = frozenset(
    ';:,.!?—…"()“” ̃ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ'
)


def count(letters: str) -> int:
    return sum(letter in MODEL_LETTERS for letter in letters)


def ipa(symbols: str, language: str = "en") -> str:
    return phonemes(Reading("ipa", symbols, "phoneme"), language, count)


@pytest.mark.parametrize(
    ("symbols", "language", "letters"),
    [
        ("təˈmeɪ.toʊ", "en", "təˈmAtO"), ("t͡ʃeɪnd͡ʒ", "en", "ʧAnʤ"), ("ˈbʌtn̩", "en", "ˈbʌtᵊn"), ("ˈlɪtl̩", "en", "ˈlɪtᵊl"), ("bɝːd", "en", "bɜɹd"),
        ("ˈbetər", "en", "ˈbɛtəɹ"), ("ˈbætər", "en", "ˈbætəɹ"), ("ɡəʊ", "en", "ɡQ"), ("go", "es", "ɡo"), ("ˈmut͡ʃo", "es", "ˈmuʧo"), ("bɔ̃ʒuʁ", "fr", "bɔ̃ʒuʁ"),
        ("ni˨˩˦ xɑʊ˨˩˦", "zh", "ni↓ xɑʊ↓"), ("ʈʂʊŋ˥", "zh", "ꭧʊ→ŋ"), ("tɕʰiŋ˥˩", "zh", "ʨʰi↘ŋ"), ("garçon", "fr", "ɡarçon"), ("kæts", "en", "kæts"), ("t͡su", "en", "ʦu"), ("ˈpittsa", "it", "ˈpitʦa"),
    ],
)  # fmt: skip
def test_ipa_is_mapped_to_the_models_letters(symbols: str, language: str, letters: str) -> None:
    assert ipa(symbols, language) == letters


@pytest.mark.parametrize(
    ("symbols", "told"),
    [("tɵ", "'ɵ' (U+0275) in 'tɵ'"), ("a#", "'#' (U+0023)"), ("ǃkung", "'ǃ' (U+01C3)"), ("我", "'我'")],
)
def test_symbol_that_the_model_lacks_is_named(symbols: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        ipa(symbols)
    assert "phoneme: this model has no sound for" in str(refused.value)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("pinyin", "letters"),
    [
        ("chong2qing4", "ꭧʰʊ↗ŋʨʰi↘ŋ"),
        ("nǚ'ér", "ny↓ɚ↗"),
        ("lü4", "ly↘"),
        ("lu:4", "ly↘"),
        ("lv4", "ly↘"),
        ("ma", "ma"),
        ("ma5", "ma"),
        ("ma0", "ma"),
        ("MA1", "ma→"),
        ("xī ān", "ɕi→a→n"),
    ],
)
def test_pinyin_is_read_with_figures_and_with_marks(pinyin: str, letters: str) -> None:
    assert phonemes(Reading("pinyin", pinyin, "phoneme"), "en", count) == letters


@given(st.text(), st.sampled_from(["ipa", "pinyin", "x-kokoro"]), st.sampled_from(["en", "zh", "es"]))
def test_any_pronunciation_is_of_the_models_letters_or_refused(value: str, alphabet: str, language: str) -> None:
    try:
        said = phonemes(Reading(alphabet, value, "phoneme"), language, count)
    except InputError:
        return
    assert set(said) <= MODEL_LETTERS
