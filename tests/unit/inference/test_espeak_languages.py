"""Spanish, French, Italian, Portuguese and Hindi: figures become words, and nothing that was written is lost on the way."""

import shutil
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.text.espeak.normal import ReadAloud
from voxpod_inference.text.espeak.numbers import figure, french_ordinal, roman
from voxpod_inference.text.espeak.process import EspeakProcess
from voxpod_inference.text.espeak.reader import EspeakReader, _by_likeness
from voxpod_inference.text.espeak.tables import TABLES
from voxpod_inference.text.spoken import is_silent
from voxpod_inference.text.traced import Traced

installed = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
LETTERS = set("abcdefhijklmnopqrstuvwxyzAIOQSWYæðŋɐɑɒɔəɚɛɜɡɣɪɬɭɲɳɹɾʁɽʂʃʈɖʊʋʌʎʒʔʝβθχøœçɟʣʤʥʦʧɫʲʰ\u0303\u032aːˈˌ")
SPAN = "áéíñ¿¡üàèìòùçâêîôûãõœ'’-.,;:!?«»()/%€$°ºª 0123456789abcXYZIVM\n\t😀漢я"
TEXT = st.one_of(
    st.text(max_size=60), st.text(alphabet=SPAN, max_size=80), st.text(alphabet="कखगमनरताीिुेैोौंँ़्।॥0१२₹ abं", max_size=60)
)


def aloud(language: str, text: str) -> str:
    return " ".join(ReadAloud(TABLES[language])(Traced.of(text)).text.split())


@pytest.fixture(scope="module", params=sorted(TABLES))
def reader(request: pytest.FixtureRequest) -> EspeakReader:
    tables = TABLES[request.param]
    return EspeakReader(tables, EspeakProcess(tables.voice))


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("es", "1.250,50 €", "1250 euros con 50"), ("es", "$1,250.50", "1250 dólares con 50"), ("es", "1 €", "un euro"),
        ("es", "3,5 millones de €", "3 coma 5 millones de euros"), ("es", "21 libros y 31 casas", "veintiún libros y 30 y una casas"),
        ("es", "101 perros", "ciento un perros"), ("es", "2.000.000.000", "2000 millones"), ("es", "3,1416", "3 coma 1 4 1 6"),
        ("es", "el 1/1/2000", "el primero de enero de 2000"), ("es", "32/13/2000", "32/13/2000"), ("es", "a la 1:05 h", "a la una 0 5"),
        ("es", "Felipe VI", "Felipe sexto"), ("es", "siglo XXI", "siglo 21"), ("es", "EE. UU.", "Estados Unidos."), ("es", "el Sr. Gil", "el señor Gil"),
        ("es", "-5 °C", "menos 5 grados centígrados"), ("es", "80 km/h", "80 kilómetros por hora"), ("es", "1 kg", "un kilo"), ("es", "10-15", "10 a 15"),
        ("es", "v. a.b@c.es", "v. a punto b arroba c punto es"), ("es", "2.10.3", "2 punto 10 punto 3"), ("es", "1/2 y 5/8", "un medio y 5 sobre 8"),
        ("fr", "1 234,50 €", "1234 euros 50"), ("fr", "le 1er et la 1re", "le premier et la première"), ("fr", "XVIIIe siècle", "18 ième siècle"),
        ("fr", "XXe siècle", "vingtième siècle"), ("fr", "Louis XIV", "Louis 14"), ("fr", "François Ier", "François premier"), ("fr", "Le De Ce Me", "Le De Ce Me"),
        ("fr", "21 filles", "20 et une filles"), ("fr", "81 pages", "80 une pages"), ("fr", "15h30, 13 h, 21:00", "15 heures 30, 13 heures, 20 et une heures"),
        ("fr", "1:00", "une heure"), ("fr", "2 millions €", "2 millions d'euros"), ("fr", "M. Roux, n° 5", "monsieur Roux, numéro 5"),
        ("it", "12,50 €", "12 euro e 50"), ("it", "alle 9.05", "alle 9 e 0 5"), ("it", "Pio VI, XXI", "Pio sesto, XXI"), ("it", "1 ora", "una ora"),
        ("pt", "R$ 1.250,75", "1250 reais e 75 centavos"), ("pt", "22 casas", "20 e duas casas"), ("pt", "15h", "15 horas"), ("pt", "D. Pedro II", "dom Pedro segundo"),
        ("pt", "91234-5678", "9 1 2 3 4, 5 6 7 8"), ("pt", "1939-1945", "1939 a 1945"),
        ("hi", "₹1,25,000", "125000 रुपये"), ("hi", "१२.५ किमी", "12 दशमलव 5 किलोमीटर"), ("hi", "3:05 बजे", "3 बजकर 5 मिनट"), ("hi", "50%", "50 प्रतिशत"),
        ("hi", "डॉ. शर्मा", "डॉक्टर शर्मा"), ("es", "Øre, Łódź, ＡＢ", "Ore, Lódz, AB"), ("fr", "e\u0301te\u0301", "été"),
    ],
)  # fmt: skip
def test_written_forms_are_said_in_words(language: str, text: str, said: str) -> None:
    assert aloud(language, text) == said


