"""Every figure, every letter and every sign that changes a value is in what is said, or in a warning: in each language of the model."""

import itertools
import re
import string
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voxpod_inference.bundle import Bundle
from voxpod_inference.errors import InputError
from voxpod_inference.text.cantonese.reader import Cantonese
from voxpod_inference.text.frontend import FrontEnd, Limits, Script
from voxpod_inference.text.korean.reader import Korean
from voxpod_inference.text.readers import readers_of

pytestmark = pytest.mark.model

AROUND = {
    "en": ("it is ", " now"), "es": ("es ", " hoy"), "fr": ("il est ", " ici"), "hi": ("यह ", " है"), "it": ("ora ", " qui"), "ja": ("今", "です"),
    "ko": ("지금 ", " 이다"), "pt": ("agora ", " aqui"), "yue": ("而家係", "喇"), "zh": ("现在", "了"),
}  # fmt: skip
"""What a form stands between; the language follows from it."""
SIGNS = "-−+±%‰$€£¥₹₩°½¾²³⁻√µ"
FIGURES = [
    "5",
    "1/5",
    "0.5",
    "1,5",
    "25",
    "100",
    "2026",
    "12:30",
    "12:30:45",
    "½",
    "3²",
    "10⁻³",
    "1e-5",
    "√2",
    "3/4",
    "¾",
]
BEFORE = ["", "-", "−", "+", "±", "$", "€", "£", "¥", "₹", "-$", "-€"]
AFTER = ["", "%", "‰", "°", "°C", " €", "€", "²", " kg", "½", " µg", "µL", " km/h"]


@pytest.fixture(scope="module")
def front_end(kokoro_bundle: Bundle, cantonese: Cantonese) -> FrontEnd:
    return FrontEnd({**readers_of(kokoro_bundle), "ko": Korean(), "yue": cantonese}, Limits(400, 400), len)


def said(script: Script) -> str:
    return " ".join(chunk.phonemes for chunk in script.chunks)


def covered(script: Script) -> set[int]:
    return {at for chunk in script.chunks for word in chunk.words for at in range(word.start, word.end)}


def told(script: Script, char: str) -> bool:
    return any(repr(char) in warning for warning in script.warnings)


def without_one_sign(text: str) -> Iterator[tuple[str, str]]:
    for at, char in enumerate(text):
        if char in SIGNS or char.isdigit():
            yield char, text[:at] + text[at + 1 :]


BARE_DECIMALS = re.compile(r"(?<!\d)\.\d")
"""`$.5` is `$0.5`: the zero changes nothing."""


@pytest.mark.parametrize("language", sorted(AROUND))
@settings(deadline=None, max_examples=40)
@example(("-", "1/5", ""), True)
@example(("-$", "0.5", ""), True)
@example(("-", "12:30", ""), True)
@example(("-", "½", ""), False)
@example(("", "12:30:45", ""), True)
@example(("-", "5", "€"), False)
@example(("", "1e-5", ""), True)
@given(
    parts=st.tuples(st.sampled_from(BEFORE), st.sampled_from(FIGURES), st.sampled_from(AFTER)),
    in_sentence=st.booleans(),
)
def test_without_a_figure_or_sign_something_else_is_said(
    front_end: FrontEnd, language: str, parts: tuple[str, str, str], in_sentence: bool
) -> None:
    before, after = AROUND[language] if in_sentence else ("", "")
    text = before + "".join(parts) + after
    whole = front_end.script(text, language, language)
    for char, shorter in without_one_sign(text):
        try:
            other = front_end.script(shorter, language, language)
        except InputError:  # nothing was left to say
            continue
        if char == "0" and BARE_DECIMALS.search(shorter):
            continue
        # "1/5°" is "um quinto" in Portuguese as 1/5 is, by "5°" and a "/" that cannot be spoken: then that is told
        told_of_whole = set(whole.warnings) - set(other.warnings)
        assert said(other) != said(whole) or told(whole, char) or told_of_whole, (text, char)


@pytest.mark.parametrize(
    "form", ["14A", "B12", "A4", "2B", "X5", "IB3170", "12F", "5 N", "N 5", "3D", "40217-C", "B-4821", "10 V"]
)
@pytest.mark.parametrize("language", sorted(AROUND))
def test_without_a_letter_beside_a_figure_something_else_is_said(front_end: FrontEnd, language: str, form: str) -> None:
    before, after = AROUND[language]
    whole = front_end.script(before + form + after, language, language)
    for at, char in enumerate(form):
        if char.isalpha():
            other = front_end.script(before + form[:at] + form[at + 1 :] + after, language, language)
            assert said(other) != said(whole) or told(whole, char), (form, char)


@pytest.mark.parametrize("language", sorted(AROUND))
@settings(deadline=None, max_examples=60)
@given(
    text=st.text(string.ascii_letters + string.digits + " .,:;/-+%$€°()#&@*_'\"", min_size=1, max_size=30),
    in_sentence=st.booleans(),
)
def test_every_letter_and_figure_is_said_or_told(
    front_end: FrontEnd, language: str, text: str, in_sentence: bool
) -> None:
    before, after = AROUND[language] if in_sentence else ("", "")
    text = before + text + after
    try:
        script = front_end.script(text, language, language)
    except InputError:
        return
    words = covered(script)
    lost = [(at, char) for at, char in enumerate(text) if char.isascii() and char.isalnum() and at not in words]
    assert all(told(script, char) for _, char in lost), (text, lost)


@pytest.mark.parametrize("signs", ["".join(pair) for pair in itertools.product("*/|<=", repeat=2)])
def test_operators_between_operands_are_said_or_told(front_end: FrontEnd, signs: str) -> None:
    text = f"x{signs}2"
    script = front_end.script(text, "en", "en")
    plain = front_end.script("x 2", "en", "en")
    assert said(script) != said(plain) or any(told(script, sign) for sign in signs), text
