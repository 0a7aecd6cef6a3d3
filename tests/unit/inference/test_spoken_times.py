"""The document of times names every sentence and word where it stands in the text and when it is heard."""

import itertools
import json
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelling_reader import front_end
from voxpod_inference.engines.base import Utterance, WordTime
from voxpod_inference.errors import InputError
from voxpod_inference.text.frontend import Script
from voxpod_inference.timestamps import SpokenTimes

RATE = 1_000
"""So that samples are milliseconds."""
WORD = 0.2
"""Seconds that each word takes."""


def said(text: str, part: str, *words: str, pause: int = 300, silent: bool = False) -> Utterance:
    """An utterance of `part` of a text; its words take 200 ms each and begin after 50 ms."""
    start = text.index(part)
    times, at = [], start
    for number, word in enumerate(words):
        at = text.index(word, at)
        times.append(WordTime(at, at + len(word), 0.05 + WORD * number, 0.05 + WORD * (number + 1)))
        at += len(word)
    spoken = 0 if silent else 100 + 200 * max(1, len(words))
    return Utterance(np.zeros(spoken + pause, np.float32), start, start + len(part), spoken / RATE, tuple(times))


def script(text: str, language: str = "auto", *, lexicon: dict[str, str] | None = None, most: int = 500) -> Script:
    """What the front end makes of a text; SSML by its look."""
    return front_end(most, most // 2).script(text, language, "en", ssml=text.startswith("<speak"), lexicon=lexicon)


def spoken(made: Script, *, with_words: bool = True) -> list[Utterance]:
    """What a model would say: each chunk and the pause after it."""
    utterances = []
    for chunk in made.chunks:
        words = (
            tuple(WordTime(w.start, w.end, 0.05 + WORD * i, 0.05 + WORD * (i + 1)) for i, w in enumerate(chunk.words))
            if with_words
            else ()
        )
        seconds = 0.1 + WORD * len(chunk.words) if chunk.phonemes else 0.0
        samples = np.zeros(round((seconds + chunk.pause) * RATE), np.float32)
        utterances.append(Utterance(samples, chunk.start, chunk.start + len(chunk.text), seconds, words))
    return utterances


def document(
    text: str,
    utterances: Sequence[Utterance] | None = None,
    kind: Literal["sentence", "word"] = "word",
    made: Script | None = None,
) -> dict[str, Any]:
    made = made or script(text)
    utterances = spoken(made) if utterances is None else utterances
    times = SpokenTimes(text, RATE)
    assert list(times.noting(iter(utterances))) == list(utterances)
    found: dict[str, Any] = json.loads(times.document(kind, made.sentences))
    return found


def brief(entries: list[dict[str, Any]]) -> list[tuple[str, float, float]]:
    return [(entry["text"], entry["startSeconds"], entry["endSeconds"]) for entry in entries]


def texts(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["text"] for entry in entries]


def test_sentences_said_in_one_go_are_told_apart_by_their_words() -> None:
    text = "Hello there. 你好！ Dr. No left."
    one = said(text, "Hello there. 你好！", "Hello", "there", "你好", pause=400)
    two = said(text, " Dr. No left.", "Dr.", "No", "left")
    found = document(text, [one, two])
    assert brief(found["sentences"]) == [
        ("Hello there.", 0.05, 0.45),
        ("你好！", 0.45, 0.65),
        ("Dr. No left.", 1.15, 1.75),
    ]
    assert brief(found["words"])[2:4] == [("你好", 0.45, 0.65), ("Dr.", 1.15, 1.35)]
    assert found["durationSeconds"] == 2.1
    assert found["version"] == 1


def test_offsets_are_of_the_text_and_in_code_points() -> None:
    text = "  👋🏽 Hi.\n你好。"
    found = document(text, [said(text, "  👋🏽 Hi.\n", "Hi"), said(text, "你好。", "你好")])
    for entry in found["sentences"] + found["words"]:
        assert text[entry["startOffset"] : entry["endOffset"]] == entry["text"]
    assert [e["text"] for e in found["sentences"]] == ["👋🏽 Hi.", "你好。"]


def test_times_follow_each_other_within_the_audio() -> None:
    text = "One two. Three four. Five."
    found = document(
        text, [said(text, "One two. ", "One", "two"), said(text, "Three four. Five.", "Three", "four", "Five")]
    )
    for entries in (found["sentences"], found["words"]):
        seconds = [t for e in entries for t in (e["startSeconds"], e["endSeconds"])]
        assert seconds == sorted(seconds)
        assert seconds[0] >= 0
        assert seconds[-1] <= found["durationSeconds"]


def test_markup_is_kept_in_offsets_and_ends_sentences_as_it_says() -> None:
    text = '<speak><s>Go <break time="1.5s"/> on</s><s>Now</s> then. End.</speak>'
    found = document(text, [said(text, text, "Go", "on", "Now", "then", "End")])
    assert [(e["text"], e["startSeconds"]) for e in found["sentences"]] == [
        ('Go <break time="1.5s"/> on', 0.05),
        ("Now", 0.45),
        ("then.", 0.65),
        ("End.", 0.85),
    ]


def test_a_sentence_that_was_said_in_parts_is_one() -> None:
    text = 'One, <prosody rate="50%">two</prosody> and three. Four.'
    parts = [
        said(text, 'One, <prosody rate="50%">', "One"),
        said(text, "two", "two"),
        said(text, "</prosody> and three.", "and", "three"),
        said(text, " Four.", "Four"),
    ]
    assert brief(document(text, parts)["sentences"]) == [
        ('One, <prosody rate="50%">two</prosody> and three.', 0.05, 1.65),
        ("Four.", 2.05, 2.25),
    ]


def test_abbreviations_of_the_texts_language_end_no_sentence() -> None:
    text = "El Sr. García vive. Bien."
    assert texts(document(text, made=script(text, "es"))["sentences"]) == ["El Sr. García vive.", "Bien."]
    text = "Dr. No left. <lang=es>El Sr. García vive.</lang>"
    assert texts(document(text)["sentences"]) == ["Dr. No left.", "El Sr. García vive."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(
            "If a < b then c > d. It is done.", ["If a < b then c > d.", "It is done."], id="comparison in plain text"
        ),
        pytest.param('He said "Go <now> please."', ['He said "Go <now> please."'], id="word in angle brackets"),
        pytest.param("a <b c. D e> f. G", ["a <b c.", "D e> f.", "G"], id="sentence end between angle brackets"),
        pytest.param(
            '<speak>One.<!-- x > y. Z --> Two <sub alias="a > b. C">three</sub> four.</speak>',
            ["One.", 'Two <sub alias="a > b. C">three</sub> four.'],
            id="comment, and a greater-than sign and a stop in an attribute",
        ),
        pytest.param("<speak><![CDATA[a < b. C > d]]> e. F</speak>", ["a < b.", "C > d]]> e.", "F"], id="cdata"),
        pytest.param("<speak><![CDATA[One.]]>Two</speak>", ["One.", "Two"], id="end of cdata without space"),
        pytest.param("<speak>A &lt;b&gt; c&#46; D</speak>", ["A &lt;b&gt; c&#46;", "D"], id="entities"),
        pytest.param(
            '<speak>One.<break time="1s"/>Two.<prosody rate="2">Three</prosody></speak>',
            ["One.", "Two.", "Three"],
            id="markup without space",
        ),
        pytest.param(
            "<speak><p>One</p><p><s>Two</s><s>three</s></p></speak>", ["One", "Two", "three"], id="paragraphs"
        ),
        pytest.param(
            '<speak>One. <sub alias=" Two. C. "><!-- > --> x. Y</sub> d.</speak>',
            ["One.", "<!-- > --> x. Y</sub> d."],
            id="comment inside of what is replaced",
        ),
        pytest.param(
            '<speak>One. <sub alias="Two"/> <sub alias="Two"></sub></speak>', ["One."], id="what stands for nothing"
        ),
    ],
)
def test_sentences_are_those_that_are_spoken(text: str, sentences: list[str]) -> None:
    found = document(text)
    assert texts(found["sentences"]) == sentences
    for entry in found["sentences"] + found["words"]:
        assert text[entry["startOffset"] : entry["endOffset"]] == entry["text"]