@pytest.mark.parametrize("numeral", ["IIX", "IC", "VV", "IIII", "", "ABC"])
def test_what_is_no_roman_numeral_has_no_value(numeral: str) -> None:
    assert roman(numeral) is None


@pytest.mark.parametrize(("numeral", "value"), [("I", 1), ("IV", 4), ("XIX", 19), ("XLIX", 49), ("MCMXCIX", 1999)])
def test_roman_numerals_have_their_value(numeral: str, value: int) -> None:
    assert roman(numeral) == value


@pytest.mark.parametrize(
    ("number", "said"),
    [(2, "deuxième"), (5, "cinquième"), (9, "neuvième"), (21, "vingt-et-unième"), (71, "soixante-et-onzième"), (80, "quatre-vingtième"), (99, "quatre-vingt-dix-neuvième"), (102, "100 deuxième")],
)  # fmt: skip
def test_french_ordinals(number: int, said: str) -> None:
    assert french_ordinal(number, feminine=False) == said


@given(number=st.integers(0, 10**9), cents=st.integers(0, 99))
def test_grouped_figures_are_the_same_number(number: int, cents: int) -> None:
    written = f"{number:,}.{cents:02}"
    assert figure(written, TABLES["hi"]).split(" ")[0] == str(number)
    assert figure(written.translate(str.maketrans(",.", ".,")), TABLES["pt"]).split(" ")[0] == str(number)


@installed
@settings(deadline=None, max_examples=150)
@given(text=TEXT)
def test_any_text_is_spoken_in_the_models_letters_with_words_in_order(reader: EspeakReader, text: str) -> None:
    said = reader(text)
    assert {p for p in said.phonemes if p not in ';:,.!?—…"()“” '} <= LETTERS
    assert_words_in_order(said, 0, len(text))


@installed
@settings(deadline=None, max_examples=150)
@given(text=TEXT)
def test_every_letter_and_digit_is_spoken_or_told(reader: EspeakReader, text: str) -> None:
    said = reader(text)
    covered = {i for word in said.words for i in range(word.start, word.end)}
    for i, char in enumerate(text):
        if char.isascii() and char.isalnum():
            assert i in covered, (text, char)
        elif unicodedata.category(char) in ("So", "Lo") and not "ऀ" <= char <= "ॿ" and not is_silent(char):
            assert i in covered or char in said.unread, (text, char)


@installed
@pytest.mark.parametrize("words", [300, 3000])
def test_long_texts_without_punctuation_lose_no_word(words: int) -> None:
    reader = EspeakReader(TABLES["es"], EspeakProcess("es"))
    said = reader("perro gato " * (words // 2))
    assert len(said.words) == words
    assert said.phonemes.count("pˈero") == words // 2


@installed
def test_a_word_longer_than_espeak_takes_is_spoken_whole() -> None:
    said = EspeakReader(TABLES["es"], EspeakProcess("es"))("ba" * 500)
    assert said.phonemes.count("b") + said.phonemes.count("β") == 500
    assert [(w.start, w.end) for w in said.words][-1][1] == 1000


@installed
@pytest.mark.parametrize(
    ("language", "text", "pairs"),
    [
        ("fr", "Les amis d'hier, 80 ans", ["Les=lez", "amis=amˈi", "d'hier=djˈɛʁ", "80=katʁəvˈɛ̃z", "ans=ˈɑ̃"]),
        ("es", "pagó 12,50 € ayer", ["pagó=paɣˈo", "12,50 €=ðˈoθe ˈeʊɾos kon θinkwˈɛnta", "ayer=aʝˈeɾ"]),
        ("pt", "2 casas", ["2=dˈuæs", "casas=kˈazæs"]),
    ],
)  # fmt: skip
def test_words_know_what_was_written_for_them(language: str, text: str, pairs: list[str]) -> None:
    said = EspeakReader(TABLES[language], EspeakProcess(TABLES[language].voice))(text)
    assert [f"{text[w.start : w.end]}={said.phonemes[w.first : w.last]}" for w in said.words] == pairs


def test_merged_words_are_cut_where_they_sound_alike() -> None:
    assert _by_likeness("ilja katʁ ʃa", ["il", "i", "a", "katʁ", "ʃa"])[-2:] == ["katʁ", "ʃa"]
    assert "".join(_by_likeness("ilja katʁ ʃa", ["il", "i", "a", "katʁ", "ʃa"])) == "iljakatʁʃa"
