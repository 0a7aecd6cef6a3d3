"""The document of times names every sentence and word where it stands in the text and when it is heard."""

import json
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pytest

from voxpod_inference.engines.base import Utterance, WordTime
from voxpod_inference.errors import InputError
from voxpod_inference.timestamps import SpokenTimes

RATE = 1_000
"""So that samples are milliseconds."""


def said(text: str, part: str, *words: str, pause: int = 300, silent: bool = False) -> Utterance:
    """An utterance of `part` of a text; its words take 200 ms each and begin after 50 ms."""
    start = text.index(part)
    times, at = [], start
    for number, word in enumerate(words):
        at = text.index(word, at)
        times.append(WordTime(at, at + len(word), 0.05 + 0.2 * number, 0.25 + 0.2 * number))
        at += len(word)
    spoken = 0 if silent else 100 + 200 * max(1, len(words))
    return Utterance(np.zeros(spoken + pause, np.float32), start, start + len(part), spoken / RATE, tuple(times))


def document(text: str, utterances: Sequence[Utterance], kind: Literal["sentence", "word"] = "word") -> dict[str, Any]:
    times = SpokenTimes(text, RATE)
    assert list(times.noting(iter(utterances))) == list(utterances)
    found: dict[str, Any] = json.loads(times.document(kind))
    return found


def brief(entries: list[dict[str, Any]]) -> list[tuple[str, float, float]]:
    return [(entry["text"], entry["startSeconds"], entry["endSeconds"]) for entry in entries]


def test_sentences_said_in_one_go_are_told_apart_by_their_words() -> None:
    text = "Hello there. 你好！ Dr. No left."
    one = said(text, "Hello there. 你好！", "Hello", "there", "你好", pause=400)
    two = said(text, " Dr. No left.", "Dr.", "No", "left")
    found = document(text, [one, two])
    assert brief(found["sentences"]) == [("Hello there.", 0.05, 0.45), ("你好！", 0.45, 0.65), ("Dr. No left.", 1.15, 1.75)]
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
    found = document(text, [said(text, "One two. ", "One", "two"), said(text, "Three four. Five.", "Three", "four", "Five")])
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
    text = "One, <prosody rate=\"50%\">two</prosody> and three. Four."
    parts = [said(text, 'One, <prosody rate="50%">', "One"), said(text, "two", "two"), said(text, "</prosody> and three.", "and", "three"), said(text, " Four.", "Four")]
    assert brief(document(text, parts)["sentences"]) == [('One, <prosody rate="50%">two</prosody> and three.', 0.05, 1.65), ("Four.", 2.05, 2.25)]


def test_abbreviations_of_the_texts_language_end_no_sentence() -> None:
    text = "El Sr. García vive. Bien."
    times = SpokenTimes(text, RATE)
    list(times.noting([said(text, text, "El", "Sr", "García", "vive", "Bien")]))
    assert [e["text"] for e in json.loads(times.document("word", "es"))["sentences"]] == ["El Sr. García vive.", "Bien."]


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
        times.document("word")
    assert times.document("sentence")


def test_a_lone_surrogate_in_the_text_does_not_break_the_document() -> None:
    text = "A \ud800 b."
    assert len(document(text, [said(text, text, "A", "b")])["words"]) == 2
