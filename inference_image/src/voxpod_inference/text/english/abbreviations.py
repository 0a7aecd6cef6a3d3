"""Shortened words and what is said for them; a new one is a line in a table."""

import re

from voxpod_inference.text.english.numbers import digits
from voxpod_inference.text.traced import Rule

NAME, FIGURE, OPEN, _WORD = r"(?=\s[A-Z])", r"(?=\s?\d)", r"(?=\s+\S)", r"(?=\s)"
"""What follows: a name, a figure, anything at all (it never ends a sentence), a word (it may end one)."""
DOTTED = (
    ("Mr", OPEN, "Mister"), ("Mrs", OPEN, "Missus"), ("Ms", OPEN, "Miz"), ("Dr", NAME, "Doctor"),
    ("Prof", OPEN, "Professor"), ("St", NAME, "Saint"), ("Mt", NAME, "Mount"), ("Ft", NAME, "Fort"),
    ("Gen", NAME, "General"), ("Col", NAME, "Colonel"), ("Sgt", OPEN, "Sergeant"), ("Capt", OPEN, "Captain"),
    ("Lt", NAME, "Lieutenant"), ("Gov", NAME, "Governor"), ("Sen", NAME, "Senator"), ("Rep", NAME, "Representative"),
    ("Rev", NAME, "Reverend"), ("Hon", NAME, "Honorable"), ("Jr", "", "Junior"), ("Sr", "", "Senior"),
    ("Inc", "", "Incorporated"), ("Ltd", "", "Limited"), ("Corp", "", "Corporation"), ("Co", r"(?=[\s,])", "Company"),
    ("Dept", "", "Department"), ("dept", "", "department"), ("Univ", "", "University"), ("govt", "", "government"),
    ("Figs?", FIGURE, "figure"), ("[Vv]ol", FIGURE, "volume"), ("[Cc]h", FIGURE, "chapter"), ("[Ss]ec", FIGURE, "section"),
    ("[Ee]q", r"(?=\s?\(?\d)", "equation"), ("[Ee]qs", r"(?=\s?\(?\d)", "equations"), ("[Aa]rt", FIGURE, "article"),
    ("[Ee]xt", FIGURE, "extension"), ("[Nn]r", FIGURE, "number"), ("[Nn]os?", FIGURE, "number"), ("[Mm]in", FIGURE, "minimum"),
    ("[Mm]ax", _WORD, "maximum"), ("[Aa]pt", FIGURE, "apartment"), ("[Rr]m", FIGURE, "room"), ("[Tt]el", FIGURE, "telephone"), ("[Ll]n", FIGURE, "line"),
    ("[Aa]rr", FIGURE, "arrival"), ("[Dd]ep", FIGURE, "departure"), ("[Cc]f", OPEN, "compare"), ("[Vv]", NAME, "versus"),
    ("approx", OPEN, "approximately"), ("est", OPEN, "established"), ("ca", FIGURE, "circa"), ("al", r"(?<=et al\.)", "al"),
    ("incl", _WORD, "including"), ("excl", _WORD, "excluding"), ("[Qq]ty", "", "quantity"), ("temp", _WORD, "temperature"),
    ("Blvd", "", "Boulevard"), ("Pl", r"(?=[,\s])", "Place"), ("Hwy", "", "Highway"), ("pp", FIGURE, "pages"), ("p", FIGURE, "page"),
)  # fmt: skip
"""With a full stop: abbreviation, what follows it, what is said. Whether a sentence goes on behind it is told by that too."""

