"""Names of child objects are valid for any input, and distinct inputs never share one."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voxpod_crds.names import fingerprint, is_probe_of, job_name, label_value, object_key, probe_job_name, slug

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
UID = "2f1c6a3e-6d55-4f0a-9d3d-3f2d5a1c0b77"

HOSTILE = [
    pytest.param("", id="empty"),
    pytest.param("a" * 63, id="63 characters"),
    pytest.param("a" * 64, id="64 characters"),
    pytest.param("a" * 65, id="65 characters"),
    pytest.param("a" * 100_000, id="100,000 characters"),
    pytest.param("日本語", id="Japanese"),
    pytest.param("👩‍👩‍👧", id="emoji"),
    pytest.param("\ud800", id="lone surrogate"),
    pytest.param("UPPER", id="upper case"),
    pytest.param("ſ", id="small letter whose upper case is ASCII"),
    pytest.param("../../etc/passwd", id="path"),
    pytest.param("a/b", id="slash"),
    pytest.param("a\n", id="trailing newline"),
    pytest.param("a\x00b", id="NUL"),
    pytest.param("-a", id="leading dash"),
    pytest.param("a-", id="trailing dash"),
    pytest.param("a.b", id="dot"),
    pytest.param("{{.}}", id="template"),
    pytest.param("٣", id="digit of another script"),
    pytest.param("da39a3ee5e6b4b0d3255bfef95601890afd80709", id="looks like a hash"),
]

any_text = st.one_of(st.text(), st.text(alphabet=st.characters(categories=["Cs", "Lu", "Ll", "Nd"])), st.text("ab-.1"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_gives_valid_names(text: str) -> None:
    assert DNS_LABEL.fullmatch(job_name(text, 1))
    assert DNS_LABEL.fullmatch(job_name(text, 999_999))
    assert DNS_LABEL.fullmatch(probe_job_name(text, fingerprint(text)))
    assert LABEL_VALUE.fullmatch(label_value(text))


def test_hostile_inputs_do_not_collide() -> None:
    texts = [str(case.values[0]) for case in HOSTILE]
    assert len({job_name(text, 1) for text in texts}) == len(texts)
    assert len({fingerprint(text) for text in texts}) == len(texts)
    assert len({probe_job_name(text, fingerprint("one")) for text in texts}) == len(texts)
    assert len({probe_job_name(UID, fingerprint(text)) for text in texts}) == len(texts)


def test_uid_is_readable_in_the_name() -> None:
    assert job_name(UID, 2) == f"tts-{UID}-2"
    assert probe_job_name(UID, "0123456789abcdef") == f"probe-{UID}-0123456789abcdef"
    assert label_value("Team_a.b") == "Team_a.b"


@given(any_text)
def test_slug_is_a_dns_label_of_at_most_40(text: str) -> None:
    assert DNS_LABEL.fullmatch(slug(text))
    assert len(slug(text)) <= 40


@given(any_text, any_text)
@example("", "da39a3ee5e6b4b0d3255bfef95601890afd80709")
def test_distinct_texts_have_distinct_slugs(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


@given(st.tuples(any_text, st.integers(1, 10**6)), st.tuples(any_text, st.integers(1, 10**6)))
@example(("a", 11), ("a-1", 1))
@example(("a-1", 1), ("a", 1))
def test_no_two_attempts_share_a_job(one: tuple[str, int], other: tuple[str, int]) -> None:
    assert (job_name(*one) == job_name(*other)) == (one == other)


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_count_from_one(attempt: int) -> None:
    with pytest.raises(ValueError, match=f"attempt counts from 1, got {attempt}"):
        job_name(UID, attempt)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_probe_is_told_from_those_of_other_models(text: str) -> None:
    name = probe_job_name(text, fingerprint("one"))
    assert is_probe_of(name, text)
    assert not is_probe_of(name, text + "a")
    assert not is_probe_of(job_name(text, 1), text)


@pytest.mark.parametrize("reads", ["", "7", "0123456789ABCDEF", "0123456789abcdef0", "0123456789abcde\n"])
def test_a_probe_is_named_by_a_fingerprint(reads: str) -> None:
    with pytest.raises(ValueError, match="expected a fingerprint"):
        probe_job_name(UID, reads)


def test_a_fingerprint_tells_facts_apart_but_not_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert len({fingerprint("a", "b"), fingerprint("ab"), fingerprint("b", "a"), fingerprint(["a", "b"])}) == 4


def test_object_key_is_tenant_uid_and_extension() -> None:
    assert object_key("team-a.b", UID, "wav") == f"team-a.b/{UID}.wav"


@pytest.mark.parametrize("part", ["", "..", "../b", "a/b", "/a", ".hidden", "A", "a b", "a\n", "日本", "a?x", "a%2fb"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_object_key_cannot_leave_the_tenants_folder(part: str, position: int) -> None:
    parts = ["team-a", UID, "wav"]
    parts[position] = part
    with pytest.raises(ValueError, match="object key: "):
        object_key(*parts)
