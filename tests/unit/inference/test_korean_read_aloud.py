"""Korean: the Standard Pronunciation's own examples, numbers by their counters, and no syllable lost."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from source_places import assert_words_in_order
from voxpod_inference.text.korean.normal import read_aloud
from voxpod_inference.text.korean.numbers import counting, native, sino
from voxpod_inference.text.korean.reader import Korean, in_hangul
from voxpod_inference.text.korean.sounds import as_pronounced
from voxpod_inference.text.spoken import is_silent
from voxpod_inference.text.traced import Traced

STANDARD = Path(__file__).parents[2] / "golden" / "inference" / "ko-standard.tsv"
LETTERS = set("kɡntdɾlmbpsɕhɛaejwʌouɯi" + "ŋʑ" + "\u0348\u031aʰɰ")
HANGUL = st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=30)
TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="가값읽은닭여덟밟의희할것수 0123456789.,:~/%₩$개명시분번년월일살ABckmㅋㅠ한글\n!?", max_size=60),
)


def examples() -> list[tuple[str, str]]:
    lines = STANDARD.read_text(encoding="utf-8").splitlines()
    return [(written, said) for written, _, said in (line.partition("\t") for line in lines)]


def test_the_standards_examples_are_all_there() -> None:
    assert len(examples()) >= 300


@pytest.mark.parametrize(("written", "said"), examples())
def test_example_of_the_standard_is_said_as_it_says(written: str, said: str) -> None:
    assert as_pronounced(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("신고하다", "신고하다"),
        ("감기 조심", "감기 조심"),
        ("남자 사람", "남자 사람"),
        ("서울 수도", "서울 수도"),
        ("길게", "길게"),
        ("맏형", "마텽"),
    ],
)
def test_words_that_only_look_like_an_exception_follow_the_rules(written: str, said: str) -> None:
    assert as_pronounced(written) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("사과 3개", "사과 세 개"), ("20살, 21살", "스무 살, 스물한 살"), ("20대", "이십 대"), ("3번 출구", "삼 번 출구"), ("3번", "세 번"), ("1번째", "첫 번째"),
        ("12시 30분", "열두 시 삼십분"), ("15시", "십오 시"), ("3:05", "세 시 오 분"), ("15:30", "십오 시 삼십 분"), ("120명", "백이십 명"), ("3개월", "삼개월"),
        ("6월 10월", "유월 시월"), ("2026-11-24", "이천이십육 년 십일월 이십사 일"), ("99999999", "구천구백구십구만 구천구백구십구"), ("10000원", "만원"),
        ("1,250.05", "천이백오십 점 영오"), ("010-1234-5678", "공일공, 일이삼사, 오육칠팔"), ("-5℃", "마이너스 오 도"), ("50%", "오십 퍼센트"), ("$5.2만", "오 점 이만 달러"),
        ("3~5명", "삼에서 다섯 명"), ("1/3", "삼분의 일"), ("TV", "티브이"), ("100km를", "백 킬로미터를"), ("ㅋㅋㅠㅠ", "크크유유"), ("각", "각"),
        ("2-0으로 이겼다", "이 대 영으로 이겼다"), ("제21대", "제이십일대"), ("-1/4", "마이너스 사분의 일"), ("4·19 혁명", "사일구 혁명"), ("1588-1234", "일오팔팔, 일이삼사"), ("인증번호 4821", "인증번호 사팔이일"),
        ("-2/3", "마이너스 삼분의 이"), ("3-5일", "삼에서 오일"), ("1-3월", "일에서 삼월"), ("482913 인증번호", "사팔이구일삼 인증번호"), ("비율 1:10", "비율 일 대 십"),
        ("2:1", "이 대 일"), ("10:00~18:30", "열 시부터 십팔 시 삼십 분"), ("3:04pm", "오후 세 시 사 분"), ("2026-11", "이천이십육 년 십일월"), ("①②", "일, 이, "), ("제Ⅲ장", "제삼장"),
        ("+82-10-1234-5678", "플러스 팔이, 일공, 일이삼사, 오육칠팔"), ("5,000원/kg", "오천원 매 킬로그램"), ("물 3컵", "물 세 컵"),
        ("112에 신고", "일일이에 신고"), ("11/25", "십일월 이십오일"), ("3/8cm", "팔분의 삼 센티미터"), ("28/11/2001", "이천일 년 십일월 이십팔 일"),
    ],
)  # fmt: skip
def test_written_forms_are_said_in_hangul(text: str, said: str) -> None:
    assert read_aloud(Traced.of(text)).text == said


def test_numbers_of_both_kinds() -> None:
    assert [sino(n) for n in (0, 10, 11, 100, 1000, 10_000, 110_000, 10**8)] == [
        "영",
        "십",
        "십일",
        "백",
        "천",
        "만",
        "십일만",
        "일억",
    ]
    assert [native(n) for n in (1, 11, 20, 99, 100)] == ["하나", "열하나", "스물", "아흔아홉", "백"]
    assert [counting(n) for n in (1, 4, 11, 20, 21, 34)] == ["한", "네", "열한", "스무", "스물한", "서른네"]


@pytest.mark.parametrize(
    ("hangul", "ipa"),
    [("한국", "hanɡuk̚"), ("서울", "sʌul"), ("떡볶이", "t͈ʌk̚p͈ok͈i"), ("시계", "ɕiɡe"), ("빨래", "p͈allɛ"), ("의사", "ɰisa"), ("위", "wi"), ("좋다", "tɕotʰa")],
)  # fmt: skip
def test_phonemes_of_known_words(hangul: str, ipa: str) -> None:
    assert Korean()(hangul).phonemes == unicodedata.normalize("NFD", ipa)


@given(text=HANGUL)
def test_every_syllable_stays_one_syllable(text: str) -> None:
    assert len(as_pronounced(text)) == len(text)


@given(text=TEXT)
def test_any_text_is_spoken_in_the_alphabet_with_words_in_order(text: str) -> None:
    said = Korean()(text)
    assert {p for p in said.phonemes if p not in ';:,.!?—…"()“” '} <= LETTERS
    assert_words_in_order(said, 0, len(text))


@example(text="ㅄ")
@given(text=TEXT)
def test_every_letter_is_spoken_or_told(text: str) -> None:
    said = Korean()(text)
    covered = {i for word in said.words for i in range(word.start, word.end)}
    for i, char in enumerate(text):
        if "가" <= char <= "힣" or (char.isascii() and char.isalnum()):
            assert i in covered, (text, char)
        elif char.isalpha() and not is_silent(char):
            assert i in covered or char in said.unread, (text, char)


def test_pronunciation_in_hangul_keeps_punctuation() -> None:
    assert in_hangul("값이 “비싸요!” (정말?)") == "갑씨 “비싸요!” (정말?)"