# Without one: what is written, and what is said.
_BARE = (
    (r"(?<=\d )A\.D\b(?!\.\w)", "AD"), (r"(?<=\d )B\.C\b(?!\.\w)", "BC"), (r"\be\.g\.,?|\bE\.g\.,?", "for example,"), (r"\b[Ii]\.e\.,?", "that is,"), (r"\bPh\.\s?D\b\.?", "P H D"),
    (r"\betc\.(?=\s+[a-z])", "etcetera"), (r"\betc\.", "etcetera."), (r"\bvs\b\.?(?!\w)", "versus"),
    (r"\bw/o(?=\s)", "without"), (r"\bw/\s?(?=\w)", "with "), (r"\ba\.k\.a\.|\baka\b", "also known as"), (r"\b[Qq]ty\b(?=[:\s]\s?\d)", "quantity"),
    (r"\bMr(?=\s[A-Z])", "Mister"), (r"\bMrs(?=\s[A-Z])", "Missus"), (r"\bMs(?=\s[A-Z])", "Miz"), (r"\bDr(?=\s[A-Z])", "Doctor"),
    (r"(?<=[a-z]\s)Dr\.(?=,|\s+[a-z0-9]|\s*$)", "Drive"), (r"\bRs\.?\s?(?=\d)", "₹"),
)  # fmt: skip
# Of streets: only after a name.
_STREETS = {
    "St": "Street",
    "Ave": "Avenue",
    "Rd": "Road",
    "Ct": "Court",
    "Ln": "Lane",
    "Sq": "Square",
    "Pkwy": "Parkway",
    "Expy": "Expressway",
    "Fwy": "Freeway",
    "[Hh]wy": "Highway",
    "Cir": "Circle",
    "Ter": "Terrace",
}
_COMPASS = {"N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest"}  # fmt: skip
_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "D.C.",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska",
    "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio",
    "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas",
    "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
"""After a town: `Austin, TX 78701`."""
_WORDS_TOO = frozenset(["OK", "OH", "HI", "ME", "IN", "OR", "PA", "MA", "LA", "ID"])
"""States before a postcode only: `Well, OK.`"""


_STREET_WORDS = "|".join([*_STREETS, *_STREETS.values(), "Blvd", "Boulevard", "Dr", "Drive", "Hwy", "st"])


def _letters(match: re.Match[str]) -> str:
    return match.group().replace(".", "")


ABBREVIATIONS: tuple[Rule, ...] = (
    (re.compile(r"(?:\bN(?:o|r)s?\.\s?|#\s?)(?=\d)"), "number "),
    *((re.compile(short), said) for short, said in _BARE),
    (re.compile(r"\b([ap])\.m\b(?:\.(?!\s*$|\s+[A-Z]))?"), lambda m: f"{m[1].upper()}M"),
    (re.compile(r"\b(?:[A-Z]\.){2,}(?!\s*$)|\b(?:[A-Z]\.)+[A-Z](?=\.\s*$)"), _letters),
    (re.compile(rf"(?<=\d )({'|'.join(_COMPASS)})\b\.?(?= (?:\d+(?:st|nd|rd|th)|[A-Z][a-z]+) (?:[A-Z][a-z]+ )?(?:{_STREET_WORDS})\b)"), lambda m: _COMPASS[m[1]]),
    (re.compile(r"(\d+ (?:[NSEW]\.? )?(?:\d+(?:st|nd|rd|th)|[A-Z][a-z]+(?: [A-Z][a-z]+)?) )[Ss]t\.(?=\s+[A-Z])"), r"\1Street."),
    (re.compile(r"(\d+ (?:[NSEW]\w* )?\d+(?:st|nd|rd|th) )[Ss]t\b\.?"), r"\1Street"),
    (re.compile(rf"(?<=[a-z], )({'|'.join(_STATES)})(?=,? \d{{5}}\b)|(?<=[a-z], )({'|'.join(_STATES.keys() - _WORDS_TOO)})(?=[,.;]|\s*$)"), lambda m: _STATES[m[1] or m[2]]),
    (re.compile(rf"((?:{'|'.join(_STATES.values())}),? )(\d{{5}}(?:-\d{{4}})?)(?![\d,])"), lambda m: [(m[1], 1), (", ".join(map(digits, m[2].split("-"))), 2)]),
    *((re.compile(rf"\b{short}\.{follows}"), said) for short, follows, said in DOTTED),
    *((re.compile(rf"(?<=[a-z]\s){short}\b(?:\.(?=,|\s+[a-z0-9]))?(?!\s[A-Z][a-z])"), said) for short, said in _STREETS.items()),
)  # fmt: skip
