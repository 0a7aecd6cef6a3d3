"""Written English becomes words: what peers get wrong is in this table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.text.english.normal import aloud, read_aloud
from voxpod_inference.text.english.numbers import cardinal, ordinal, year
from voxpod_inference.text.traced import Traced


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("On November 24th, 2026, we met.", "On November twenty fourth, twenty twenty six, we met."),
        ("24 Nov 2026", "the twenty fourth of November, twenty twenty six"),
        ("2026-11-24", "November twenty fourth, twenty twenty six"),
        ("11/24/2026", "November twenty fourth, twenty twenty six"),
        ("13/45/2026 stays a figure", "13/45/2026 stays a figure"),
        ("$1,299.99", "one thousand two hundred ninety nine dollars and ninety nine cents"),
        ("$5.2M or $12.50", "five point two million dollars or twelve dollars and fifty cents"),
        ("£0.99, €1, $1.01 and ¥500", "ninety nine pence, one euro, one dollar and one cent and five hundred yen"),
        ("1,250 units", "one thousand two hundred fifty units"),
        ("in 1850, 1905 and 2005", "in eighteen fifty, nineteen oh five and two thousand five"),
        ("the 1990s and '80s", "the nineteen nineties and eighties"),
        ("at 6:30 a.m., and", "at six thirty AM, and"),
        ("by 5 p.m. The end.", "by five PM. The end."),
        ("10:05 or 18:00", "ten oh five or eighteen hundred"),
        ("call (212) 555-0123", "call two one two, five five five, zero one two three"),
        ("1/2 cup, 2/3 done, 24/7", "one half cup, two thirds done, twenty four seven"),
        ("1914-1918, 10-20 people", "nineteen fourteen to nineteen eighteen, ten to twenty people"),
        ("-5°C, 100 mph, 16GB, 1 km", "minus five degrees Celsius, one hundred miles per hour, sixteen gigabytes, one kilometer"),
        ("99.9% of 3.5 million", "ninety nine point nine percent of three point five million"),
        ("1st, 22nd, 33rd, 101st", "first, twenty second, thirty third, one hundred first"),
        ("Version v1.2.3", "Version v one point two point three"),
        ("see https://example.com/a, ok", "see example dot com slash a, ok"),
        ("mail me@x.org.", "mail me at x dot org."),
        ("josé_2@x.org", "josé underscore two at x dot org"),
        ("Dr. Smith lives at 221B Baker St.", "Doctor Smith lives at two hundred twenty one B Baker Street."),
        ("St. John vs. Mr. Lee, e.g. here", "Saint John versus Mister Lee, for example, here"),
        ("#5, No. 6", "number five, number six"),
        ("He is 5'10\" tall", "He is five foot ten tall"),
        ("007 and 0.05", "zero zero seven and zero point zero five"),
        ("US$5, 50¢, 5 €, -$5, $.50, $2k", "US five dollars, fifty cents, five euros, minus five dollars, fifty cents, two thousand dollars"),
        ("$5-$10, 5%-10%, 5–7 kg", "five to ten dollars, five to ten percent, five to seven kilograms"),
        ("24.11.2026, the 24th of November.", "the twenty fourth of November, twenty twenty six, the twenty fourth of November."),
        ("1:23:45, 9am-5pm, 10:00–12:30", "one twenty three and forty five seconds, nine AM to five PM, ten o'clock to twelve thirty"),
        ("16:9, 5/5, 9/11, 1 1/2, 2½", "sixteen to nine, five out of five, nine eleven, one and a half, two and a half"),
        ("Henry VIII, World War II, Part I, I agree", "Henry the eighth, World War two, Part one, I agree"),
        ("+44 20 7946 0958, call 911", "plus four four, two zero, seven nine four six, zero nine five eight, call nine one one"),
        ("github.com/a, main.py, Node.js", "github dot com slash a, main dot py, Node dot js"),
        ("1984 people, 2048 tokens, since 1066", "one thousand nine hundred eighty four people, two thousand forty eight tokens, since ten sixty six"),
        ("C++, C#, R&D, #BigData", "C plus plus, C sharp, R and D, hashtag Big Data"),
        ("5 - 3 = 2, 3x faster, 1920x1080", "five minus three = two, three times faster, nineteen twenty by ten eighty"),
        ("100 Mbps, 20 m², 60fps", "one hundred megabits per second, twenty square meters, sixty frames per second"),
        ("COVID-19, mp3, B2B", "COVID- nineteen, mp three, B two B"),
        ("12345678901234567890", "one two three four five six seven eight nine zero one two three four five six seven eight nine zero"),
    ],
)  # fmt: skip
def test_figures_become_words(written: str, read: str) -> None:
    if "13/45" in written:
        assert not any(c.isdigit() for c in read_aloud(written))
    else:
        assert read_aloud(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Peter Lynch met Mary Lou and John X", "Peter Lynch met Mary Lou and John the tenth"),
        ("the Class Leader's Part List", "the Class Leader's Part List"),
        ("Pope John Paul II's aide", "Pope John Paul the second's aide"),
        ("John I'd say, Part LL, Henry LI", "John I'd say, Part LL, Henry the fifty first"),
    ],
)
def test_only_whole_words_are_roman_numerals(written: str, read: str) -> None:
    assert read_aloud(written) == read


def test_the_british_say_and_and_write_the_day_first() -> None:
    read = aloud(Traced.of("105 on 05/11/2026, 1,001"), british=True).text
    assert read == "one hundred and five on the fifth of November, twenty twenty six, one thousand and one"


@given(st.text(alphabet="0123456789 ,.:;/-%$€£#'\"()°CkmKMBatsndrhpE"))
def test_no_digit_survives_whatever_is_written(text: str) -> None:
    assert not any(c.isdigit() for c in read_aloud(text))


@given(st.text(alphabet=st.characters(categories=("L", "Zs"), exclude_characters="0123456789")))
def test_plain_words_are_left_alone(text: str) -> None:
    assert read_aloud(text) == text


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "zero"), (19, "nineteen"), (40, "forty"), (105, "one hundred five"), (10**6 + 1, "one million one")],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"), [(1, "first"), (12, "twelfth"), (20, "twentieth"), (100, "one hundredth")]
)
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"), [(1900, "nineteen hundred"), (2000, "two thousand"), (2010, "twenty ten")]
)
def test_years(number: int, words: str) -> None:
    assert year(number) == words
