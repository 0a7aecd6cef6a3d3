"""What part of speech an English word has in its place, as far as its neighbours tell.

A tagger would know better and costs 50 MB in every sandbox. Rules over the words before and after decide the clear cases;
tests/unit/inference/test_english_heteronyms.py says how often they are right.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# fmt: off
DETERMINERS = frozenset([
    "the", "a", "an", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our", "their", "no",
    "some", "any", "every", "each", "another", "which", "whose", "what", "both", "either", "neither", "many",
    "few", "several", "much", "more", "most", "such", "own", "first", "second", "third", "last", "next", "new",
    "old", "same", "other",
])
OBJECTS = frozenset([
    "the", "a", "an", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our", "their", "it",
    "them", "him", "us", "me", "you", "all", "everything",
])
SUBJECTS = frozenset([
    "i", "you", "we", "they", "who", "he", "she", "it", "people", "children", "men", "women", "police",
    "everyone", "everybody", "nobody", "we'd", "they'd",
])
MODALS = frozenset([
    "to", "will", "would", "can", "could", "should", "must", "may", "might", "shall", "cannot", "do", "did",
    "don't", "doesn't", "didn't", "won't", "can't", "couldn't", "wouldn't", "shouldn't", "mustn't", "does",
    "let's", "please", "i'll", "you'll", "he'll", "she'll", "we'll", "they'll", "it'll", "i'd", "you'd",
    "gonna", "wanna", "gotta", "help", "helps", "helped",
])
BE = frozenset([
    "am", "is", "are", "was", "were", "be", "been", "being", "isn't", "aren't", "wasn't", "weren't", "i'm",
    "you're", "he's", "she's", "it's", "we're", "they're", "that's", "there's", "become", "becomes", "became",
    "seem", "seems", "seemed", "feel", "feels", "felt", "look", "looks", "looked", "stay", "stayed", "remain",
    "remains", "remained", "get", "gets", "got", "getting",
])
HAVE = frozenset([
    "have", "has", "had", "having", "haven't", "hasn't", "hadn't", "i've", "you've", "we've", "they've",
    "who've", "he'd", "she'd",
])
PREPOSITIONS = frozenset([
    "of", "in", "on", "for", "with", "by", "from", "at", "into", "onto", "about", "after", "before", "between",
    "without", "under", "over", "through", "during", "against", "within", "per", "via", "as", "than", "like",
    "across", "near", "toward", "towards",
])
_ADVERBS = frozenset([
    "already", "never", "ever", "just", "always", "also", "often", "recently", "not", "only", "still", "even",
    "now", "then", "really", "once", "almost", "soon", "finally",
])
_NOT_PLURAL = re.compile(r"(?:ss|us|is|'s|ous|always|perhaps)$")
_AFTER_NOUN = frozenset(["of", "for", "is", "was", "are", "were", "has", "had", "will"])
_BREAKS = frozenset('.!?;:,"“”()—…\n')
_STOPS = frozenset(".!?…\n")
# fmt: on


@dataclass(frozen=True, slots=True)
class Place:
    """A word among its neighbours, all in lower case; an empty neighbour is a pause or the end of the text."""

    word: str
    previous: str
    following: str
    after_next: str
    head: str
    """The word before, adverbs skipped: the `have` of "have never read"."""
    sentence: frozenset[str]
    first: bool
    """Whether the word begins a sentence."""
    capital: bool
    plural: bool
    """Whether the word before, adverbs skipped, looks like a plural noun."""


def place_of(tokens: Sequence[str], at: int) -> Place:
    """The neighbourhood of `tokens[at]`; tokens are words, single spaces and punctuation."""
    before = _words(reversed(tokens[:at]))
    after = _words(tokens[at + 1 :])
    first = at
    while first and tokens[first - 1] not in _STOPS:
        first -= 1
    last = next((i for i in range(at, len(tokens)) if tokens[i] in _STOPS), len(tokens))
    sentence = [t.lower() for t in tokens[first:last] if t[0].isalpha()]
    spoken_before = [t for t in tokens[first:at] if t[0].isalnum()]
    head = next((w for w in before if w not in _ADVERBS and not w.endswith("ly")), "")
    return Place(
        tokens[at].lower().replace("’", "'"),
        *(before[0], after[0], after[1], head),
        frozenset(sentence),
        not spoken_before,
        tokens[at][0].isupper(),
        _is_plural(head),
    )


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not _NOT_PLURAL.search(word)


def _words(tokens: Iterable[str]) -> list[str]:
    """The next four words, padded; a pause ends them."""
    found: list[str] = []
    for token in tokens:
        if token in _BREAKS or len(found) == 4:
            break
        if token[0].isalnum():
            found.append(token.lower().replace("’", "'"))
    return [*found, "", "", ""]


def part_of_speech(place: Place) -> str:
    """VERB, NOUN, ADJ, VBN or nothing when the neighbours do not tell."""
    if place.head in HAVE:
        return "VBN"
    third_person = place.word.endswith("s") and not place.word.endswith("ss")
    if not third_person and (place.head in MODALS or place.previous in ("me", "us", "him", "them")):
        return "VERB"
    if place.previous in DETERMINERS or place.previous in PREPOSITIONS or place.previous.endswith("'s"):
        if place.following == "to" and place.previous not in DETERMINERS:
            return ""
        return "NOUN"
    if place.head in BE:
        return "ADJ"
    singular_subject = place.head in ("he", "she", "it", "everyone", "everybody", "nobody")
    if place.head in SUBJECTS and third_person == singular_subject:
        return "VERB"
    if place.first or place.previous in ("and", "or", "then", "not", "never", "always", "also"):
        return "VERB" if place.following in OBJECTS else ""
    if place.following in _AFTER_NOUN:
        return "NOUN"
    if place.plural and not third_person and place.following:
        return "VERB"
    if third_person and not place.plural and place.following in OBJECTS:
        return "VERB"
    return "NOUN" if place.previous else ""