def test_sentence_ends_in_a_lexicons_value_are_none_of_the_text() -> None:
    text = "The etc of it. End."
    assert texts(document(text, made=script(text, lexicon={"etc": "A. B. C."}))["sentences"]) == [
        "The etc of it.",
        "End.",
    ]


PIECES = [
    "One. ",
    "two ",
    "Dr. ",
    "e.g. ",
    "五。",
    "の",
    "한국",
    "हिन्दी। ",
    "3.5",
    "a < b ",
    "c > d. ",
    "<now> ",
    "! ",
    "…",
    "(",
    "”",
    "\n",
    "e\u0301",
    "\u200b",
    "😀",
    "k8s",
]
PLAIN = st.lists(st.sampled_from([*PIECES, "<lang=es>", "</lang>"]), max_size=40).map("".join)
INSIDE = st.lists(
    st.sampled_from(
        [piece for piece in PIECES if "<" not in piece]
        + ["&lt;", "&#46; ", "<!-- > A. B -->", "<![CDATA[a < b. C > d. ]]>", '<break time="1s"/>', "\r\n"]
    ),
    max_size=8,
).map("".join)
ELEMENTS = st.recursive(
    INSIDE
    | st.builds(
        '<sub alias="{}">{}</sub>'.format,
        st.sampled_from(["x > y. Z", " B. ", "c"]),
        st.sampled_from(["", "d", "e. F", "g <!-- > -->"]),
    ),
    lambda inner: st.lists(
        st.builds(
            "<{0[0]}>{1}</{0[1]}>".format,
            st.sampled_from(
                [("p", "p"), ("s", "s"), ("w", "w"), ('lang xml:lang="es"', "lang"), ('prosody rate="2"', "prosody")]
            ),
            inner,
        ),
        max_size=3,
    ).map("".join),
    max_leaves=12,
)
SSML = st.builds("<speak>{}</speak>".format, st.lists(ELEMENTS, max_size=4).map("".join))


