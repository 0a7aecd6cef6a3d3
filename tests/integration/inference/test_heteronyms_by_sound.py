"""Heteronyms in whole sentences, by how they sound.

None of these sentences was used to write the rules: at first sight 48 of 52 words (92 %) were right, which is what to expect
of new text. The ones that were wrong have been mended since where a rule could tell.
"""

import re

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.text.readers import readers_of
from voxpod_inference.text.spoken import Spoken

pytestmark = pytest.mark.model

SENTENCES = """
My uncle [reads] poems; last night he [read] one to us.|ɹˈidz ɹˈɛd
If you [read] this, call me.|ɹˈid
The sign can be [read] from afar.|ɹˈɛd
Our team is in the [lead].|lˈid
This paint contains [lead].|lˈɛd
Cats [live] longer indoors.|lˈɪv
The [live] version is better.|lˈIv
Where did they [live] before?|lˈɪv
The firefighters risked their [lives].|lˈIvz
My brother [lives] next door.|lˈɪvz
There was no [wind] at all.|wˈɪnd
The path will [wind] uphill.|wˈInd
The soldier died of his [wounds].|wˈundz
She was close to [tears].|tˈɪɹz
He might [tear] a muscle.|tˈɛɹ
Tie it with a [bow].|bˈO
Guests must [bow] before the emperor.|bˈW
[Close] the lid tightly.|klˈOz
It was a [close] race.|klˈOs
That is none of my [use].|jˈus
May I [use] your pen?|jˈuz
She is [used] to noise.|jˈust
Listen to this [record].|ɹˈɛkəɹd
We [record] every call.|ɹəkˈɔɹd
The [present] situation is tense.|pɹˈɛzᵊnt
They [present] their work on Friday.|pɹizˈɛnt
The lawyers [object].|əbʤˈɛkt
What is that [object]?|ˈɑbʤəkt
The [content] creators met.|kˈɑntɛnt
She seemed [content] with it.|kəntˈɛnt
Please [estimate] the distance.|ˈɛstəmˌAt
A rough [estimate] will do.|ˈɛstəmət
The rebels [refuse] to talk.|ɹəfjˈuz
Prices [increase] when demand rises.|ɪnkɹˈis
A tax [increase] is planned.|ˈɪnkɹˌis
He will [conduct] the orchestra.|kəndˈʌkt
Her [conduct] was perfect.|kˈɑndˌʌkt
Copper [conducts] heat.|kəndˈʌkts
They [separate] the plastic from the paper.|sˈɛpəɹˌAt
It comes in a [separate] box.|sˈɛpəɹət
We [subject] all parts to tests.|səbʤˈɛkt
Change the [subject].|sˈʌbʤɛkt
The [suspect] was seen running.|sˈʌspˌɛkt
I [suspect] a trick.|səspˈɛkt
Do they [permit] dogs?|pəɹmˈɪt
Your [permit] has expired.|pˈɜɹmɪt
He [excused] himself and gave an [excuse].|ɪkskjˈuzd ɪkskjˈus
The [minutes] passed.|mˈɪnəts
The [dove] flew off.|dˈʌv
She [dove] off the cliff.|dˈOv
"""


def sounds(said: Spoken, marked: str) -> list[str]:
    """How the words in brackets are said."""
    starts = [m.start() - 2 * i for i, m in enumerate(re.finditer(r"\[\w+\]", marked))]
    return [said.phonemes[w.first : w.last] for start in starts for w in said.words if w.start == start]


def test_nine_of_ten_new_heteronyms_sound_as_meant(kokoro_bundle: Bundle) -> None:
    read = readers_of(kokoro_bundle)["en"]
    wrong, words = [], 0
    for line in SENTENCES.strip().splitlines():
        marked, meant = line.split("|")
        heard = sounds(read(re.sub(r"[\[\]]", "", marked)), marked)
        assert len(heard) == len(meant.split()), marked
        words += len(heard)
        wrong += [f"{marked} {h}" for h, m in zip(heard, meant.split(), strict=True) if h != m]
    assert words >= 50
    assert len(wrong) / words <= 0.1, wrong
