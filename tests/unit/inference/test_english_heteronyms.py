"""Words written alike and said differently: 216 sentences, and how often the neighbours tell them apart.

The rules were tuned on these sentences, so the figure says that nothing has become worse, not how good they are on new text:
for that see tests/integration/inference/test_heteronyms_by_sound.py.
"""

import re

import pytest

from voxpod_inference.text.english.context import place_of
from voxpod_inference.text.english.heteronyms import HETERONYMS, reading

# A word in brackets and the reading that it must have: a tag, or a respelling; `-` is the lexicon's first reading.
SENTENCES = """
I have never [read] such a book. VBN
She [read] the letter twice yesterday. VBN VBD
I will [read] it to you tomorrow. DEFAULT VERB -
Can you [read] this sign? DEFAULT VERB -
He [read] the whole paper before breakfast. VBD VBN
The book was widely [read] in Europe. VBN
I [read] the news every morning. - VERB DEFAULT
[Read] the instructions first. - VERB DEFAULT
They [lead] the way. - VERB NOUN
Old houses have [lead] pipes. ~led
The water contained [lead] and arsenic. ~led
She took the [lead] in the race. - NOUN
Where do you [live] now? VERB
We watched a [live] broadcast. DEFAULT NOUN -
They [live] in Berlin. VERB
The concert was recorded [live] in Paris. DEFAULT ADJ -
Nine [lives] were saved. DEFAULT NOUN -
He [lives] in a small town. VERB
The cat has nine [lives]. DEFAULT NOUN -
Our [lives] changed. DEFAULT NOUN -
The [wind] was cold. DEFAULT NOUN - ADJ
[Wind] up the clock before bed. VERB
The roads [wind] through the hills. VERB
Strong [winds] from the north. DEFAULT NOUN -
The path [winds] around the lake. VERB
The [wound] healed slowly. DEFAULT NOUN -
He [wound] up the toy. VBD
She had [wound] the rope around the post. VBD VBN
A [tear] rolled down her cheek. DEFAULT NOUN -
Don't [tear] the paper. VERB
They burst into [tears]. DEFAULT NOUN -
The police used [tear] gas. DEFAULT NOUN -
He has a muscle [tear] in his leg. VERB
The actors took a [bow]. VERB
She tied the ribbon in a [bow]. DEFAULT NOUN -
The archer drew his [bow]. DEFAULT NOUN -
They [bow] to the king. VERB
Stand at the [bow] of the ship. VERB
Please [close] the window. VERB
We live [close] to the station. DEFAULT
That was very [close]. DEFAULT
At the [close] of the day. NOUN
She is a [close] friend. DEFAULT
[Close] your eyes. VERB
What is the [use] of that? NOUN
You can [use] my phone. VERB -
It is of no [use]. NOUN
She made good [use] of it. NOUN
He [uses] two phones. VERB DEFAULT -
The plant has many [uses]. NOUN
I [used] to smoke. VBD
This knife is [used] to cut bread. DEFAULT
He [used] the last egg. DEFAULT - VERB NOUN
Get [used] to it. VBD
They want to [record] a song. VERB
She broke the world [record]. DEFAULT NOUN -
His [records] are in the attic. DEFAULT NOUN -
The device [records] your voice. VERB
He will [present] the prize. VERB
This is a birthday [present]. DEFAULT NOUN -
At [present] we cannot help. DEFAULT -
All members were [present]. DEFAULT ADJ -
I must [object] to that. VERB
A strange [object] fell from the sky. DEFAULT NOUN -
They [object] to the plan. VERB
The [content] of the page changed. NOUN
He was [content] with his life. DEFAULT
She is [content] to wait. DEFAULT
Wait a [minute]. DEFAULT NOUN -
There were [minute] traces of gold. ADJ
Camels live in the [desert]. DEFAULT NOUN -
He would never [desert] his friends. VERB
I [refuse] to answer. DEFAULT VERB -
The [refuse] was collected on Monday. NOUN
You should [contract] a specialist. VERB
They signed the [contract]. DEFAULT NOUN -
The [project] failed. DEFAULT NOUN -
We [project] a loss for next year. VERB
Farms [produce] milk. DEFAULT VERB -
Fresh [produce] is in aisle two. NOUN
The band will [conduct] a tour. VERB
His [conduct] was poor. DEFAULT NOUN -
Keep them in [separate] rooms. DEFAULT NOUN -
Please [separate] the eggs. VERB
I [estimate] the cost at ten dollars. DEFAULT VERB -
The [estimate] was too low. NOUN
Nobody is [perfect]. DEFAULT ADJ -
She wants to [perfect] her French. VERB
The [does] and bucks ran away. =dˈOz/dˈQz
She [does] it well. - VERB
A white [dove] sat on the roof. DEFAULT NOUN -
He [dove] into the pool. VERB
You reap what you [sow]. DEFAULT
The [sow] fed her piglets. NOUN
We sat in the front [row]. - NOUN
They had a [row] about money. =ɹˈW/ɹˈW
Your password is [invalid]. DEFAULT ADJ -
We will [resume] after lunch. DEFAULT - VERB
Send me your [resume]. =ɹˈɛzəmˌA/ɹˈɛzjʊmˌA
She is of [Polish] descent. - ~Polish NOUN
[Polish] the silver. - VERB
He plays [bass] guitar. ADJ
I caught a huge [bass] in the lake. DEFAULT
The [increase] was small. NOUN
Prices will [increase] again. DEFAULT VERB -
The [permit] expired. DEFAULT NOUN -
They do not [permit] smoking. VERB
The [suspect] fled. DEFAULT NOUN -
I [suspect] that he lied. VERB
The [rebel] army won. DEFAULT NOUN -
They decided to [rebel]. VERB
We [subject] the metal to great heat. VERB
What is the [subject] of the mail? DEFAULT NOUN -
He made an [excuse]. NOUN
[Excuse] me. DEFAULT VERB -
The [house] is big. DEFAULT NOUN -
The museum can [house] fifty paintings. VERB
They [conflict] with each other. VERB
There is a [conflict] of interest. DEFAULT NOUN -
The [advocate] spoke. DEFAULT NOUN -
We [advocate] peace. VERB
My sister [read] that novel on the train last summer. VBD VBN
We often [read] to the children before bed. - VERB DEFAULT NOUN
Having [read] the report, she called him. VBN
Nobody has [read] the manual. VBN
Please [read] it aloud. - VERB DEFAULT
The letter was [read] to the court. VBN
He who [leads] must listen. - VERB NOUN
[Lead] poisoning is dangerous. ~led
The dog is on a [lead]. - NOUN ADJ
My grandparents [live] on a farm. VERB
The band played a [live] set. DEFAULT - NOUN ADJ
It was broadcast [live] from Tokyo. DEFAULT - ADJ
People who [live] alone eat less. VERB
She [lives] with her aunt. VERB
Millions of [lives] depend on it. DEFAULT - NOUN
The doctor saved many [lives]. DEFAULT - NOUN
A gust of [wind] blew the door open. DEFAULT - NOUN
You have to [wind] this watch every day. VERB
The river [winds] through the valley. VERB
His [wounds] were treated at once. - NOUN DEFAULT
She [wound] the scarf around her neck. VBD
[Tears] ran down his face. - DEFAULT NOUN
Be careful not to [tear] the envelope. VERB
There is a [tear] in my jacket. VERB
The violinist lifted her [bow]. - DEFAULT NOUN
The waiter gave a polite [bow]. VERB
Did you [close] the garage? VERB
The shop is [close] to the bank. DEFAULT ADJ
Keep your friends [close]. DEFAULT ADJ
Banks [close] at four on Fridays. VERB
The store will [close] early. VERB
The [use] of phones is not allowed. NOUN
How do you [use] this machine? VERB -
There is no [use] crying. NOUN
This tool has several [uses]. NOUN
She [uses] a cane. VERB - DEFAULT
I am not [used] to the cold. VBD
We [used] to live in Rome. VBD
The machine is [used] for cutting. DEFAULT ADJ - VBN
They broke the [record] for the longest swim. - DEFAULT NOUN
Remember to [record] the meeting. VERB
The camera [records] everything. VERB
I have a [present] for you. - DEFAULT NOUN
The mayor will [present] an award. VERB
At [present] there is no cure. - DEFAULT NOUN
Nobody can [object] to that. VERB
The [object] of the game is simple. - DEFAULT NOUN
The [content] is free. NOUN
I felt [content] and warm. DEFAULT ADJ
One [minute] later he left. - DEFAULT NOUN
The difference is [minute]. ADJ
Nothing grows in this [desert]. - DEFAULT NOUN
The soldiers [desert] their posts. VERB
Some people [refuse] to wear masks. - VERB DEFAULT
The city collects [refuse] on Mondays. NOUN
The [contract] ends in May. - DEFAULT NOUN
Muscles [contract] when you move. VERB
We need to [project] confidence. VERB
The [projects] were late. - DEFAULT NOUN
The region [produces] wine. - VERB DEFAULT NOUN
Local [produce] tastes better. NOUN
Metals [conduct] electricity. VERB
He was fired for bad [conduct]. - DEFAULT NOUN
They sleep in [separate] beds. - DEFAULT NOUN ADJ
The two issues are quite [separate]. - DEFAULT ADJ NOUN
Experts [estimate] that prices will fall. - VERB DEFAULT
By one [estimate], it cost a million. NOUN
Practice makes [perfect]. - DEFAULT NOUN
He spent years trying to [perfect] it. VERB
What [does] she want? - VERB DEFAULT NOUN
The ticket is [invalid]. - DEFAULT ADJ
Trading will [resume] on Monday. - VERB DEFAULT
He emailed his [resume] to ten firms. =ɹˈɛzəmˌA/ɹˈɛzjʊmˌA
The boat was rowed in a straight [row]. - NOUN
The [increase] in prices was small. NOUN
Sales [increase] every spring. VERB - DEFAULT
The [suspects] were arrested. - DEFAULT NOUN
The police [suspect] arson. VERB
They want to [export] oil. VERB - DEFAULT
She gave a good [excuse]. NOUN
The [house] was sold. - DEFAULT NOUN
The barn can [house] ten cows. VERB
Do not [abuse] your power. - VERB DEFAULT
Child [abuse] is a crime. NOUN
She plays the [bass] in a band. ADJ
He is a [graduate] of Yale. - DEFAULT NOUN
Most students [graduate] in June. VERB
Could you [elaborate] on that? DEFAULT VERB -
An [elaborate] plan was made. ADJ
They [advocate] for change. VERB
He [moped] around all day. VERB
The [rebels] took the city. - DEFAULT NOUN
Teenagers often [rebel] against parents. VERB
You need a [permit] to park here. - DEFAULT NOUN
The law does not [permit] it. VERB
"""


