"""With the model's own dictionaries: no sign that has a word is silent, names with foreign letters sound like names."""

from collections.abc import Mapping

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.text.english.symbols import SYMBOLS
from voxpod_inference.text.readers import readers_of
from voxpod_inference.text.spoken import Reader

pytestmark = pytest.mark.model


@pytest.fixture(scope="module", params=["en-US", "en-GB"])
def english(request: pytest.FixtureRequest, kokoro_bundle: Bundle) -> Reader:
    return readers_of(kokoro_bundle, request.param)["en"]


@pytest.fixture(scope="module")
def readers(kokoro_bundle: Bundle) -> Mapping[str, Reader]:
    return readers_of(kokoro_bundle)


@pytest.mark.parametrize("sign", sorted(SYMBOLS))
def test_sign_sounds_like_its_words(sign: str, english: Reader) -> None:
    alone = english(f"now, {sign}, now").phonemes.split(", ")[1]
    assert len(alone.split()) == len(SYMBOLS[sign].split()), alone


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ("€", "euros"),
        ("₹", "rupees"),
        ("°", "degrees"),
        ("2⁵", "two to the fifth"),
        ("10⁻³", "ten to the minus three"),
        ("5>3", "five is greater than three"),
    ],
)
def test_sign_alone_is_read_like_its_words(sign: str, words: str, english: Reader) -> None:
    assert english(sign).phonemes == english(words).phonemes


@pytest.mark.parametrize(
    ("language", "text", "like"),
    [
        ("zh", "2⁵", "二的五次方"), ("zh", "5>3", "五大于三"), ("zh", "北京→上海", "北京到上海"), ("ja", "2⁵", "二の五乗"), ("ja", "東京→大阪", "東京から大阪"),
        ("es", "5>3", "cinco mayor que tres"), ("fr", "5>3", "cinq supérieur à trois"), ("it", "2⁵", "due elevato a cinque"), ("pt", "5<3", "cinco menor que três"),
        ("hi", "5>3", "5 बड़ा है 3"),
    ],
)  # fmt: skip
def test_sign_is_read_in_the_language_around(
    language: str, text: str, like: str, readers: Mapping[str, Reader]
) -> None:
    said = readers[language](text)
    assert said.phonemes.replace(" ", "") == readers[language](like).phonemes.replace(" ", "")
    assert said.unread == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "and/or"), ("zh", "男/女"), ("ja", "男/女"), ("es", "y/o"), ("fr", "et/ou"), ("hi", "हाँ/ना")],
)
def test_sign_between_words_that_has_no_word_is_told(language: str, text: str, readers: Mapping[str, Reader]) -> None:
    assert readers[language](text).unread == ("/",)


@pytest.mark.parametrize("language", ["en", "zh", "ja", "es", "fr", "it", "pt", "hi"])
def test_typography_is_not_told(language: str, readers: Mapping[str, Reader]) -> None:
    letter = {"zh": "好", "ja": "の", "hi": "है"}.get(language, "a")
    assert readers[language](f"* **{letter}** - “{letter}” <{letter}> • {letter}").unread == ()
