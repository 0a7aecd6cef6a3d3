"""Spanish, French, Italian, Portuguese and Hindi: figures become words, and nothing that was written is lost on the way."""

import re
import shutil
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.text.espeak.figures import parts
from voxpod_inference.text.espeak.languages import LANGUAGES, tables_of
from voxpod_inference.text.espeak.normal import ReadAloud
from voxpod_inference.text.espeak.ordinals import roman
from voxpod_inference.text.espeak.process import EspeakProcess
from voxpod_inference.text.espeak.reader import EspeakReader, _apart, _by_likeness
from voxpod_inference.text.french.numbers import ordinal as french_ordinal
from voxpod_inference.text.frontend import FrontEnd, Limits
from voxpod_inference.text.spoken import is_silent
from voxpod_inference.text.traced import Traced

installed = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
LETTERS = set("abcdefhijklmnopqrstuvwxyzAIOQSWYæðŋɐɑɒɔəɚɛɜɡɣɪɬɭɲɳɹɾʁɽʂʃʈɖʊʋʌʎʒʔʝβθχøœçɟʣʤʥʦʧɫʲʰ\u0303\u032aːˈˌ")
SPAN = "áéíñ¿¡üàèìòùçâêîôûãõœ'’-.,;:!?«»()/%€$°ºª 0123456789abcXYZIVM\n\t😀漢я"
TEXT = st.one_of(
    st.text(max_size=60), st.text(alphabet=SPAN, max_size=80), st.text(alphabet="कखगमनरताीिुेैोौंँ़्।॥0१२₹ abं", max_size=60)
)


def aloud(language: str, text: str) -> str:
    return " ".join(ReadAloud(tables_of(language))(Traced.of(text)).text.split())


def heard(language: str, text: str, *, ssml: bool = False) -> str:
    """The sounds of a text by its front end, without stress and spaces."""
    reader = EspeakReader(tables_of(language), EspeakProcess(tables_of(language).voice))
    chunks = FrontEnd({language: reader}, Limits(500, 400), len).script(text, language, language, ssml=ssml).chunks
    return re.sub("[ˈˌ ]", "", "".join(chunk.phonemes for chunk in chunks))


@pytest.fixture(scope="module", params=LANGUAGES)
def reader(request: pytest.FixtureRequest) -> EspeakReader:
    tables = tables_of(request.param)
    return EspeakReader(tables, EspeakProcess(tables.voice))


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("es", "1.250,50 €", "mil doscientos cincuenta euros con cincuenta"), ("es", "$1,250.50", "mil doscientos cincuenta dólares con cincuenta"), ("es", "1 €", "un euro"),
        ("es", "3,5 millones de €", "tres coma cinco millones de euros"), ("es", "21 libros y 31 casas", "veintiún libros y treinta y una casas"),
        ("es", "101 perros", "ciento un perros"), ("es", "2.000.000.000", "dos mil millones"), ("es", "3,1416", "tres coma uno cuatro uno seis"),
        ("es", "el 1/1/2000", "el primero de enero de dos mil"), ("es", "32/13/2000", "treinta y dos/trece/dos mil"), ("es", "a la 1:05 h", "a la una y cinco"),
        ("es", "Felipe VI", "Felipe sexto"), ("es", "siglo XXI", "siglo veintiuno"), ("es", "EE. UU.", "Estados Unidos."), ("es", "el Sr. Gil", "el señor Gil"),
        ("es", "-5 °C", "menos cinco grados centígrados"), ("es", "80 km/h", "ochenta kilómetros por hora"), ("es", "1 kg", "un kilo"), ("es", "10-15", "diez a quince"),
        ("es", "v. a.b@c.es", "v. a punto b arroba c punto es"), ("es", "2.10.3", "dos punto diez punto tres"), ("es", "1/2 y 5/8", "un medio y cinco octavos"),
        ("fr", "1 234,50 €", "mille deux cent trente-quatre euros cinquante"), ("fr", "le 1er et la 1re", "le premier et la première"), ("fr", "XVIIIe siècle", "dix-huit ième siècle"),
        ("fr", "XXe siècle", "vingtième siècle"), ("fr", "Louis XIV", "Louis quatorze"), ("fr", "François Ier", "François premier"), ("fr", "Le De Ce Me", "Le De Ce Me"),
        ("fr", "21 filles", "vingt-et-une filles"), ("fr", "81 pages", "quatre-vingt-une pages"), ("fr", "15h30, 13 h, 21:00", "quinze heures trente, treize heures, vingt-et-une heures"),
        ("fr", "1:00", "une heure"), ("fr", "2 millions €", "deux millions d'euros"), ("fr", "M. Roux, n° 5", "monsieur Roux, numéro cinq"),
        ("it", "12,50 €", "dodici euro e cinquanta"), ("it", "alle 9.05", "alle nove e zero cinque"), ("it", "Pio VI, XXI", "Pio sesto, ventuno"), ("it", "1 ora", "una ora"),
        ("pt", "R$ 1.250,75", "mil duzentos e cinquenta reais e setenta e cinco centavos"), ("pt", "22 casas", "vinte e duas casas"), ("pt", "15h", "quinze horas"), ("pt", "D. Pedro II", "dom Pedro segundo"),
        ("pt", "91234-5678", "nove um dois três quatro, cinco seis sete oito"), ("pt", "1939-1945", "mil novecentos e trinta e nove a mil novecentos e quarenta e cinco"),
        ("hi", "₹1,25,000", "एक लाख पच्चीस हज़ार रुपये"), ("hi", "१२.५ किमी", "बारह दशमलव पाँच किलोमीटर"), ("hi", "3:05 बजे", "तीन बजकर पाँच मिनट पर"), ("hi", "50%", "पचास प्रतिशत"),
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
    [(2, "deuxième"), (5, "cinquième"), (9, "neuvième"), (21, "vingt-et-unième"), (71, "soixante-et-onzième"), (80, "quatre-vingtième"), (99, "quatre-vingt-dix-neuvième"), (102, "cent deuxième")],
)  # fmt: skip
def test_french_ordinals(number: int, said: str) -> None:
    assert french_ordinal(number) == said