def cases() -> list[tuple[str, str, list[str]]]:
    found = []
    for line in SENTENCES.strip().splitlines():
        sentence, _, wanted = line.partition("] ")
        rest, end, tags = wanted.rpartition(". ") if ". " in wanted else wanted.rpartition("? ")
        text = f"{sentence}] {rest}{end.strip()}" if end else f"{sentence}]"
        if not end:  # the word ends the sentence: `[word]. TAG`
            text, tags = line.split(". ", 1) if ". " in line else line.split("? ", 1)
        word = re.search(r"\[(\w+)\]", text)
        assert word is not None, line
        found.append((text, word[1], tags.split()))
    return found


def right(text: str, wanted: list[str]) -> bool:
    before, word, after = re.split(r"[\[\]]", text)
    tokens = [*re.findall(r"[A-Za-z']+|[^A-Za-z']", before), word, *re.findall(r"[A-Za-z']+|[^A-Za-z']", after)]
    said = reading(place_of(tokens, len(re.findall(r"[A-Za-z']+|[^A-Za-z']", before))))
    return (said or "-") in wanted or (not said and "-" in wanted)


def test_tuned_heteronyms_stay_as_meant() -> None:
    listed = cases()
    wrong = [text for text, _, wanted in listed if not right(text, wanted)]
    rate = 1 - len(wrong) / len(listed)
    print(f"{100 * rate:.1f} % of {len(listed)} are right; wrong: {wrong}")
    assert len(listed) >= 200
    assert rate >= 0.95, wrong


@pytest.mark.parametrize("word", ["read", "lead", "live", "wind", "tear", "bow", "close", "use", "minute", "content"])
def test_words_that_neighbours_decide_have_rows_of_their_own(word: str) -> None:
    assert HETERONYMS[word]
