"""Any text comes out whole and in order: as pieces, and as chunks that fit the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelling_reader import front_end as spelling_front_end
from voxpod_inference.errors import InputError
from voxpod_inference.text import split
from voxpod_inference.text.frontend import FrontEnd, Limits, Script
from voxpod_inference.text.spoken import Spoken, Word

TEXT = st.text(alphabet='abc Dr.,!?。，、我们\n"”…-0123456789', max_size=400)


class Letters:
    """Reads every character as itself, three times, so that chunks overflow early; an emoji is unread."""

    def __call__(self, text: str) -> Spoken:
        return Spoken(text.replace("\n", " ").replace("😀", "").strip(), tuple(c for c in text if c == "😀"))


def front_end(most: int = 20, preferred: int = 12) -> FrontEnd:
    return FrontEnd(dict.fromkeys(("en", "zh", "ja"), Letters()), Limits(most, preferred), len)


@pytest.mark.parametrize("splitter", [split.sentences, split.clauses, split.halves])
@given(text=TEXT)
def test_pieces_joined_are_the_text(splitter: split.Splitter, text: str) -> None:
    pieces = splitter(text)
    assert "".join(pieces) == text
    assert all(pieces)


@given(text=st.text(alphabet="ab我.,。 \n", min_size=2, max_size=50))
def test_halving_always_makes_progress(text: str) -> None:
    assert all(len(p) < len(text) for p in split.halves(text))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("One. Two! Three?", ["One. ", "Two! ", "Three?"], id="plain"),
        pytest.param("Dr. Smith met J. Doe at 5 p.m. today. Then he left.", ["Dr. Smith met J. Doe at 5 p.m. today. ", "Then he left."], id="abbreviations"),
        pytest.param("It costs 3.50 at example.com now.", ["It costs 3.50 at example.com now."], id="dots inside"),
        pytest.param("他说：“走吧。”我们走了。", ["他说：“走吧。”", "我们走了。"], id="closing quote"),
        pytest.param("Title\n\nBody.", ["Title\n\n", "Body."], id="lines"),
        pytest.param("Wait... what?! No", ["Wait... what?! ", "No"], id="ellipsis"),
        pytest.param("“Go!” he said. \"Stop.\" She ran.", ["“Go!” he said. ", "\"Stop.\" ", "She ran."], id="speech goes on"),
        pytest.param("He said no. Then No. 5 came.", ["He said no. ", "Then No. 5 came."], id="no and number"),
        pytest.param("Acme Inc. announced it. Acme Inc. The end.", ["Acme Inc. announced it. ", "Acme Inc. ", "The end."], id="abbreviation that may end"),
        pytest.param("See https://a.b/c.d?e=f. Bye", ["See https://a.b/c.d?e=f. ", "Bye"], id="address"),
        pytest.param("你好!我们走.见 v1.2 版。", ["你好!", "我们走.", "见 v1.2 版。"], id="ascii marks in chinese"),
        pytest.param("यह है। वह है॥ ठीक?", ["यह है। ", "वह है॥ ", "ठीक?"], id="danda"),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_would_pause(text: str, pieces: list[str]) -> None:
    assert split.sentences(text) == pieces


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        pytest.param("es", "¿Qué? ¡No! El Sr. Gómez, p. ej. en EE. UU., dijo que no. Vea la pág. 5.", ["¿Qué? ", "¡No! ", "El Sr. Gómez, p. ej. en EE. UU., dijo que no. ", "Vea la pág. 5."], id="spanish"),
        pytest.param("fr", "M. Dupont, p. ex., vit av. J.-C. Il dit non. Fin.", ["M. Dupont, p. ex., vit av. J.-C. Il dit non. ", "Fin."], id="french"),
        pytest.param("it", "Il Sig. Rossi, ecc. e la Dott.ssa Bianchi. Poi ecc. Fine.", ["Il Sig. Rossi, ecc. e la Dott.ssa Bianchi. ", "Poi ecc. ", "Fine."], id="italian"),
        pytest.param("pt", "A Sra. Silva mora na Av. Paulista, n. 5. Disse que não. Fim.", ["A Sra. Silva mora na Av. Paulista, n. 5. ", "Disse que não. ", "Fim."], id="portuguese"),
        pytest.param("hi", "वह डॉ. शर्मा हैं। ठीक।", ["वह डॉ. शर्मा हैं। ", "ठीक।"], id="hindi"),
    ],
)  # fmt: skip
def test_abbreviations_are_those_of_the_language(language: str, text: str, pieces: list[str]) -> None:
    assert split.sentences(text, lambda _position: language) == pieces


def test_clauses_end_at_commas_but_not_inside_figures_and_addresses() -> None:
    text = "He, at 10:30, paid 1,000: ok; see http://x.y – or 5–7"
    assert split.clauses(text) == ["He, ", "at 10:30, ", "paid 1,000: ", "ok; ", "see http://x.y – ", "or 5–7"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("aa bbbb cc", "aa ", id="at a space"),
        pytest.param("abcdef我们ghijkl", "abcdef我", id="between characters that are words"),
        pytest.param("कि" * 3, "कि", id="not inside a syllable"),
        pytest.param("e\u0301" * 3, "e\u0301", id="not before a mark"),
        pytest.param("abcdef", "abc", id="in the middle"),
    ],
)
def test_halves_are_cut_where_it_harms_least(text: str, first: str) -> None:
    assert split.halves(text)[0] == first


def script(text: str, **limits: int) -> Script | None:
    try:
        return front_end(**limits).script(text, "auto", "en")
    except InputError as error:
        if error.reason != "TextEmpty":
            raise
        return None


@given(text=TEXT)
def test_chunks_joined_are_the_text_and_each_fits_the_model(text: str) -> None:
    made = script(text)
    if made is not None:
        assert "".join(chunk.text for chunk in made.chunks) == text
        assert all(len(chunk.phonemes) <= 20 for chunk in made.chunks)
        said = "".join(chunk.phonemes for chunk in made.chunks)
        assert [c for c in said if c.isalnum()] == [c for c in text if c.isalnum()]


def test_ten_thousand_letters_without_a_space_are_all_spoken() -> None:
    made = script("a" * 10_000)
    assert made is not None
    assert sum(chunk.phonemes.count("a") for chunk in made.chunks) == 10_000


def test_character_that_says_more_than_the_model_takes_is_spoken_in_slices() -> None:
    class Verbose:
        def __call__(self, text: str) -> Spoken:
            return Spoken("x" * 50)

    made = FrontEnd({"en": Verbose()}, Limits(20, 12), len).script("a", "auto", "en")
    assert [len(chunk.phonemes) for chunk in made.chunks] == [20, 20, 10]


def test_sentence_without_spaces_is_cut_between_its_words() -> None:
    class Pairs:
        """Two characters are a word, as in much Chinese."""

        def __call__(self, text: str) -> Spoken:
            return Spoken(
                text,
                words=tuple(Word(i, min(i + 2, len(text)), i, min(i + 2, len(text))) for i in range(0, len(text), 2)),
            )

    made = FrontEnd({"zh": Pairs()}, Limits(20, 12), len).script("我们" * 19, "zh", "zh")
    assert {chunk.text for chunk in made.chunks} == {"我们" * 9, "我们" * 10}


def test_what_cannot_be_spoken_is_told() -> None:
    made = script("hi 😀 there 😀")
    assert made is not None
    assert made.warnings == ("left out, cannot be spoken: '😀' (U+1F600), 2 times",)


def test_warnings_stay_within_what_a_report_carries() -> None:
    class Unable:
        def __call__(self, text: str) -> Spoken:
            return Spoken("a", unread=tuple(text))

    text = "".join(chr(c) for c in range(0x2600, 0x2640))
    made = FrontEnd({"en": Unable()}, Limits(500, 150), len).script(text, "auto", "en")
    assert len(made.warnings) == 16
    assert made.warnings[-1] == "and 49 more warnings of this kind"


@pytest.mark.parametrize("text", ["", " ", "\n\n\t", "...", "?!", "😀", "“”", "\u200b\u202e"])
def test_text_without_sound_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        front_end().script(text, "auto", "en")
    assert refused.value.reason == "TextEmpty"


def test_language_of_the_request_must_be_spoken() -> None:
    with pytest.raises(InputError, match="language is 'fr'; this model speaks auto, en, ja, zh"):
        front_end().script("Bonjour", "fr", "en")


def test_pauses_follow_the_punctuation() -> None:
    made = script("First one here. Second one.\nThird, and a long clause here", preferred=1)
    assert made is not None
    assert [chunk.pause for chunk in made.chunks][:2] == [0.30, 0.55]
    assert made.chunks[-1].pause == 0.0


def test_short_lines_are_said_together_with_a_stop_between() -> None:
    made = front_end(most=500, preferred=150).script("Milk\nBread\nHoney,\nTea", "auto", "en")
    assert [chunk.phonemes for chunk in made.chunks] == ["Milk. Bread. Honey, Tea"]


def test_main_language_is_the_one_with_most_to_say() -> None:
    assert front_end().script("我们用 Kubernetes 部署服务", "auto", "en").language == "zh"
    assert front_end().script("He said 你好 to everybody in the room", "auto", "en").language == "en"


WRAPPED = "The quick brown fox jumps over the lazy dog and\nthen it runs away through the wood, where nobody\nwill ever find it"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(f"{WRAPPED}.", 1, id="wrapped by an editor"),
        pytest.param(f"{WRAPPED}\n\nand so on", 2, id="an empty line ends it"),
        pytest.param("Shopping for the week\nmilk and eggs", 2, id="short lines are lines"),
        pytest.param(f"{WRAPPED}\nAnother line begins large", 2, id="a capital begins a line"),
        pytest.param("The quick brown fox jumps over the lazy dog.\nthen", 2, id="after a full stop"),
    ],
)
def test_lines_that_an_editor_broke_are_one_sentence(text: str, sentences: int) -> None:
    script = front_end(400, 300).script(text, "en", "en")
    assert "".join(chunk.text for chunk in script.chunks) == text
    assert len(script.sentences) == sentences


def test_long_sentence_without_a_comma_is_parted_before_a_word_that_joins() -> None:
    text = (
        "The committee has spent the better part of three years on a plan that nobody outside of the town had ever read"
    )
    chunks = spelling_front_end(most=60, preferred=50).script(text, "en", "en").chunks
    assert [chunk.text.split()[0] for chunk in chunks] == ["The", "on"]
