"""What a request counts for: the characters that are spoken, not those that are written."""

import pytest

from builders import a_request
from voxpod_operator.policy.demand import demand_of


def characters(text: str, **spec: object) -> int:
    return demand_of(a_request(text, **spec).spec).characters


@pytest.mark.parametrize(
    ("text", "lexicon", "counted"),
    [
        pytest.param("k8s is here", {"k8s": "Kubernetes"}, "Kubernetes is here", id="a word"),
        pytest.param(
            "K8S, k8s.", {"k8s": "Kubernetes"}, "Kubernetes, Kubernetes.", id="in lower case: however written"
        ),
        pytest.param("US and us", {"US": "United States"}, "United States and us", id="with a capital: as it stands"),
        pytest.param("category cat", {"cat": "feline"}, "category feline", id="whole words only"),
        pytest.param("new york new", {"new": "old", "new york": "NYC"}, "NYC old", id="the longest first"),
        pytest.param("我在重庆市", {"重庆": "x" * 10}, "我在xxxxxxxxxx市", id="anywhere where no spaces are written"),
        pytest.param(
            "<lang=zh>en</lang> en", {"lang": "x" * 50, "en": "y"}, "<lang=zh>y</lang> y", id="never in a tag"
        ),
        pytest.param("a.b", {"a.b": "c", "b": "dd"}, "c", id="a word is no pattern"),
    ],
)
def test_what_a_lexicon_puts_in_counts(text: str, lexicon: dict[str, str], counted: str) -> None:
    entries = [{"word": word, "sayAs": said} for word, said in lexicon.items()]
    assert characters(text, lexicon=entries) == len(counted)


def test_ten_thousand_characters_that_become_a_million_are_a_million() -> None:
    assert characters("a " * 5000, lexicon=[{"word": "a", "sayAs": "b" * 200}]) == 5000 * 201


@pytest.mark.parametrize("form", ["sayAs", "ipa", "pinyin"])
def test_every_kind_of_reading_counts(form: str) -> None:
    assert characters("a", lexicon=[{"word": "a", form: "b" * 100}]) == 100


def test_ssml_counts_as_it_is_written() -> None:
    text = "<speak>Hi<break time='1s'/></speak>"
    assert characters(text, ssml=True) == len(text)


def test_more_is_held_than_is_expected() -> None:
    demand = demand_of(a_request("Hello there.", speed=2.0).spec)
    assert demand.held_seconds == pytest.approx(1.25 * demand.estimated_seconds, abs=0.001)
