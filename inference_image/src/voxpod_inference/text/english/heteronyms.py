"""Words written alike and said differently: which reading suits the place.

A row is `words | reading | conditions`. The reading is a tag of the lexicon's entry (`VERB`), another word that sounds the
same (`~led`), or the phonemes, American and British (`=wˈInd/wˈInd`). All conditions of a row must hold; the first row that
holds wins; a word without such a row is read as its part of speech says.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from voxpod_inference.text.english import context
from voxpod_inference.text.english.context import Place, part_of_speech, place_of

__all__ = ["HETERONYMS", "Place", "place_of", "reading"]

_TABLE = """
read | VBN | head @have
read | DEFAULT | head @modal
read | VBN | head @be
read | VBN | previous well widely
read | VBD | head he she it ; following !ing
read | DEFAULT | near often usually sometimes always every daily
read | VBD | near yesterday ago last earlier was were had did said told went came knew loved cried wrote already
read | DEFAULT | head @determiner
lead leads | ~led | following pipe pipes paint poisoning pencil pencils acid battery batteries exposure levels level contamination ore bullet bullets weights shielding
lead | ~led | previous contain contains contained molten of ; near metal metals mercury zinc copper iron heavy water paint pipes made tin arsenic gold silver contain contains
lead | ~led | near mercury zinc arsenic cadmium ; previous and or
live | DEFAULT | previous is are was were be go goes went going gone streaming stream streamed broadcast broadcasts perform performed performing performs watch watched played playing sing sang recorded air aired airs reporting appear now
live | DEFAULT | head @determiner ; following !in
live | VERB | first ; following in with and your a for like as well long without
live | DEFAULT | first
live | VERB | head @modal
live | DEFAULT | previous in of with for from by on at about ; following !in
live | VERB | following in on with at near by alone together here there forever long to without under for through as like among off up next and a my your their his her our out happily well longer
live | VERB | head @subject
lives | VERB | previous he she it who that which nobody everyone everybody ; following !of
lives | DEFAULT | previous @determiner
lives | DEFAULT | previous saved save saves lost cost risk risked millions thousands hundreds daily private human people's
lives | VERB | following in on with at near by alone together here there next under across abroad upstairs
wind | VERB | head @modal ; following up down the through its around back along your my a it yourself to
wind | VERB | first ; following up down the it your
wind | VERB | head @subject ; following up down through around along
wind | VERB | following through along around ; previous roads rivers paths streams trails stairs lanes streets
winds | VERB | following through along around its down up ; previous !of with strong high and
wound | VBD | following up down around tightly through back the his her itself ; previous !the a
wound | VBN | head @have ; following up down around
tear tears | VERB | following up down apart off out it open into through the away your ; previous !of a the in
tear | VERB | previous and ; near wear
tear | VERB | head @modal
tear | VERB | previous a the ; following in ; near !eye eyes
tear tears | VERB | near muscle ligament fabric shirt paper sleeve jeans cloth page dress net rotator meniscus hole stitch sail knee ; following in
bow bows | VERB | head @modal
bow | VERB | following to down before out politely deeply
bow bows | VERB | previous take takes took final deep polite slight a ; near stage audience actor actors curtain took take takes respect gave king queen deep
bow | VERB | near ship boat stern deck hull captain vessel sea harbor harbour port
bow bows | VERB | head @subject ; following and to down before out
close | VERB | head @modal ; following !to enough
close | VERB | first ; following the your my this that it all down his her its
close | VERB | following the your this that it down its ; previous @subject
close | NOUN | following of
close | VERB | plural ; following at on in early late for when every down up this next
close | NOUN | previous a the ; following !friend friends relationship relative look call range second eye contact family to ally race game attention proximity watch bond up
close | DEFAULT
content | DEFAULT | head @be very quite perfectly not so
content | DEFAULT | following with to ; previous !the this that our your its
content | NOUN
contents | NOUN
minute | ADJ | following detail details amount amounts quantity quantities particle particles fraction difference differences trace traces change changes examination
minute | ADJ | previous very extremely so truly
use uses | NOUN | following of
use | NOUN | previous in of no for into any everyday daily personal public common widespread fair much little heavy commercial medical home practical land water energy drug
uses | NOUN | previous @determiner
uses | NOUN | previous two three four five other different common many
used | VBD | following to ; previous get getting got gotten become becoming became be
used | VBD | following to ; previous @be ; after the a an it this that these my your being
used | DEFAULT | previous @be
used | VBD | following to
deserts | VERB | previous just
desert | VERB | head @modal
refuse | NOUN | following collection bin bins disposal heap collector collectors
refuse | NOUN | previous collect collects collecting collected burn burning household garbage kitchen the of
refuse | DEFAULT
invalid | NOUN | previous an the ; following @be who had for and
invalid | DEFAULT
resume resumes | =ɹˈɛzəmˌA/ɹˈɛzjʊmˌA | previous my your his her our their the a attached updated impressive ; following !a the their
resume | DEFAULT
does | =dˈOz/dˈQz | previous the two three four several
does | =dˈOz/dˈQz | previous and ; near bucks buck fawns fawn deer stags stag
does | =dˈOz/dˈQz | following and ; near bucks fawns stags deer
dove | VERB | following into in off under down deep headfirst underwater for straight ; previous !a the white peace
sow sows | NOUN | near pig pigs piglets boar farrowing ; previous @determiner
sow sows | DEFAULT
row rows | =ɹˈW/ɹˈW | previous heated blazing furious diplomatic political public bitter angry
row | =ɹˈW/ɹˈW | previous a ; following with over about between erupted ; near had having argument couple neighbours neighbors government over
bass | DEFAULT | near fish fishing lake river caught striped largemouth smallmouth chilean grilled sea
bass | ADJ
moped | VERB | previous he she they i ; following about around for all
putting | =pˈʌɾɪŋ/pˈʌtɪŋ | near golf green greens putter
primer | =pɹˈɪməɹ/pɹˈɪmə | following on ; near book reading on read course introduction
axes | VERB | near wood chop chopping throwing hammers swords saws
analyses | VERB | head he she it who software program tool system
learned | ADJ | previous a very the ; following man men woman professor scholar judge friend colleague society
aged | =ˈAʤɪd/ˈAʤɪd | previous the an my his her ; following man woman mother father parents aunt and are relatives
blessed | =blˈɛsɪd/blˈɛsɪd | previous the of every ; following @noun virgin sacrament are day thing mother
polish | ~Polish | capital ; following !the your my it this
mobile | ~Mobile | capital ; following alabama bay
nice | ~niece | capital ; previous in to from near
reading | ~redding | capital ; previous in to from near at ; following !the a my
job | ~jobe | capital ; previous of
entrance | VERB | head @modal
separate | VERB | following from ; previous @subject
present | DEFAULT | previous at @be
deliberate elaborate animate | ADJ | previous @determiner
deliberate elaborate animate | ADJ | head @be very more so most
elaborate | DEFAULT | following on
"""
_CLASSES = {
    "@determiner": context.DETERMINERS,
    "@subject": context.SUBJECTS,
    "@modal": context.MODALS,
    "@be": context.BE,
    "@have": context.HAVE,
    "@noun": frozenset[str](),
}

Condition = Callable[[Place], bool]


@dataclass(frozen=True, slots=True)
class _Row:
    reading: str
    conditions: tuple[Condition, ...]


def reading(place: Place) -> str:
    """The reading that suits a place: a tag, `~word`, or `=phonemes/phonemes`."""
    for row in HETERONYMS.get(place.word, ()):
        if all(condition(place) for condition in row.conditions):
            return row.reading
    return part_of_speech(place)


def _rows() -> dict[str, tuple[_Row, ...]]:
    table: dict[str, tuple[_Row, ...]] = {}
    for line in _TABLE.strip().splitlines():
        words, said, *conditions = (field.strip() for field in line.split("|"))
        row = _Row(said, tuple(_condition(c.split()) for c in "".join(conditions).split(";") if c.strip()))
        for word in words.split():
            table[word] = (*table.get(word, ()), row)
    return table


def _condition(words: list[str]) -> Condition:
    where, *listed = words
    if where in ("first", "capital", "plural"):
        return lambda place: bool(getattr(place, where))
    wanted = not (listed and listed[0].startswith("!"))
    chosen = _expanded([listed[0].removeprefix("!"), *listed[1:]])
    return functools.partial(_holds, where, wanted, chosen)


def _holds(where: str, wanted: bool, chosen: frozenset[str], place: Place) -> bool:
    if where == "near":
        return bool(place.sentence & chosen) == wanted
    neighbour: str = getattr(place, {"after": "after_next"}.get(where, where))
    return (neighbour in chosen) == wanted


def _expanded(names: list[str]) -> frozenset[str]:
    return frozenset().union(*(_CLASSES.get(name) or {name} for name in names))


HETERONYMS = _rows()
