"""Names of voices and mixes mean the same to whoever reads them."""

import pytest

from voxpod_crds.voices import voice_shares


@pytest.mark.parametrize(
    ("voice", "shares"),
    [
        pytest.param("af_heart", {"af_heart": 1.0}, id="one voice"),
        pytest.param("af_heart(7)", {"af_heart": 1.0}, id="the weight of one voice changes nothing"),
        pytest.param("a(3)+b(1)", {"a": 0.75, "b": 0.25}, id="weights become shares"),
        pytest.param("a+b+c+d", {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}, id="without weights all alike"),
        pytest.param("a(0.5)+b(1.5)", {"a": 0.25, "b": 0.75}, id="fractions"),
        pytest.param(
            "a+b+a", {"a": pytest.approx(2 / 3), "b": pytest.approx(1 / 3)}, id="a voice named twice counts twice"
        ),
        pytest.param("a(0.01)+b(99.99)", {"a": pytest.approx(0.0001), "b": pytest.approx(0.9999)}, id="extremes"),
    ],
)
def test_mix_is_a_share_of_each_voice(voice: str, shares: dict[str, float]) -> None:
    assert voice_shares(voice) == shares


@pytest.mark.parametrize(
    "voice",
    [
        "",
        "+",
        "a+",
        "+b",
        "a++b",
        "a(",
        "a()",
        "a(0)",
        "a(0.00)",
        "a(-1)",
        "a(1",
        "a)1(",
        "a(100)",
        "a(1.234)",
        "a(nan)",
        "a(1e3)",
        "a b",
        "a, b",
        "a\n",
        "../a",
        "声",
        "a" * 65,
        "+".join("abcdefghi"),
        "a(1)(2)",
    ],
)
def test_what_is_no_mix_is_refused(voice: str) -> None:
    with pytest.raises(ValueError, match="expected a voice, or a mix"):
        voice_shares(voice)
