"""Names of languages: what a tag in a request or in markup means, and how a message calls what a text is written in."""

LATIN = frozenset(("en", "es", "fr", "it", "pt"))
"""Languages that Latin letters can be read as."""
HAN = frozenset(("zh", "ja", "yue"))
"""Languages that Chinese characters can be read as."""
UNKNOWN = "und-"
"""Prefix of what a run is in when no language here is written in its script: `und-Cyrillic`."""

_NAMES = {
    "en": "English", "zh": "Mandarin", "ja": "Japanese", "ko": "Korean", "yue": "Cantonese", "es": "Spanish", "fr": "French",
    "hi": "Hindi", "it": "Italian", "pt": "Portuguese",
}  # fmt: skip
KNOWN = tuple(_NAMES)
"""Languages that the front end can tell apart and read; a bundle may speak fewer."""

# Hong Kong and Macao speak Cantonese, whatever the tag calls it; `cmn` is the three-letter code of Mandarin.
_ALIASES = {"cmn": "zh", "zh-hk": "yue", "zh-mo": "yue", "zh-yue": "yue"}


def language_of(tag: str) -> str | None:
    """The language of a BCP 47 tag, without its region: `en-GB` is `en`, `zh-HK` is `yue`; None for one not known here."""
    parts = tag.strip().lower().replace("_", "-").split("-")
    if not all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts):
        return None
    base = _ALIASES.get("-".join(parts[:2])) or _ALIASES.get(parts[0]) or parts[0]
    if parts[0] == "zh" and parts[-1] in ("hk", "mo"):  # zh-Hant-HK
        base = "yue"
    return base if base in _NAMES else None


def described(language: str) -> str:
    """What a message calls it: `Korean (ko)`, or `a language written in Thai script`."""
    if language.startswith(UNKNOWN):
        return f"a language written in {language.removeprefix(UNKNOWN)} script"
    return f"{_NAMES.get(language, language)} ({language})"
