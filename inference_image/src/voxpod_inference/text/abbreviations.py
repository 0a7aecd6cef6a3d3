"""Full stops that do not end a sentence: after abbreviations and initials, by language."""

import functools
import re

# Before a name.
_TITLES = {
    "en": "Mr|Mrs|Ms|Dr|Prof|St|Gen|Col|Sgt|Capt|Lt|Rev|Hon|Messrs|Mt|Gov|Sen|Rep|Pres|vs",
    "es": "Sr|Sra|Srta|Sres|Sras|Srtas|D|Dña|Dª|Dr|Dra|Dres|Prof|Profa|Lic|Ing|Arq|Gral|Cnel|Sto|Sta|Mons|Excmo|Ilmo|Avda|Av|Pza|Ud|Uds|Vd|Vds",
    "fr": "M|MM|Mme|Mmes|Mlle|Mlles|Dr|Pr|Me|Mgr|St|Ste|av|apr|env",
    "it": "Sig|Sigg|Sig.ra|Sig.na|Sigg.ri|Dott|Dott.ssa|Dr|Prof|Prof.ssa|Ing|Avv|Arch|Geom|Rag|On|Sen|Mons|Egr|Gent.ma|Spett",
    "pt": "Sr|Sra|Srta|Srs|Sras|Dr|Dra|Drs|Prof|Profa|Eng|Exmo|Exma|Dom|D|Av|Ilmo|Sto|Sta",
    "hi": "डॉ|श्री|प्रो|पं|सुश्री",
}
# Before a figure; elsewhere the full stop ends a sentence: `He said no.`
_NUMBERED = {
    "en": "No|Nos|no|nos|nr|Nr|Fig|Figs|p|pp|vol|Vol|ch|Ch|Sec|sec|Art|art|Eq|Eqs|eq|ext|Ext|Apt|apt|Tel|tel|Arr|arr|Dep|dep|Qty|qty|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|ca",
    "es": "n.º|n.ª|núm|núms|n|nº|pág|págs|p|pp|vol|cap|fig|art|tel|ed",
    "fr": "n|no|nº|p|pp|vol|chap|fig|art|tél|éd",
    "it": "n|nn|nr|pag|pagg|p|pp|vol|cap|fig|art|tel|ca",
    "pt": "n|nº|núm|pág|págs|p|pp|vol|cap|fig|art|tel",
}
# In the middle of a sentence.
_INSIDE = {
    "en": "e.g|i.e|cf|Cf|viz|approx|est|v",
    "es": "p. ej|p.ej|p|aprox|máx|mín|EE|EE. UU|a. C|d. C|S",
    "fr": "p. ex|p.ex|c.-à-d|cf|av. J|apr. J|J.-C",
    "it": "p. es|p.es|es|cfr|a.C|d.C",
    "pt": "p. ex|p.ex|aprox|máx|mín|a. C|d. C|a.C|d.C",
}
# These end a sentence when a capital follows.
_CLOSING_TOO = {
    "en": "etc|Inc|Ltd|Co|Corp|Jr|Sr|a.m|p.m|al|Bros",
    "es": "etc|S.A|S. A|EE.UU|a.m|p.m|a. m|p. m",
    "fr": "etc",
    "it": "ecc|S.p.A",
    "pt": "etc|Ltda|S.A",
}
_INITIAL = re.compile(r"(?<![^\W\d_])[A-ZÀ-ÖØ-Þ]\.\s*\Z")
_FIGURE = re.compile(r"\d|[IVXLC]+\b")
LONGEST = 24
"""Characters, spaces after the full stop among them, that `is_abbreviation` needs of what stands before."""


def is_abbreviation(before: str, following: str, language: str) -> bool:
    """Whether the full stop at the end of `before` (spaces may follow it) leaves the sentence open.

    `following` is what comes next, at least a few characters of it.
    """
    if not following:
        return False
    if _matches(_TITLES, language, before) or _matches(_INSIDE, language, before):
        return True
    if _matches(_NUMBERED, language, before):
        return _FIGURE.match(following) is not None
    if _matches(_CLOSING_TOO, language, before):
        first = following.lstrip("\"'“‘«(¿¡")[:1]
        return not (first.isalpha() and not first.islower())
    return _INITIAL.search(before) is not None


def _matches(words: dict[str, str], language: str, before: str) -> bool:
    pattern = _pattern(words.get(language, words["en"]))
    return pattern.search(before) is not None


@functools.cache
def _pattern(words: str) -> re.Pattern[str]:
    ordered = sorted(words.split("|"), key=len, reverse=True)
    joined = "|".join(re.escape(word).replace("\\ ", r"\s?") for word in ordered)
    return re.compile(rf"(?<!\w)(?:{joined})\.\s*\Z")
