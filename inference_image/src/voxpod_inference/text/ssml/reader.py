"""A strict subset of SSML 1.1, read by the standard library's expat: what it knows it honours, all else is an error with its place.

No DTD, no entities but the five of XML, no processing instructions; depth, elements and size are bounded. docs/text.md has the
table of elements.
"""

from dataclasses import replace
from xml.parsers import expat

from voxpod_inference.errors import INPUT_REFUSED, InputError
from voxpod_inference.text import pronunciation
from voxpod_inference.text.chunks import is_sound
from voxpod_inference.text.document import (
    LINE,
    OBJECT,
    SENTENCE,
    Document,
    Part,
    Style,
    plain,
    replaced,
    spoken_parts,
)
from voxpod_inference.text.runs import letter_of
from voxpod_inference.text.spoken import plain_punctuation
from voxpod_inference.text.ssml import elements
from voxpod_inference.text.ssml.elements import Open
from voxpod_inference.text.ssml.places import Places

MOST_CHARACTERS = 100_000
MOST_ELEMENTS = 5_000
DEEPEST = 32
MOST_SILENCE = 300.0
"""Seconds of all breaks together."""
LONGEST_ALIAS = 500
"""Characters."""

_OUTSIDE = [
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_SYNTAX],
    expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT],
]
_SPACES = str.maketrans(dict.fromkeys("\n\r\t\x0b\x0c\x85\u2028\u2029", " "))


def document(source: str) -> Document:
    """The parts of an SSML text; InputError tells line, column and what is accepted there."""
    if len(source) > MOST_CHARACTERS:
        raise InputError(
            INPUT_REFUSED, f"the SSML has {len(source)} characters; at most {MOST_CHARACTERS} are accepted"
        )
    return _Reader(source).document()


class _Reader:
    def __init__(self, source: str) -> None:
        self._places = Places(source)
        self._source = source
        self._parts: list[Part] = []
        self._unread: list[str] = []
        self._warnings: dict[str, None] = {}
        self._open: list[Open] = []
        self._elements = 0
        self._silence = 0.0
        self._in_cdata = False

    def document(self) -> Document:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = False
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartCdataSectionHandler = lambda: self._cdata(True)
        parser.EndCdataSectionHandler = lambda: self._cdata(False)
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse_here(
            "a DOCTYPE is not accepted: entities are the five of XML"
        )
        parser.ProcessingInstructionHandler = lambda *_: self._refuse_here("processing instructions are not accepted")
        try:
            parser.Parse(self._places.encoded, True)
        except expat.ExpatError as error:
            raise self._broken(error) from None
        return Document(self._source, tuple(self._parts), tuple(self._unread), tuple(self._warnings))

    def _cdata(self, inside: bool) -> None:
        self._in_cdata = inside

    def _here(self) -> int:
        return self._places.character(self._parser.CurrentByteIndex)

    def _refuse_here(self, what: str) -> None:
        raise self._places.refused(self._here(), what)

    def _broken(self, error: expat.ExpatError) -> InputError:
        what = expat.ErrorString(error.code)
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
            what = "an entity that is not &amp; &lt; &gt; &quot; or &apos;"
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] and self._open:
            what = f"{self._open[-1].name!r}, opened at {self._places.described(self._open[-1].at)}, has no end"
        elif error.code in _OUTSIDE:
            what = f"{what}; the text stands between <speak> and </speak>"
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH] and self._open:
            what = f"the end of {self._open[-1].name!r}, opened at {self._places.described(self._open[-1].at)}, is expected before any other end"
        return self._places.refused(self._places.character(self._parser.ErrorByteIndex), f"not well-formed XML: {what}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        here = self._here()
        self._elements += 1
        self._check_bounds(here)
        elements.check(self._places, here, name, attributes, self._open[-1] if self._open else None)
        style = self._open[-1].style if self._open else Style()
        element = Open(name, attributes, style, self._places.after_tag(here), len(self._parts), here)
        element.style = elements.styled(self._places, here, element)
        self._open.append(element)
        if name in ("p", "s") and self._parts and self._parts[-1].text[-1:] not in (LINE, SENTENCE):
            self._parts.append(Part(LINE if name == "p" else SENTENCE, here, here, style, even=False))
        if name == "emphasis":
            elements.check_level(self._places, here, attributes)
            self._warnings["emphasis is spoken like the text around it: the model has none"] = None

    def _end(self, name: str) -> None:
        here = self._here()
        element = self._open.pop()
        outer = self._open[-1].style if self._open else element.style
        if name in ("p", "s"):
            self._parts.append(Part(LINE if name == "p" else SENTENCE, here, here, outer, even=False))
        elif name == "break":
            if pause := self._pause(element):  # none at all changes nothing
                self._parts.append(Part("", here, here, outer, even=False, pause=pause))
        elif name in ("sub", "phoneme", "say-as"):
            self._replace(element, here)

    def _data(self, data: str) -> None:
        here = self._here()
        if not self._open:
            return
        element = self._open[-1]
        if element.name == "break" and data.strip():
            raise self._places.refused(here, "'break' has no content")
        end = self._places.end_of_data(self._parser.CurrentByteIndex, data, in_cdata=self._in_cdata)
        parts = spoken_parts(data.translate(_SPACES), here, element.style, self._unread)
        if end - here == len(data):
            self._parts += parts
        else:  # an entity, or the two characters of a line's end
            self._parts += (replace(part, start=here, end=end, even=False) for part in parts)

    def _check_bounds(self, here: int) -> None:
        if len(self._open) >= DEEPEST:
            raise self._places.refused(here, f"elements are nested more than {DEEPEST} deep")
        if self._elements > MOST_ELEMENTS:
            raise self._places.refused(here, f"more than {MOST_ELEMENTS} elements")

    def _pause(self, element: Open) -> float:
        pause = elements.pause(self._places, element)
        self._silence += pause
        if self._silence > MOST_SILENCE:
            raise self._places.refused(element.at, f"breaks of more than {MOST_SILENCE:g} s together")
        return pause

    def _replace(self, element: Open, end: int) -> None:
        """The content of an element becomes one part that is spoken as its attributes say."""
        content = "".join(part.text for part in self._parts[element.first_part :])
        del self._parts[element.first_part :]
        whole = Part(content, element.after_tag, max(end, element.after_tag), element.style)
        if element.name == "sub":
            alias = element.attributes["alias"]
            if len(alias) > LONGEST_ALIAS:
                raise self._places.refused(
                    element.at, f"an alias has at most {LONGEST_ALIAS} characters, this one {len(alias)}"
                )
            said = " ".join(plain(alias.translate(_SPACES)).split())
            if not is_sound(plain_punctuation(said)):
                raise self._places.refused(element.at, f"alias is {pronunciation.shown(alias)}; no sound is in it")
            self._parts.append(replaced(whole, said))
            return
        reading = elements.reading(self._places, element, content.strip())
        style = (
            replace(element.style, language=element.style.language or "zh")
            if reading.kind == "pinyin"
            else element.style
        )
        script = "" if reading.kind in ("date", "digits", "telephone", "time") else letter_of(content)
        self._parts.append(replace(replaced(whole, "", reading), style=style, script=script or OBJECT))
