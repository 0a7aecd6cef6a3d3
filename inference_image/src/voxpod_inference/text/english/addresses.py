"""Addresses of the web and of machines: `example.com/a` as `example dot com slash a`."""

import re

from voxpod_inference.text.english.numbers import digits, number
from voxpod_inference.text.traced import Rule

_SUFFIXES = r"com|org|net|io|dev|ai|app|edu|gov|info|tv|me|uk|de|fr|cn|jp|eu|ca|au|ch|co|txt|pdf|py|js|ts|json|ya?ml|html?|csv|md|exe|zip|png|jpe?g|mp[34]|wav|docx?|xlsx?|sh|toml|cfg|conf|log"
_SIGNS = {
    ".": " dot ", "/": " slash ", ":": " colon ", "@": " at ", "-": " dash ", "_": " underscore ", "?": " question mark ",
    "=": " equals ", "&": " and ", "#": " hash ", "%": " percent ", "+": " plus ", "~": " tilde ",
}  # fmt: skip
_COUNTRY = re.compile(r"(?<=\.)(?!me|co|in|to|so|is|no|py|js|ts|md|sh|tv)[a-z]{2}(?=\.[a-z]{2}(?:[/:?#]|$)|[/:?#]|$)")
"""Said by its letters: `dot D E`; the others are said as words, or are files."""
_HEX = "[0-9A-Fa-f]"


def _address(match: re.Match[str]) -> str:
    address = re.sub(r"^https?://", "", match.group()).rstrip("/")
    address = _COUNTRY.sub(lambda m: m.group().upper(), address)
    said = re.sub(r"\W|_", lambda m: _SIGNS.get(m.group(), " "), address)
    return re.sub(r"\d+", lambda m: f" {digits(m.group()) if len(m.group()) > 2 else number(m.group())} ", said)


def _machine(match: re.Match[str]) -> str:
    """`fe80::1` and `00:1a:2b:3c:4d:5e`, letter by letter; a time such as `1:23:45` is none."""
    written = match.group()
    if "::" not in written and not re.search("[A-Fa-f]", written):
        return written
    said = (digits(c) if c.isdecimal() else "colon" if c == ":" else c.upper() for c in written)
    return f" {' '.join(said)} "


ADDRESSES: tuple[Rule, ...] = (
    (re.compile(r"\b(?:(?:(?:https?|ftp|file)://|www\.)[^\s,;)>\"”]*[^\s,;)>\"”.!?]|[\w.+&-]+@[\w-]+(?:\.[\w-]+)+(?:/[^\s,;)>\"”]*[^\s,;)>\"”.!?])?)"), _address),
    (re.compile(rf"(?<![\w@.])[A-Za-z][\w-]*(?:\.[\w-]+)*\.(?:{_SUFFIXES})\b(?!\.\w)(?:/[^\s,;)>\"”]*[^\s,;)>\"”.!?])?"), _address),
    (re.compile(rf"(?<![\w:])(?:{_HEX}{{1,4}}:(?::?{_HEX}{{1,4}}:){{0,6}}:?{_HEX}{{1,4}}|(?:{_HEX}{{1,4}}:){{1,7}}:)(?![\w:]|\.?[Mm]\b)"), _machine),
    (re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)"), lambda m: " dot ".join(map(digits, m.group().split(".")))),
    (re.compile(rf"\b0x({_HEX}+)\b"), lambda m: f"zero X {' '.join(digits(c) if c.isdecimal() else c.upper() for c in m[1])}"),
)  # fmt: skip
