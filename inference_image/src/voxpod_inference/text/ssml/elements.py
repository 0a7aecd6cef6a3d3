"""What each element of SSML accepts, and what its attributes ask for; all else is an error with its place."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from voxpod_inference.text import pronunciation
from voxpod_inference.text.document import Reading, Style
from voxpod_inference.text.languages import KNOWN
from voxpod_inference.text.ssml import say_as
from voxpod_inference.text.ssml import values as ssml_values
from voxpod_inference.text.ssml.places import Places

# Attributes by element.
ELEMENTS = {
    "speak": frozenset(["version", "xml:lang"]),
    "p": frozenset(["xml:lang"]),
    "s": frozenset(["xml:lang"]),
    "break": frozenset(["time", "strength"]),
    "lang": frozenset(["xml:lang"]),
    "prosody": frozenset(["rate", "volume"]),
    "sub": frozenset(["alias"]),
    "phoneme": frozenset(["alphabet", "ph"]),
    "say-as": frozenset(["interpret-as", "format"]),
    "w": frozenset[str](),
    "emphasis": frozenset(["level"]),
}
_REQUIRED = {"lang": ("xml:lang",), "sub": ("alias",), "phoneme": ("ph",), "say-as": ("interpret-as",), "prosody": ()}
_NAMESPACES = re.compile(r"xmlns(:.+)?|xsi:schemaLocation|xml:(?:base|space|id)|id")
_TEXT_ONLY = ("sub", "phoneme", "say-as", "break")


@dataclass(slots=True)
class Open:
    """An element whose end has not come yet."""

    name: str
    attributes: dict[str, str]
    style: Style
    after_tag: int
    """Where its content begins, in code points of the source."""
    first_part: int
    at: int
    """Where its tag begins."""


def check(places: Places, here: int, name: str, attributes: dict[str, str], around: Open | None) -> None:
    """InputError when an element may not stand here, or has what it must not or lacks what it needs."""
    if (name == "speak") != (around is None):
        what = (
            "'speak' may not be inside another element"
            if around
            else f"the text is in {name!r}; 'speak' is expected around it"
        )
        raise places.refused(here, what)
    if name not in ELEMENTS:
        raise places.refused(here, f"element {name!r} is not known; {', '.join(ELEMENTS)} are accepted")
    if around and around.name in _TEXT_ONLY:
        raise places.refused(here, f"{around.name!r} may hold text only, not {name!r}")
    for attribute in attributes:
        if attribute not in ELEMENTS[name] and not _NAMESPACES.fullmatch(attribute):
            accepted = ", ".join(sorted(ELEMENTS[name])) or "none"
            raise places.refused(here, f"{name!r} has no attribute {attribute!r}; accepted: {accepted}")
    for attribute in _REQUIRED.get(name, ()):
        if attribute not in attributes:
            raise places.refused(here, f"{name!r} needs the attribute {attribute!r}")


def check_level(places: Places, here: int, attributes: dict[str, str]) -> None:
    """InputError when `emphasis` has a level that is none."""
    level = attributes.get("level", "moderate")
    if level not in ssml_values.EMPHASES:
        raise places.refused(here, f"level is {level!r}; {', '.join(ssml_values.EMPHASES)} are accepted")


def styled(places: Places, here: int, element: Open) -> Style:
    """How the content of an element is spoken; InputError when that is beyond what is spoken at all."""
    style = element.style
    if (tag := element.attributes.get("xml:lang")) is not None:
        language = ssml_values.language(tag)
        if language is None:
            raise places.refused(here, f"xml:lang is {tag!r}; {', '.join(KNOWN)} are accepted, also with a region")
        style = replace(style, language=language)
    if element.name == "prosody":
        rate = _factor(
            places, here, element, "rate", ssml_values.rate, f"{', '.join(ssml_values.RATES)}, 80%, +20%, 1.2"
        )
        gain = _factor(
            places,
            here,
            element,
            "volume",
            ssml_values.volume,
            f"{', '.join(ssml_values.VOLUMES)}, 50%, +10%, -6dB, 0 to 100",
        )
        style = replace(style, rate=style.rate * rate, gain=style.gain * gain)
    if not ssml_values.SLOWEST <= style.rate <= ssml_values.FASTEST:
        bounds = f"{ssml_values.SLOWEST} to {ssml_values.FASTEST} is accepted"
        raise places.refused(here, f"rates one in another make {style.rate:.3g} times the normal one; {bounds}")
    if style.gain > ssml_values.LOUDEST:
        raise places.refused(
            here,
            f"volumes one in another make {style.gain:.3g} times the normal one; 0 to {ssml_values.LOUDEST} is accepted",
        )
    return style


def _factor(
    places: Places, here: int, element: Open, attribute: str, parse: Callable[[str], float | None], accepted: str
) -> float:
    value = element.attributes.get(attribute)
    factor = parse(value) if value is not None else 1.0
    if factor is None:
        bounds = "0.25 to 4 times the normal one" if attribute == "rate" else "at most 4 times the normal one"
        raise places.refused(here, f"{attribute} is {value!r}; {accepted} are accepted, {bounds}")
    return factor


def pause(places: Places, element: Open) -> float:
    """Seconds of a `break`."""
    time, strength = element.attributes.get("time"), element.attributes.get("strength", "medium")
    seconds = ssml_values.seconds(time) if time is not None else ssml_values.BREAKS.get(strength)
    if seconds is None and time is not None:
        raise places.refused(
            element.at, f"time is {time!r}; such as 500ms or 1.5s is accepted, up to {ssml_values.LONGEST_BREAK:g}s"
        )
    if seconds is None:
        raise places.refused(element.at, f"strength is {strength!r}; {', '.join(ssml_values.BREAKS)} are accepted")
    return seconds


def reading(places: Places, element: Open, content: str) -> Reading:
    """How the content of `phoneme` or `say-as` sounds."""
    attributes = element.attributes
    place = f"SSML, {places.described(element.at)}"
    if element.name == "phoneme":
        alphabet, value = attributes.get("alphabet", "ipa"), attributes["ph"].strip()
        if alphabet not in pronunciation.ALPHABETS:
            what = f"alphabet is {alphabet!r}; {', '.join(pronunciation.ALPHABETS)} are accepted"
            raise places.refused(element.at, what)
        if not value or len(value) > pronunciation.LONGEST:
            what = f"ph has {len(value)} characters; 1 to {pronunciation.LONGEST} are accepted"
            raise places.refused(element.at, what)
        if not pronunciation.has_sound(value):
            raise places.refused(element.at, f"ph is {pronunciation.shown(value)}; no sound is in it")
        return Reading(alphabet, value, place)
    kind, order = attributes["interpret-as"], say_as.fields_of(attributes.get("format", ""))
    if kind not in say_as.KINDS:
        raise places.refused(element.at, f"interpret-as is {kind!r}; {', '.join(say_as.KINDS)} are accepted")
    if order and order not in say_as.ORDERS.get(kind, ()):
        what = f"format is {attributes['format']!r}; a date has one of {', '.join(say_as.FORMATS)}, a time hms12 or hms24, others have none"
        raise places.refused(element.at, what)
    read = Reading(say_as.KINDS[kind], content, place, order)
    say_as.check(read)
    return read
