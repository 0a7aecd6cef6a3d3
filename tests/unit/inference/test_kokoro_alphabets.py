"""Pinyin and kana end up in the letters that the model knows, every one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.text.chinese import pinyin
from voxpod_inference.text.japanese import kana

MODEL_LETTERS = frozenset(
    ';:,.!?—…"()“” ̃ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ'
)
REAL = "a1 ai4 ba1 bo2 cai2 chi1 ci4 de5 er2 fo2 guo2 hm5 jiong3 ju1 jue2 juan3 jun1 lv4 lve4 nv3 ng2 o4 qiong2 ri4 shui3 si4 xu1 xiu1 xuan4 yi1 ya1 yo1 you3 yong4 yuan2 yue4 yun1 wu3 wai4 weng1 zhi1 zhuang4 zi5 zui4 zun1"


@pytest.mark.parametrize(
    ("syllable", "phonemes"),
    [
        ("zhang3", "ꭧa↓ŋ"), ("yin2", "i↗n"), ("hang2", "xa↗ŋ"), ("lv4", "ly↘"), ("xue2", "ɕɥe↗"), ("jun1", "ʨy→n"),
        ("shi4", "ʂɨ↘"), ("zi5", "ʦɨ"), ("er2", "ɚ↗"), ("wo3", "wo↓"), ("you3", "jou↓"), ("liu4", "ljou↘"), ("gui4", "kwei↘"),
        ("yuan2", "ɥɛ↗n"), ("xiong2", "ɕjʊ↗ŋ"), ("bo1", "pwo→"), ("ri4", "ɻɨ↘"),
    ],
)  # fmt: skip
def test_pinyin_of_known_syllables(syllable: str, phonemes: str) -> None:
    assert pinyin.phonemes_of(syllable) == phonemes


@pytest.mark.parametrize("syllable", REAL.split())
def test_every_kind_of_syllable_is_pronounced_in_the_models_letters(syllable: str) -> None:
    phonemes = pinyin.phonemes_of(syllable)
    assert phonemes
    assert set(phonemes) <= MODEL_LETTERS


@pytest.mark.parametrize("nonsense", ["", "1", "xx3", "ma", "mа1", "b1"])
def test_what_is_no_syllable_has_no_phonemes(nonsense: str) -> None:
    assert pinyin.phonemes_of(nonsense) is None


@pytest.mark.parametrize(
    ("katakana", "phonemes"),
    [
        ("トーキョー", "toːkʲoː"), ("シンブン", "ɕimbɯɴ"), ("ギンコー", "ɡʲiŋkoː"), ("コンニチワ", "koɲɲiʨiβa"), ("ガッコー", "ɡaʔkoː"),
        ("ヴァイオリン", "vaioɾʲiɴ"), ("ティッシュ", "tʲiʔɕɨ"), ("フォーク", "ɸoːkɯ"), ("チェック", "ʨeʔkɯ"), ("クォーツ", "kᵝoːʦɨ"),
        ("ウィ", "βi"), ("ヒャク", "çakɯ"), ("ズ", "zɨ"), ("ヲ", "o"),
    ],
)  # fmt: skip
def test_kana_of_known_words(katakana: str, phonemes: str) -> None:
    assert kana.phonemes_of(katakana) == phonemes


@given(st.text(alphabet=[chr(c) for c in range(0x30A1, 0x30FB)] + ["ー"]))
def test_any_katakana_stays_within_the_models_letters(katakana: str) -> None:
    assert set(kana.phonemes_of(katakana)) <= MODEL_LETTERS


@pytest.mark.parametrize("one", [chr(c) for c in range(0x30A1, 0x30FB)])
def test_every_katakana_has_a_sound(one: str) -> None:
    assert kana.phonemes_of(one)