@given(
    PLAIN | SSML | st.text(),
    st.integers(12, 80),
    st.booleans(),
    st.sampled_from([None, {"k8s": "Kubernetes. And so", "two": "/tu/"}]),
)
def test_times_of_any_text_are_in_order_and_of_pieces_of_it(
    text: str, most: int, with_words: bool, lexicon: dict[str, str] | None
) -> None:
    try:
        made = script(text, lexicon=lexicon, most=most)
    except InputError:
        return
    with_words = with_words and any(chunk.words for chunk in made.chunks)
    found = document(text, spoken(made, with_words=with_words), "word" if with_words else "sentence", made)
    sentences, words = found["sentences"], found.get("words", [])
    for entry in sentences + words:
        assert entry["startOffset"] < entry["endOffset"]
        assert text[entry["startOffset"] : entry["endOffset"]] == entry["text"] == entry["text"].strip()
        assert 0 <= entry["startSeconds"] < entry["endSeconds"] <= found["durationSeconds"]
    for entries in (sentences, words):
        assert all(
            a["endOffset"] <= b["startOffset"] and a["endSeconds"] <= b["startSeconds"]
            for a, b in itertools.pairwise(entries)
        )
    for word in words:
        assert any(
            s["startOffset"] <= word["startOffset"] and word["endOffset"] <= s["endOffset"] for s in sentences
        ), word


def test_without_word_times_an_utterance_is_one_entry_without_its_pause() -> None:
    text = "One. Two. Three."
    found = document(text, [said(text, "One. Two. "), said(text, "Three.")], "sentence")
    assert brief(found["sentences"]) == [("One. Two.", 0.0, 0.3), ("Three.", 0.6, 0.9)]
    assert "words" not in found


def test_a_pause_alone_is_no_sentence() -> None:
    text = "Ah. ... Bee."
    found = document(text, [said(text, "Ah. ", "Ah"), said(text, "... ", silent=True), said(text, "Bee.", "Bee")])
    assert [e["text"] for e in found["sentences"]] == ["Ah.", "Bee."]


def test_words_that_the_model_does_not_tell_are_refused_rather_than_left_out() -> None:
    text = "One. Two."
    times = SpokenTimes(text, RATE)
    list(times.noting(iter([said(text, text)])))
    with pytest.raises(InputError, match="'sentence' is accepted"):
        times.document("word", script(text).sentences)
    assert times.document("sentence", script(text).sentences)


def test_a_lone_surrogate_in_the_text_does_not_break_the_document() -> None:
    text = "A \ud800 b."
    assert len(document(text, [said(text, text, "A", "b")])["words"]) == 2


def test_what_replaces_a_word_is_timed_as_it_in_all_chunks_that_say_it() -> None:
    text = f'<speak><sub alias="{"very long alias " * 8}">X</sub> end</speak>'
    made = script(text, most=60)
    assert len(made.chunks) > 2
    words = document(text, spoken(made))["words"]
    assert [word["text"] for word in words] == ["X", "end"]
    assert words[0]["endSeconds"] > sum(0.1 + WORD + chunk.pause for chunk in made.chunks[:-2])
