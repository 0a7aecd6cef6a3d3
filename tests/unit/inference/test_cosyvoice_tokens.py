"""Text to tokens, and which speech token is drawn."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cosyvoice_checkpoint import a_tokenizer
from voxpod_inference.engines.cosyvoice.byte_pairs import BytePairs, words
from voxpod_inference.engines.cosyvoice.conversion import tokenizer
from voxpod_inference.engines.cosyvoice.engine import plain
from voxpod_inference.engines.cosyvoice.sampling import draw
from voxpod_inference.engines.cosyvoice.settings import Settings
from voxpod_inference.engines.cosyvoice.spectra import frames_of, places, windows
from voxpod_inference.engines.cosyvoice.speech_tokens import bounds
from voxpod_inference.errors import BundleError
from voxpod_inference.tables import write_table
from voxpod_inference.text.written import marked, written_readers


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> BytePairs:
    folder = tmp_path_factory.mktemp("pairs")
    raw = a_tokenizer(folder / "pairs.tiktoken").read_bytes()
    write_table(folder / "pairs.tsv", tokenizer.entries(raw, 280 + tokenizer.SPECIALS))
    return BytePairs(folder / "pairs.tsv")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("Hello there", ["Hello", " there"]),
        ("it's, he'll 'go", ["it", "'s", ",", " he", "'ll", " '", "go"]),
        ("a  b", ["a", " ", " b"]),
        ("a b ", ["a", " b", " "]),
        ("  ", ["  "]),
        ("你好，世界", ["你好", "，", "世界"]),
        ("abc123 45", ["abc", "123", " 45"]),
        ("x²½Ⅷ", ["x", "²½Ⅷ"]),
        ("e\u0301a", ["e", "\u0301", "a"]),
        ("<|en|>", ["<|", "en", "|>"]),
    ],
)
def test_a_text_is_cut_into_words_as_whispers_pattern_cuts_it(text: str, cut: list[str]) -> None:
    assert list(words(text)) == cut


def test_pairs_of_the_lowest_rank_are_joined_first(pairs: BytePairs) -> None:
    # 256 is `th`, 261 `to`, 263 `he`, 275 `ee`... as a_tokenizer numbers them; `the` is `th` and `e`.
    assert pairs.encode("the") == [256, ord("e")]
    assert pairs.encode("hee") == [263, ord("e")]
    assert pairs.encode("你") == list("你".encode())
    assert pairs.count("the hee") == len(pairs.encode("the hee")) == 5


def test_what_looks_like_a_special_token_is_text(pairs: BytePairs) -> None:
    assert max(pairs.encode("<|endoftext|><|startoftranscript|>")) < 280


def test_a_word_of_any_length_is_encoded_in_time_that_grows_with_it(pairs: BytePairs) -> None:
    assert len(pairs.encode("x" * 10_000)) == 10_000
    assert pairs.encode("th" * 128) == [256] * 128


def test_the_likeliest_are_drawn_as_often_as_they_are_likely() -> None:
    """10,000 draws; chi-square with 3 degrees of freedom is above 16.3 once in a thousand."""
    shares = np.array([0.4, 0.25, 0.1, 0.08, 0.07, 0.06, 0.04])
    scores = np.log(shares).astype(np.float32)
    random = np.random.default_rng(11)
    counts = np.bincount([draw(scores, [], random) for _ in range(10_000)], minlength=7)
    few = shares[:4] / shares[:4].sum()  # the fourth is the one with which they have 0.8
    assert counts[4:].sum() == 0
    assert ((counts[:4] - 10_000 * few) ** 2 / (10_000 * few)).sum() < 16.3


def test_no_more_than_25_are_looked_at() -> None:
    scores = np.zeros(100, np.float32)
    drawn = {draw(scores, [], np.random.default_rng(seed)) for seed in range(400)}
    assert drawn == set(range(25))


def test_a_token_of_the_last_ten_is_replaced_by_one_of_all_others() -> None:
    scores = np.log(np.array([0.9, 0.06, 0.04], np.float32))
    random = np.random.default_rng(3)
    counts = np.bincount([draw(scores, [0], random) for _ in range(10_000)], minlength=3)
    assert counts[0] == 0
    assert counts[1] / 10_000 == pytest.approx(0.6, abs=0.02)
    assert draw(scores, [0, *[5] * 10], np.random.default_rng(0)) == 0


def test_what_has_no_share_is_never_drawn() -> None:
    scores = np.array([-np.inf, 0.0, -np.inf], np.float32)
    assert {draw(scores, [], np.random.default_rng(seed)) for seed in range(50)} == {1}


def settings(positions: int = 1_024) -> Settings:
    return Settings(14, 16, 64, positions, 512, 4_096, 80, 0, {}, (1.0, 0.0))


@pytest.mark.parametrize(
    ("text", "before", "least", "most"),
    [
        pytest.param(10, 13, 20, 200, id="2 to 20 for each token"),
        pytest.param(1, 4, 2, 20, id="one token"),
        pytest.param(48, 51, 96, 960, id="a full chunk"),
        pytest.param(60, 63, 120, 961, id="no more than there are positions"),
        pytest.param(100, 1_024, 1, 1, id="none left"),
    ],
)
def test_speech_is_neither_empty_nor_endless(text: int, before: int, least: int, most: int) -> None:
    found = bounds(text, before, settings())
    assert (found.least, found.most) == (least, most)


@pytest.mark.parametrize("tokens", [1, 2, 20, 40, 41, 57, 500])
def test_every_frame_lies_between_two_tokens(tokens: int) -> None:
    at = places(tokens)
    assert len(at.left) == len(at.right) == len(at.share) == frames_of(tokens) > 0
    assert (at.left >= 0).all()
    assert (at.right < tokens).all()
    assert ((at.right - at.left) <= 1).all()
    assert (np.diff(at.left) >= 0).all()
    assert (at.share >= 0).all()
    assert (at.share < 1).all()


@pytest.mark.parametrize("tokens", [1, 20, 21, 40, 511, 512, 513, 972, 1_004, 1_005])
def test_windows_of_tokens_overlap_by_twenty(tokens: int) -> None:
    found = list(windows(tokens, 512))
    assert (found[0][0], found[-1][1]) == (0, tokens)
    assert all(0 < end - first <= 512 for first, end in found)
    assert all(before[1] - after[0] == 20 for before, after in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("language", "text", "written"),
    [
        ("en", "Dr. Smith's well-known e-mail cost $5.", "Doctor Smith's well-known e-mail cost five dollars."),
        ("en", "Yes & no.", "Yes and no."),
        ("zh", "他在2026年跑了12km，很好！", "他在二零二六年跑了十二公里，很好！"),
        ("ja", "12kmを、走った。", "十二キロメートルを、走った。"),
        ("ko", "12km를 달렸다.", "십이 킬로미터를 달렸다."),
        ("yue", "佢行咗12km。", "佢行咗十二公里。"),
    ],
)
def test_figures_and_signs_are_written_out_in_the_language(language: str, text: str, written: str) -> None:
    read = written_readers(("en", "ja", "ko", "yue", "zh"))[language](text)
    assert plain(read.phonemes) == (language, written)
    assert [found for found, _ in marked(read.phonemes)] == [language]


def test_a_mixed_text_is_of_the_language_that_most_of_it_is_in() -> None:
    readers = written_readers(("en", "zh"))
    read = (
        readers["zh"]("我们用").phonemes
        + " "
        + readers["en"]("Kubernetes").phonemes
        + " "
        + readers["zh"]("，很好。").phonemes
    )
    assert plain(read) == ("zh", "我们用Kubernetes，很好。")


def test_settings_of_another_version_are_refused(tmp_path: Path) -> None:
    from voxpod_inference.engines.cosyvoice.settings import read_settings

    file = tmp_path / "settings.json"
    for text, said in (
        ("{}", "has no layers; this version of Voxpod needs a bundle of its own convert-cosyvoice"),
        ("7", r"is not what this version reads \(TypeError"),
        ("{", r"is not what this version reads \(JSONDecodeError"),
    ):
        file.write_text(text)
        with pytest.raises(BundleError, match=said):
            read_settings(file)
    file.write_text(replace(settings(), format=2).to_json())
    with pytest.raises(
        BundleError, match="is of format 2, 3 is read; this version of Voxpod needs a bundle of its own"
    ):
        read_settings(file)
    file.write_text(replace(settings(), harmonics=(1.0,)).to_json())
    with pytest.raises(BundleError, match="has 1 harmonics; 2 or more are accepted"):
        read_settings(file)
