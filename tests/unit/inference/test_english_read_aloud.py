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
        ("Dr. Smith lives at 221B Baker St.", "Doctor Smith lives at two twenty one B Baker Street."),
        ("St. John vs. Mr. Lee, e.g. here", "Saint John versus Mister Lee, for example, here"),
        ("#5, No. 6", "number five, number six"),
        ("He is 5'10\" tall", "He is five foot ten tall"),
        ("007 and 0.05", "zero zero seven and zero point zero five"),
        ("US$5, 50¢, 5 €, -$5, $.50, $2k", "five US dollars, fifty cents, five euros, minus five dollars, fifty cents, two thousand dollars"),
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
        ("On May 4,2021 or 9 august,1987", "On May fourth, twenty twenty one or the ninth of August, nineteen eighty seven"),
        ("born 02/03/87, due 02/03/31", "born February third, nineteen eighty seven, due February third, twenty thirty one"),
        ("05-Mar-87 and valid thru 07/2029", "the fifth of March, nineteen eighty seven and valid thru July twenty twenty nine"),
        ("the 60's, a 70's look, 60's", "the sixties, a seventies look, sixties"),
        ("in 537 AD, 204 BC and AD 79", "in five thirty seven AD, two oh four BC and AD seventy nine"),
        ("$7.5, £0.2, €3.40, $6.000", "seven dollars and fifty cents, twenty pence, three euros and forty cents, six dollars"),
        ("yes,17! and more...26", "yes, seventeen! and more... twenty six"),
        ("Cold?-12. Warm!+3", "Cold?minus twelve. Warm!+ three"),
        ("31/7, 25/3, 16/8", "thirty one sevenths, twenty five thirds, sixteen eight"),
        ("23456/34567", "twenty three thousand four hundred fifty six over thirty four thousand five hundred sixty seven"),
        ("run 2:02:01", "run two oh two and one second"),
        ("a+b&c@x.org", "a plus b and c at x dot org"),
        ("rates rose 50bp, oil at $80/bbl", "rates rose fifty basis points, oil at eighty dollars per barrel"),
        ("sales dropped by 2/5, pay by 3/5", "sales dropped by two fifths, pay by March fifth"),
        ("see you Mon (3/9) and Tuesday 11/24", "see you Mon (March ninth) and Tuesday November twenty fourth"),
        ("open 4 Apr–6 May 2024", "open the fourth of April to the sixth of May, twenty twenty four"),
        ("order #PO-4471, #SaveWater", "order number PO- four thousand four hundred seventy one, hashtag Save Water"),
        ("4 x $2.50, 2x3", "four times two dollars and fifty cents, two by three"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN D E eight nine three seven zero four zero zero four four zero five three two zero one three zero zero zero"),
        ("flight LH456, PO number 31-90412", "flight L H four five six, PO number three one, nine zero four one two"),
        ("Cook: 20m, a 20m pool", "Cook: twenty minutes, a twenty meter pool"),
        ("a 9'x12' rug, 221C Oak Street", "a nine feet by twelve feet rug, two twenty one C Oak Street"),
        ("Rm. 12, ver-b-2-7", "room twelve, ver-b- two - seven"),
        ("12,500003 and 3 4/1", "twelve, five zero zero zero zero three and three four over one"),
        ("2/n, 5/h", "two over n, five per hour"),
        ("7 N 4th st", "seven North fourth Street"),
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
        # What a letter after a figure means: a place, a kind, a size, a magnitude.
        ("Your seat is 14B, please go to gate 12B.", "Your seat is fourteen B, please go to gate twelve B."),
        ("Apt. 4B, Flat 7M, Figure 2B, Type 2B", "apartment four B, Flat seven M, Figure two B, Type two B"),
        ("a 2B pencil, Windows 95B, 3M makes tape", "a two B pencil, Windows ninety five B, three M makes tape"),
        ("ran 100 M in 300 K, 4K, a 10K race", "ran one hundred M in three hundred K, four K, a ten K race"),
        ("1.5M users, 7B parameters, 1M+ views", "one point five million users, seven billion parameters, one million+ views"),
        ("over 5M, 20k, £5bn, $1.2tn, £1m", "over five million, twenty thousand, five billion pounds, one point two trillion dollars, one million pounds"),
        # Units, whichever way the micro sign is encoded.
        ("25 \u00b5g of 5 \u03bcL, 50 µF, 5 mcg", "twenty five micrograms of five microliters, fifty microfarads, five micrograms"),
        ("5 mg/kg, 90 mg/dL, 9.8 m/s²", "five milligrams per kilogram, ninety milligrams per deciliter, nine point eight meters per second squared"),
        ("5 L/min, $5/month, €3/kg, $95/hr", "five liters per minute, five dollars per month, three euros per kilogram, ninety five dollars per hour"),
        ("in mg/kg, 12KG, 5-km run, 5 ft. long", "in milligrams per kilogram, twelve kilograms, five kilometer run, five feet long"),
        ("a 30s timeout, a 250 ml bottle, wait 30s", "a thirty second timeout, a two hundred fifty milliliter bottle, wait thirty seconds"),
        ("5 s, 2h30m, 1h 5min, 1h, 5m 30s", "five seconds, two hours thirty minutes, one hour five minutes, one hour, five minutes thirty seconds"),
        ("½ lb, ¼ cup, 1½ kg, ⅜, ⅞, ⅙", "half a pound, a quarter cup, one and a half kilograms, three eighths, seven eighths, one sixth"),
        # Hyphens between figures: ranges, differences, codes.
        ("SSN 123-45-6789", "SSN one two three, four five, six seven eight nine"),
        ("CVE-2021-44228", "CVE, twenty twenty one, four four two two eight"),
        ("737-8, 737-800", "seven thirty seven, eight, seven thirty seven, eight hundred"),
        ("ISBN 978-3-16-148410-0", "ISBN nine seven eight, three, one six, one four eight four one zero, zero"),
        ("10-20-30, 5-3=2, 1-2=5, 10-20", "ten, twenty, thirty, five minus three = two, one minus two = five, ten to twenty"),
        # Codes and telephones.
        ("Your code is 482913, PIN: 0042", "Your code is four eight two nine one three, PIN: zero zero four two"),
        ("a card ending in 4242, 1300 555 019", "a card ending in four two four two, one three zero zero, five five five, zero one nine"),
        ("order 1500 pizzas, order number 20391", "order one thousand five hundred pizzas, order number two zero three nine one"),
        ("0x1F, fe80::1, 192.168.0.1", "zero X one F, F E eight zero colon colon one, one nine two dot one six eight dot zero dot one"),
        # Dates.
        ("Mon-Fri, Jan–Mar, Sat 10-2", "Monday to Friday, January to March, Saturday ten to two"),
        ("2026-11, 03-15-2024, 15-Mar-2024", "November twenty twenty six, March fifteenth, twenty twenty four, the fifteenth of March, twenty twenty four"),
        ("2024-03-15T14:30:00Z", "March fifteenth, twenty twenty four, fourteen thirty UTC"),
        ("March 3-5, 15 january, SEPT. 15, Jan 15", "March third to fifth, the fifteenth of January, September fifteenth, January fifteenth"),
        ("24-26 Dec. and on 3/4", "the twenty fourth to the twenty sixth of December and on March fourth"),
        ("the 1900s, 1910s, 830s, 2000s", "the nineteen hundreds, nineteen tens, eight thirties, two thousands"),
        ("in the 30s, 80s music, the 60s and 70s", "in the thirties, eighties music, the sixties and seventies"),
        ("the 2026/27 season", "the twenty twenty six twenty seven season"),
        ("1:10, a 16:10 screen, a scale of 1:50", "one ten, a sixteen to ten screen, a scale of one to fifty"),
        # Money.
        ("₹1,50,000, Rs. 500, ₹2,50,00,000", "one lakh fifty thousand rupees, five hundred rupees, two crore fifty lakh rupees"),
        ("₽5, ₺3, ₪4, ฿10, ₫100, ₦20, ₱3, ₴1, ₿2", "five rubles, three liras, four shekels, ten baht, one hundred dong, twenty naira, three pesos, one hryvnia, two bitcoins"),
        # The rest.
        ("1 000 000 people, 50/50, 4.8/5, 1/4th, 3 5/2", "one million people, fifty fifty, four point eight out of five, one quarter, three and five halves"),
        ("Roe v. Wade, Eq. 5, cf. 5, nr. 5, art. 5, ext. 42", "Roe versus Wade, equation five, compare five, number five, article five, extension forty two"),
        ('a 5" screen, 9"x13", "route 5" and a vs b, vs', 'a five inch screen, nine inch by thirteen inches, "route five " and a versus b, versus'),
        ("Na⁺, Ca²⁺, under-5s", "N A plus, C A two plus, under-fives"),
        ("1428 Elm St., Oak Ct", "fourteen twenty eight Elm Street, Oak Court"),
    ],
)  # fmt: skip
def test_what_a_form_means_is_told_by_what_stands_around_it(written: str, read: str) -> None:
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
