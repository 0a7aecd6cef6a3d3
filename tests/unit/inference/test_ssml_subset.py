"""SSML: what each element does, what is refused and how, and that no source does harm."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_places import assert_chunks_are_the_source
from spelling_reader import front_end, joined, said, written
from voxpod_inference.errors import InputError
from voxpod_inference.text.frontend import Script
from voxpod_inference.text.ssml import say_as


def script(source: str, language: str = "auto") -> Script:
    made = front_end().script(source, language, "en", ssml=True)
    assert joined(made.chunks) == source
    return made


def refusal(source: str) -> str:
    with pytest.raises(InputError) as refused:
        front_end().script(source, "auto", "en", ssml=True)
    assert refused.value.reason in ("InputRefused", "LanguageNotSupported", "TextEmpty")
    return str(refused.value)


@pytest.mark.parametrize(
    ("source", "phonemes"),
    [
        pytest.param("<speak>Hello, world.</speak>", "Hello, world.", id="text"),
        pytest.param(
            '<?xml version="1.0"?>\n<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">Hi</speak>',
            "Hi",
            id="head",
        ),
        pytest.param("<speak>AT&amp;T &lt;3 x&#x41;&#66;</speak>", "AT T 3 xAB", id="entities"),
        pytest.param("<speak><![CDATA[a < b & c]]></speak>", "a b c", id="cdata"),
        pytest.param("<speak>un<!-- not -->til</speak>", "until", id="comment"),
        pytest.param("<speak>one\r\n  two</speak>", "one two", id="line ends are spaces"),
        pytest.param("<speak><p>One</p><p>Two</p></speak>", "One. Two", id="paragraphs"),
        pytest.param("<speak><s>One</s> <s>Two</s></speak>", "One. Two", id="sentences"),
        pytest.param('<speak>the <sub alias="World Wide Web">WWW</sub>.</speak>', "the World Wide Web.", id="sub"),
        pytest.param('<speak>a <phoneme alphabet="x-kokoro" ph="xyz">b</phoneme>, c</speak>', "a xyz, c", id="phoneme"),
        pytest.param('<speak><say-as interpret-as="characters">ab1</say-as></speak>', "A B 1", id="characters"),
        pytest.param(
            '<speak><say-as interpret-as="characters">éÑü</say-as></speak>',
            "E acute N tilde U umlaut",
            id="characters with marks",
        ),
        pytest.param('<speak><say-as interpret-as="digits">1-23</say-as></speak>', "1, 2 3", id="digits"),
        pytest.param(
            '<speak><say-as interpret-as="telephone">+49 (30) 12</say-as></speak>', "4 9, 3 0, 1 2", id="telephone"
        ),
        pytest.param(
            '<speak>on <say-as interpret-as="date" format="dmy">1/2/2026</say-as></speak>',
            "on February 1, 2026",
            id="date",
        ),
        pytest.param(
            '<speak><say-as interpret-as="date">2026-11-24</say-as>了</speak>',
            "2026 年 11 月 24 日 了",
            id="date in chinese",
        ),
        pytest.param(
            '<speak xml:lang="es"><say-as interpret-as="date" format="ymd">20261124</say-as></speak>',
            "24 de noviembre de 2026",
            id="date in spanish",
        ),
        pytest.param(
            '<speak xml:lang="fr"><say-as interpret-as="date" format="md">01-01</say-as></speak>',
            "1er janvier",
            id="first of a month in french",
        ),
        pytest.param('<speak><say-as interpret-as="ordinal">21</say-as></speak>', "21st", id="ordinal"),
        pytest.param(
            '<speak><say-as interpret-as="ordinal">3rd</say-as></speak>', "3rd", id="ordinal with its letters"
        ),
        pytest.param('<speak><say-as interpret-as="fraction">9/11</say-as></speak>', "9 11th", id="fraction"),
        pytest.param('<speak><say-as interpret-as="unit">25 kg</say-as></speak>', "25 kg", id="unit"),
        pytest.param('<speak><say-as interpret-as="time" format="hms24">14:30</say-as></speak>', "14: 30", id="time"),
        pytest.param('<speak><say-as interpret-as="verbatim">ab</say-as></speak>', "A B", id="verbatim"),
        pytest.param("<speak>so <w>good</w></speak>", "so good", id="word"),
    ],
)
def test_elements_say(source: str, phonemes: str) -> None:
    assert said(script(source)) == phonemes


@pytest.mark.parametrize(
    ("attributes", "content", "phonemes"),
    [
        ("interpret-as='characters'", "a1", "A 1"), ("interpret-as='spell-out'", "a1", "A 1"), ("interpret-as='verbatim'", "a1", "A 1"),
        ("interpret-as='digits'", "12", "1 2"), ("interpret-as='number_digit'", "12", "1 2"), ("interpret-as='telephone'", "+1 23", "1, 2 3"),
        ("interpret-as='cardinal'", "1,234", "1, 234"), ("interpret-as='number'", "1984", "1, 984"), ("interpret-as='ordinal'", "2nd", "2nd"),
        ("interpret-as='fraction'", "1+1/2", "1 1 2th"), ("interpret-as='unit'", "5 kg", "5 kg"), ("interpret-as='currency'", "9 USD", "9 USD"),
        ("interpret-as='time' format='hms12'", "2:30 pm", "2: 30 pm"), ("interpret-as='time' format='hms24'", "14:30", "14: 30"),
        ("interpret-as='date' format='mdy'", "3/5/2026", "March 5, 2026"), ("interpret-as='date' format='dmy'", "5.3.2026", "March 5, 2026"),
        ("interpret-as='date' format='ymd'", "2026-03-05", "March 5, 2026"), ("interpret-as='date' format='ydm'", "2026-05-03", "March 5, 2026"),
        ("interpret-as='date' format='yyyymmdd'", "20260305", "March 5, 2026"), ("interpret-as='date' format='my'", "3/2026", "March 2026"),
        ("interpret-as='date' format='ym'", "2026-03", "March 2026"), ("interpret-as='date' format='md'", "3/5", "March 5"),
        ("interpret-as='date' format='dm'", "5/3", "March 5"), ("interpret-as='date' format='y'", "1984", "1984"),
        ("interpret-as='date' format='m'", "3", "March"), ("interpret-as='date' format='d'", "5", "5th"),
    ],
)  # fmt: skip
def test_say_as_is_written_as_polly_and_azure_write_it(attributes: str, content: str, phonemes: str) -> None:
    assert said(script(f"<speak><say-as {attributes}>{content}</say-as></speak>")) == phonemes


@pytest.mark.parametrize("kind", sorted(say_as.KINDS))
def test_say_as_stands_at_both_edges_of_a_sentence(kind: str) -> None:
    content = {"fraction": "1/2", "unit": "5 kg", "currency": "$5", "time": "2:30", "date": "2026-03-05"}.get(kind, "5")
    element = f"<say-as interpret-as='{kind}'>{content}</say-as>"
    alone = said(script(f"<speak>{element}</speak>"))
    assert said(script(f"<speak>{element} so.</speak>")) == f"{alone} so."
    assert said(script(f"<speak>So {element}.</speak>")) == f"So {alone}."


def test_rate_and_volume_are_of_their_part_only_and_multiply() -> None:
    made = script('<speak>A <prosody rate="50%" volume="-6dB">B <prosody rate="fast">C</prosody></prosody> D</speak>')
    assert [(c.phonemes, c.rate, round(c.gain, 2)) for c in made.chunks] == [
        ("A", 1, 1),
        ("B", 0.5, 0.5),
        ("C", 0.65, 0.5),
        ("D", 1, 1),
    ]


@pytest.mark.parametrize(
    ("rate", "factor"),
    [
        ("x-slow", 0.5),
        ("default", 1),
        ("80%", 0.8),
        ("+20%", 1.2),
        ("-50%", 0.5),
        ("1.5", 1.5),
        ("4", 4),
        ("25%", 0.25),
    ],
)
def test_rates(rate: str, factor: float) -> None:
    assert script(f'<speak><prosody rate="{rate}">A</prosody></speak>').chunks[0].rate == factor


@pytest.mark.parametrize(
    ("volume", "factor"),
    [("silent", 0), ("loud", 1.4), ("50", 0.5), ("+10%", 1.1), ("50%", 0.5), ("+6dB", 1.9953), ("0dB", 1)],
)
def test_volumes(volume: str, factor: float) -> None:
    assert script(f'<speak><prosody volume="{volume}">A</prosody></speak>').chunks[0].gain == pytest.approx(
        factor, abs=1e-4
    )


@pytest.mark.parametrize(
    ("source", "pauses"),
    [
        pytest.param('A. <break time="800ms"/> B', [0.8, 0.0], id="instead of the full stop's"),
        pytest.param('A <break strength="none"/>B.', [0.0], id="none changes nothing"),
        pytest.param('A <break time="0ms"/>B.', [0.0], id="no time changes nothing"),
        pytest.param('A <break time=".5s"/>B.', [0.5, 0.0], id="as Polly writes it"),
        pytest.param('A<break time="1s"/><break time="0.5s"/>B', [1.5, 0.0], id="added up"),
        pytest.param("A<break/> <break strength='x-weak'/> B", [0.5, 0.0], id="with space between"),
        pytest.param('<break time="2s"/>A', [2.0, 0.0], id="at the beginning"),
        pytest.param('<break time="0s"/>A', [0.0], id="nothing at the beginning"),
        pytest.param('A<break time="2s"/>', [2.0], id="at the end"),
        pytest.param('A<prosody rate="50%">B, </prosody>C', [0.0, 0.24, 0.0], id="longer in slow speech"),
        pytest.param('A<prosody volume="loud">B</prosody>. C', [0.0, 0.3, 0.0], id="after a full stop outside"),
    ],
)
def test_breaks_are_pauses(source: str, pauses: list[float]) -> None:
    assert [round(c.pause, 2) for c in script(f"<speak>{source}</speak>").chunks] == pauses


def test_punctuation_after_an_element_is_said_with_what_stands_before() -> None:
    assert [c.phonemes for c in script('<speak><prosody rate="50%">Hello</prosody>! Then</speak>').chunks] == [
        "Hello!",
        "Then",
    ]
    assert [c.phonemes for c in script('<speak><prosody rate="50%">Hello</prosody>!</speak>').chunks] == ["Hello!"]


def test_language_of_elements_decides() -> None:
    source = '<speak xml:lang="zh-CN">东京 <lang xml:lang="ja">東京</lang> <s xml:lang="en">Room 5</s></speak>'
    assert script(source).language == "zh"
    assert said(script(source)) == "东 京 東 京. Room 5"


def test_words_are_where_the_source_has_them() -> None:
    source = '<speak>Go &amp; <sub alias="New York City">NYC</sub> <phoneme ph="x">now</phoneme>, <say-as interpret-as="digits">12</say-as>&#x41;b</speak>'
    assert written(script(source), source) == [
        ("Go", "Go"), ("NYC", "New York City"), ("now", "x"), ("12", "1 2"), ("&#x41;b", "Ab"),
    ]  # fmt: skip


def test_emphasis_is_spoken_plainly_and_told() -> None:
    made = script('<speak>very <emphasis level="strong">good</emphasis></speak>')
    assert (said(made), made.warnings) == (
        "very good",
        ("emphasis is spoken like the text around it: the model has none",),
    )


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param("", "line 1, column 1: not well-formed XML: no element found; the text stands between <speak>", id="empty"),
        pytest.param("Hello", "line 1, column 1: not well-formed XML: syntax error; the text stands between <speak>", id="plain text"),
        pytest.param("<speak>a</speak> b", "junk after document element; the text stands between", id="text outside"),
        pytest.param("<p>a</p>", "column 1: the text is in 'p'; 'speak' is expected around it", id="other root"),
        pytest.param("<speak>\n  <voice name='x'>a</voice></speak>", "line 2, column 3: element 'voice' is not known; speak, p, s, break", id="unknown element"),
        pytest.param("<speak><p style='x'>a</p></speak>", "'p' has no attribute 'style'; accepted: xml:lang", id="unknown attribute"),
        pytest.param("<speak>日本<p>a</s></speak>", "column 16: not well-formed XML: the end of 'p', opened at line 1, column 10, is expected", id="misnested"),
        pytest.param("<speak>a", "not well-formed XML: 'speak', opened at line 1, column 1, has no end", id="not closed"),
        pytest.param("<speak>a <break time='500'/></speak>", "line 1, column 10: time is '500'", id="place of a break"),
        pytest.param("<speak><emphasis level='bogus'>a</emphasis></speak>", "level is 'bogus'; strong, moderate, none, reduced are accepted", id="emphasis"),
        pytest.param("<speak><prosody rate='١'>a</prosody></speak>", "rate is '١'", id="Arabic figure"),
        pytest.param("<speak><say-as interpret-as='ordinal'>-1</say-as></speak>", "'-1' cannot be said as ordinal", id="minus of an ordinal"),
        pytest.param("<speak><say-as interpret-as='fraction'>3</say-as></speak>", "a fraction is accepted, such as 3/8", id="no fraction"),
        pytest.param("<speak><say-as interpret-as='time'>25</say-as></speak>", "a time is accepted, such as 14:30", id="no time"),
        pytest.param("<speak><say-as interpret-as='unit'>kg</say-as></speak>", "a figure and a unit are accepted", id="no figure"),
        pytest.param("<speak><say-as interpret-as='currency'>5</say-as></speak>", "a figure and a currency are accepted", id="no currency"),
        pytest.param("<speak>a & b</speak>", "column 11: not well-formed XML: not well-formed (invalid token)", id="bare ampersand"),
        pytest.param("<speak>a&nbsp;b</speak>", "column 9: not well-formed XML: an entity that is not &amp; &lt;", id="entity of html"),
        pytest.param("<speak><speak>a</speak></speak>", "'speak' may not be inside another element", id="speak in speak"),
        pytest.param("<speak>a<?php x?></speak>", "column 9: processing instructions are not accepted", id="processing instruction"),
        pytest.param("<speak>a\ud800</speak>", "column 9: the unpaired surrogate U+D800", id="surrogate"),
        pytest.param("<speak>a\x01</speak>", "not well-formed (invalid token)", id="control character"),
        pytest.param("<speak><break time='99s'/></speak>", "time is '99s'; such as 500ms or 1.5s is accepted, up to 10s", id="break too long"),
        pytest.param("<speak><break time='5'/></speak>", "time is '5'", id="break without unit"),
        pytest.param("<speak><break strength='huge'/></speak>", "strength is 'huge'; none, x-weak", id="strength"),
        pytest.param("<speak><break>a</break></speak>", "'break' has no content", id="break with content"),
        pytest.param("<speak>" + "<break time='10s'/>" * 31 + "</speak>", "breaks of more than 300 s together", id="silence"),
        pytest.param("<speak><lang>a</lang></speak>", "'lang' needs the attribute 'xml:lang'", id="lang without language"),
        pytest.param("<speak><lang xml:lang='xx'>a</lang></speak>", "xml:lang is 'xx'; en, zh", id="language"),
        pytest.param("<speak><prosody rate='9'>a</prosody></speak>", "rate is '9'; x-slow", id="rate"),
        pytest.param("<speak><prosody rate='nan'>a</prosody></speak>", "rate is 'nan'", id="rate nan"),
        pytest.param("<speak><prosody pitch='high'>a</prosody></speak>", "'prosody' has no attribute 'pitch'; accepted: rate, volume", id="pitch"),
        pytest.param("<speak><prosody rate='3'><prosody rate='3'>a</prosody></prosody></speak>", "rates one in another make 9 times", id="rates"),
        pytest.param("<speak><prosody volume='+20dB'>a</prosody></speak>", "volume is '+20dB'", id="volume"),
        pytest.param("<speak><sub>a</sub></speak>", "'sub' needs the attribute 'alias'", id="sub"),
        pytest.param("<speak><sub alias='a'>b<break/></sub></speak>", "'sub' may hold text only, not 'break'", id="element in sub"),
        pytest.param("<speak><phoneme alphabet='sampa' ph='a'>b</phoneme></speak>", "alphabet is 'sampa'; ipa, pinyin, x-kokoro", id="alphabet"),
        pytest.param("<speak><phoneme ph=''>b</phoneme></speak>", "ph has 0 characters", id="no phonemes"),
        pytest.param("<speak>a <sub alias=''>b</sub></speak>", "line 1, column 10: alias is ''; no sound is in it", id="empty alias"),
        pytest.param("<speak><sub alias='...'>b</sub></speak>", "alias is '...'; no sound is in it", id="alias of punctuation"),
        pytest.param("<speak>a <phoneme ph='.'>b</phoneme></speak>", "line 1, column 10: ph is '.'; no sound is in it", id="syllable break alone"),
        pytest.param("<speak><phoneme ph='ˈ'>b</phoneme></speak>", "ph is 'ˈ'; no sound is in it", id="stress alone"),
        pytest.param("<speak><phoneme alphabet='pinyin' ph=\"'\">b</phoneme></speak>", "no sound is in it", id="pinyin without a syllable"),
        pytest.param("<speak><phoneme alphabet='pinyin' ph='ma3 xq4'>b</phoneme></speak>", "'xq4' in 'ma3 xq4' is no syllable of pinyin", id="pinyin"),
        pytest.param("<speak><say-as interpret-as='money'>1</say-as></speak>", "interpret-as is 'money'; characters, spell-out", id="say-as"),
        pytest.param("<speak><say-as interpret-as='digits'>a1</say-as></speak>", "'a1' cannot be said as digits; figures are accepted", id="digits"),
        pytest.param("<speak><say-as interpret-as='date'>1/2/2026</say-as></speak>", "cannot be said as date; a date is YYYY-MM-DD, or has format=", id="date without order"),
        pytest.param("<speak><say-as interpret-as='date' format='dmy'>31/2/2026</say-as></speak>", "with format 'dmy' an existing date", id="no such day"),
        pytest.param("<speak><say-as interpret-as='characters'> </say-as></speak>", "1 to 200 characters", id="empty say-as"),
        pytest.param("<speak><break time='1s'/></speak>", "none of them can be spoken", id="silence only"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_what_is_accepted(source: str, told: str) -> None:
    assert told in refusal(source)


def test_billion_laughs_are_refused_before_they_grow() -> None:
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    assert "a DOCTYPE is not accepted" in refusal(f'<!DOCTYPE speak [<!ENTITY a0 "ha">{entities}]><speak>&a11;</speak>')


@pytest.mark.parametrize(
    "source",
    [
        '<!DOCTYPE speak SYSTEM "file:///etc/passwd"><speak/>',
        '<!DOCTYPE speak [<!ENTITY x SYSTEM "http://127.0.0.1/">]><speak>&x;</speak>',
    ],
)
def test_external_entities_are_refused(source: str) -> None:
    assert "DOCTYPE is not accepted" in refusal(source)


def test_depth_elements_and_size_are_bounded() -> None:
    assert "nested more than 32 deep" in refusal("<speak>" + "<p>" * 10_000 + "a" + "</p>" * 10_000 + "</speak>")
    assert "more than 5000 elements" in refusal("<speak>" + "<w/>" * 5_000 + "a</speak>")
    assert "at most 100000 are accepted" in refusal("<speak>" + "a" * 100_000 + "</speak>")


FRAGMENTS = st.sampled_from([
    "a", "Hi. ", "我", "&amp;", "&#x4e2d;", "&", "<", ">", "]]>", "<![CDATA[", "<p>", "</p>", "<s>", "</s>", '<break time="1s"/>', "<break/>", '<prosody rate="2">',
    '<prosody volume="soft">', "</prosody>", '<sub alias="x y">', "</sub>", '<phoneme ph="z">', "</phoneme>", '<lang xml:lang="es">', "</lang>",
    '<say-as interpret-as="digits">', "</say-as>", "12", "\n", "\u200b", "\U0001f600", "e\u0301", "<!-- -->", "<w>", "</w>", '"', "\ud800", "<?x?>",
])  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_any_source_is_spoken_or_refused(source: str) -> None:
    source = f"<speak>{source}</speak>"
    try:
        made = front_end(most=12, preferred=8).script(source, "auto", "en", ssml=True)
    except InputError:
        return
    assert_chunks_are_the_source(made, source)


@given(st.text(max_size=60))
def test_any_text_as_ssml_is_spoken_or_refused(source: str) -> None:
    for text in (source, f"<speak>{source}</speak>"):
        with contextlib.suppress(InputError):
            assert joined(front_end().script(text, "auto", "en", ssml=True).chunks) == text


@pytest.mark.parametrize(
    ("content", "left_out"),
    [("a.b", ["'.' (U+002E)"]), ("a-b-", ["'-' (U+002D), 2 times"]), ("...", ["'.' (U+002E), 3 times"]), ("a b1", [])],
)
def test_signs_without_a_sound_are_told_when_they_are_spelled_out(content: str, left_out: list[str]) -> None:
    made = script(f'<speak>Hi <say-as interpret-as="characters">{content}</say-as></speak>')
    assert made.warnings == tuple(f"left out, cannot be spoken: {told}" for told in left_out)
