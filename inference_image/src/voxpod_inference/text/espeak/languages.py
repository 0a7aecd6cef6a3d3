"""Which languages espeak-ng pronounces, and the tables of each: loaded with the first text of that language."""

import importlib
from typing import cast

from voxpod_inference.text.espeak.tables import Tables

_PACKAGES = {"es": "spanish", "fr": "french", "hi": "hindi", "it": "italian", "pt": "portuguese"}
LANGUAGES = tuple(_PACKAGES)
"""Their codes."""


def tables_of(language: str) -> Tables:
    """The tables of one language."""
    module = importlib.import_module(f"voxpod_inference.text.{_PACKAGES[language]}.tables")
    return cast(Tables, module.TABLES)
