"""Roman numerals: `Henry VIII` the eighth, `Chapter IV` four, `World War II` two."""

import re

from voxpod_inference.text.english.numbers import cardinal, ordinal
from voxpod_inference.text.traced import Replacement

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_FIGURE = r"(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b(?<=[IVXL])(?!\.[A-Za-z]|'(?!s\b))"
"""A whole word: `Peter Lynch` has no numeral. `Paul II's` has one, `Part I'd` has none."""
_COUNTED = (
    "Chapter|Part|Volume|Book|Act|Scene|Section|Phase|Type|Class|Level|Stage|War|Bowl|Title|Article|Appendix|Figure|Table|Mark|Grade"
    "|PART|CHAPTER|VOLUME|BOOK|ACT|SECTION|PHASE|Tier|Group|Episode|Season|Unit|Lesson|Round|Schedule|Rocky|Final Fantasy|Factor|Category|chapter|part|volume|type|phase|class|stage|grade"
)
_CROWNED = (
    "Henry|Louis|Elizabeth|George|Charles|James|William|Edward|Richard|Philip|Napoleon|Paul|Benedict|Pius|Francis|Leo|Gregory|Clement"
    "|Nicholas|Alexander|Peter|Catherine|Frederick|Wilhelm|Mary|Ramses|Ivan|John|Innocent|Urban|Juan Carlos|Felipe|Haakon|Gustav|Harald|Margrethe"
)


def _value(figure: str) -> int:
    values = [_VALUES[letter] for letter in figure]
    return sum(-v if v < following else v for v, following in zip(values, [*values[1:], 0], strict=True))


ROMAN: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (
        re.compile(rf"(?<=\b)(?:(?<=\s)|(?<=^))({_FIGURE})(?=\s+(?:century|Century|dynasty|Olympi))"),
        lambda m: ordinal(_value(m[1])),
    ),
    (re.compile(rf"\b({_CROWNED})\s({_FIGURE})"), lambda m: [(m[1], 1), (" the ", 2), (ordinal(_value(m[2])), 2)]),
    (re.compile(rf"\b({_COUNTED})\s({_FIGURE})"), lambda m: [(m[1], 1), (" ", 0), (cardinal(_value(m[2])), 2)]),
    # After any other capitalised word: two letters at least, for I and V are letters too.
    (
        re.compile(rf"\b([A-Z][a-z]+)\s(?=[IVX]{{2}})({_FIGURE})"),
        lambda m: [(m[1], 1), (" ", 0), (cardinal(_value(m[2])), 2)],
    ),
)
