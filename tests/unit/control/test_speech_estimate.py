"""How long a text sounds is estimated within a quarter in each language that the model was heard in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_operator.policy import speech_estimate
from voxpod_operator.policy.speech_estimate import LEAST_SECONDS, seconds_of

HEARD = [
    pytest.param("Please remember to bring your passport and your ticket to the airport.", 4.12, id="en 1"),
    pytest.param("The museum is closed on Mondays, but the garden stays open all week.", 4.92, id="en 2"),
    pytest.param("请把窗户打开，让新鲜空气进来。", 3.83, id="zh 1"),
    pytest.param("这家银行的行长昨天在会议上讲了话。", 4.25, id="zh 2"),
    pytest.param("今日は天気がいいので、公園を散歩したいです。", 4.00, id="ja 1"),
    pytest.param("明日の会議は午後三時から始まります。", 3.73, id="ja 2"),
    pytest.param("请打开 Bluetooth，然后连接你的耳机。", 3.60, id="zh+en 1"),
    pytest.param("我昨天在 Amazon 上买了一本关于 Python 的书。", 4.30, id="zh+en 2"),
    pytest.param("この project の締め切りは金曜日です。", 3.40, id="ja+en 1"),
    pytest.param("新しい computer を買いたいです。", 2.85, id="ja+en 2"),
    pytest.param("Por favor, abra la ventana para que entre aire fresco.", 3.23, id="es 1"),
    pytest.param("El museo está cerrado los lunes, pero el jardín abre todos los días.", 4.03, id="es 2"),
    pytest.param("Pouvez-vous ouvrir la fenêtre, s'il vous plaît ?", 2.85, id="fr 1"),
    pytest.param("Le musée est fermé le lundi, mais le jardin reste ouvert.", 4.03, id="fr 2"),
    pytest.param("Per favore, apri la finestra perché fa molto caldo.", 3.58, id="it 1"),
    pytest.param("Il museo è chiuso il lunedì, ma il giardino è sempre aperto.", 3.88, id="it 2"),
    pytest.param("Por favor, abra a janela porque está muito quente.", 3.00, id="pt 1"),
    pytest.param("O museu fecha às segundas-feiras, mas o jardim fica aberto.", 3.75, id="pt 2"),
    pytest.param("आज मौसम बहुत अच्छा है।", 3.02, id="hi 1"),
    pytest.param("मेरी बहन एक अस्पताल में काम करती है।", 3.88, id="hi 2"),
]
"""What Kokoro's default voices made of these at speed 1, in seconds; docs/benchmarks/estimate.md has all."""


@pytest.mark.parametrize(("text", "seconds"), HEARD)
def test_an_estimate_is_within_a_quarter(text: str, seconds: float) -> None:
    assert seconds / 1.25 <= seconds_of(text, 1.0) <= seconds * 1.25


def test_a_speed_divides_it() -> None:
    assert seconds_of("Hello there.", 2.0) == pytest.approx(seconds_of("Hello there.", 1.0) / 2)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "-", "\n\n"])
def test_nothing_to_be_heard_is_not_nothing(text: str) -> None:
    assert seconds_of(text, 1.0) == LEAST_SECONDS


@given(st.text(st.characters(codec="ascii"), max_size=200))
def test_the_quick_way_says_the_same(text: str) -> None:
    assert speech_estimate._ascii(text) == pytest.approx(speech_estimate._any(text))


@given(st.text(max_size=100), st.text(max_size=100))
def test_more_text_is_never_shorter_but_for_kanji(one: str, other: str) -> None:
    both = seconds_of(one + " " + other, 1.0)
    assert both >= 0.9 * max(seconds_of(one, 1.0), seconds_of(other, 1.0))


def test_figures_inside_a_number_are_no_ends_of_sentences() -> None:
    assert seconds_of("3.14", 1.0) == pytest.approx(0.9)