@given(number=st.integers(0, 10**9), cents=st.integers(0, 99))
def test_grouped_figures_are_the_same_number(number: int, cents: int) -> None:
    written = f"{number:,}.{cents:02}"
    assert parts(written, ".") == (str(number), ".", f"{cents:02}")
    assert parts(written.translate(str.maketrans(",.", ".,")), ",") == (str(number), ",", f"{cents:02}")


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
    reader = EspeakReader(tables_of("es"), EspeakProcess("es"))
    said = reader("perro gato " * (words // 2))
    assert len(said.words) == words
    assert said.phonemes.count("pˈero") == words // 2


@installed
def test_a_word_longer_than_espeak_takes_is_spoken_whole() -> None:
    said = EspeakReader(tables_of("es"), EspeakProcess("es"))("ba" * 500)
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
    said = EspeakReader(tables_of(language), EspeakProcess(tables_of(language).voice))(text)
    assert [f"{text[w.start : w.end]}={said.phonemes[w.first : w.last]}" for w in said.words] == pairs


def test_merged_words_are_cut_where_they_sound_alike() -> None:
    assert _by_likeness("ilja katʁ ʃa", ["il", "i", "a", "katʁ", "ʃa"])[-2:] == ["katʁ", "ʃa"]
    assert "".join(_by_likeness("ilja katʁ ʃa", ["il", "i", "a", "katʁ", "ʃa"])) == "iljakatʁʃa"


def test_words_that_are_as_many_as_by_themselves_stay_whole() -> None:
    said = "ˈɛrɾe ˈɛmme al kwadrˈato per ˈɛmme al kwadrˈato pˈer"
    alone = ["ˈɛrɾe", "ˈɛmme", "al kwadrˈato", "pˈer", "ˈɛmme", "al kwadrˈato", "pˈer"]
    assert _apart(said, alone) == ["ˈɛrɾe", "ˈɛmme", "al kwadrˈato", "per", "ˈɛmme", "al kwadrˈato", "pˈer"]


SIGNED = st.builds(
    "{}-{}{}".format,
    st.sampled_from(["", "a ", "( ", "= ", "a: "]),
    st.sampled_from(["5", "1/5", "3,5", "1.250", "0,05", "12", "½"]),
    st.sampled_from(["", " €", "%", " °C", " kg", " km/h", "."]),
)


@given(language=st.sampled_from(LANGUAGES), text=SIGNED)
def test_a_minus_is_said_before_any_figure(language: str, text: str) -> None:
    assert aloud(language, text).split().count(tables_of(language).minus) == 1


VALUES = st.lists(
    st.sampled_from(["5", "12,5", "1.250", " ", "-", "−", "%", "‰", "€", "$", "£", "°", "½", "¾", "/", "×", "÷", "±", "+", "=", "a", "kg", "R$", "n.º", "1ª", "XX", "h", ":", "m²", "#"]),
    max_size=12,
).map("".join)  # fmt: skip


@installed
@settings(deadline=None, max_examples=150)
@example(text="R$m²×m²×")
@given(text=VALUES)
def test_no_sign_that_changes_a_value_is_lost_in_silence(reader: EspeakReader, text: str) -> None:
    # rules and lines of nothing but signs are typography
    assume(any(map(str.isalnum, text)) and not re.search(r"([+=#/×÷±])\1{2}", text))
    said = reader(text)
    covered = {i for word in said.words for i in range(word.start, word.end)}
    for at, char in enumerate(text):
        if char.isdecimal() or char in "%‰€$£½¾±+=÷×":
            assert at in covered or char in said.unread, (text, char)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_has_words_of_its_own(language: str) -> None:
    numbers = tables_of(language).numbers
    most = [*range(3000), *range(3000, 10**6, 997), *(10**power + extra for power in range(6, 15) for extra in (0, 1))]
    assert len({numbers.cardinal(number) for number in most}) == len(set(most))
    assert not any(c.isdecimal() for number in most for c in numbers.cardinal(number))


@installed
@pytest.mark.parametrize(
    ("language", "signs", "spoken"),
    [
        ("it", "èé", "e grave e acuta"),
    ],
)
def test_say_as_characters_tells_the_accent(language: str, signs: str, spoken: str) -> None:
    ssml = f'<speak xml:lang="{language}"><say-as interpret-as="characters">{signs}</say-as></speak>'
    assert heard(language, ssml, ssml=True) == heard(language, spoken)


@installed
@pytest.mark.parametrize(
    ("number", "spoken"),
    [(1, "पहला"), (2, "दूसरा"), (3, "तीसरा"), (4, "चौथा"), (5, "पाँचवाँ"), (6, "छठा"), (21, "इक्कीसवाँ")],
)
def test_hindi_ordinals_have_their_own_words(number: int, spoken: str) -> None:
    ssml = f'<speak xml:lang="hi"><say-as interpret-as="ordinal">{number}</say-as></speak>'
    assert heard("hi", ssml, ssml=True) == heard("hi", spoken)


@installed
@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("es", "5 M$", "cinco millones de dólares"), ("fr", "1,5 M€", "un virgule cinq millions d'euros"),
        ("it", "€ 2 mln", "due milioni di euro"), ("pt", "R$ 3 mi", "três milhões de reais"), ("es", "CO₂ y H₂O", "C O dos y H dos O"),
        ("es", "5 mg/kg", "cinco miligramos por kilo"), ("fr", "5 €/mois", "cinq euros par mois"), ("hi", "₽५", "पाँच रूबल"),
        ("es", "₿2", "dos bitcoins"),
    ],
)  # fmt: skip
def test_large_money_and_formulas_are_said_whole(language: str, written: str, spoken: str) -> None:
    assert heard(language, written) == heard(language, spoken)


def test_only_the_languages_of_a_text_are_loaded() -> None:
    code = (
        "import sys\n"
        "from voxpod_inference.text.frontend import FrontEnd, Limits\n"
        "from voxpod_inference.text.espeak.languages import LANGUAGES, tables_of\n"
        "from voxpod_inference.text.abbreviations import is_abbreviation\n"
        "is_abbreviation('Mr. ', 'Smith', 'en'), is_abbreviation('Sra. ', 'Ruiz', 'es'), tables_of('hi')\n"
        "print(*(name for name in ('spanish', 'french', 'italian', 'portuguese', 'hindi') if f'voxpod_inference.text.{name}.tables' in sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert loaded.split() == ["spanish", "hindi"]
