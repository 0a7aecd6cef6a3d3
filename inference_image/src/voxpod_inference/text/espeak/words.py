"""What is written instead of words: addresses, abbreviations, and signs that stand alone."""

import re
from collections.abc import Iterable, Mapping

from voxpod_inference.text.espeak.figures import one_by_one, said
from voxpod_inference.text.espeak.tables import Tables
from voxpod_inference.text.traced import Rule

_ADDRESS = re.compile(
    r"\b((?:https?://|www\.)[^\s,;)>\"»]*[^\s,;)>\"».!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:com|org|net|edu|gov|info|io|eu|es|fr|it|br|pt|in|mx|ar|cl|pe|co|uk|de|ch)\b"
    r"(?:/[^\s,;)>\"».!?]*)?)|(?<!\w)(@[A-Za-z_]\w*(?:\.\w+)+)"
)


def addresses(tables: Tables) -> Iterable[Rule]:
    """Web and e-mail addresses, their signs by name."""

    def spoken(match: re.Match[str]) -> str:
        address = re.sub(r"^https?://", "", match.group()).rstrip("/")
        address = re.sub(r"^www(?=\.)", tables.addresses.get("www", "www"), address)
        signs = re.sub(r"[^\w ]|_", lambda m: f" {tables.addresses.get(m.group(), '')} ", address)
        return re.sub(r"\d+", lambda m: f" {figures(m.group())} ", signs)

    def figures(written: str) -> str:
        return said(written, tables) if len(written) <= 2 else one_by_one(written, tables)

    yield _ADDRESS, spoken


def abbreviations(tables: Tables) -> Iterable[Rule]:
    """Those that stand anywhere, those before a capital, those before a figure."""
    yield from _written_out(tables.abbreviations, "")
    yield from _written_out(tables.before_names, r"(?=\s?[A-ZÀ-Þ])")
    yield from _written_out(tables.before_figures, r"(?=\s?\d|\s[IVXLC]+\b)")


def _written_out(table: Mapping[str, str], before: str) -> Iterable[Rule]:
    if not table:
        return
    whole = {_key(written): said for written, said in table.items()}
    forms = "|".join(_either_case(written) for written in sorted(table, key=len, reverse=True))
    ends = r"(?!\w)" if not before else ""

    def in_full(match: re.Match[str]) -> str:
        key = _key(match.group())
        words = whole.get(key) or whole.get(key[0].lower() + key[1:]) or whole[key[0].upper() + key[1:]]
        # a full stop that also ends the text stays: the voice falls
        ended = match.group().endswith(".") and not match.string[match.end() :].strip()
        glued = match.string[match.end() : match.end() + 1].isalnum()
        return words + "." * ended + " " * glued

    yield re.compile(rf"(?<![\w.])(?:{forms}){ends}{before}"), in_full


def _key(written: str) -> str:
    return re.sub(r"\s", "", written)


def _either_case(written: str) -> str:
    pattern = re.escape(written).replace(r"\ ", r"\s?")
    either = written[0].islower() or (len(written) > 2 and written[1:].islower())
    return f"[{written[0].lower()}{written[0].upper()}]{pattern[1:]}" if either else pattern


def symbols(tables: Tables) -> Iterable[Rule]:
    """Signs that no other rule took."""
    signs = tables.symbols
    yield re.compile("|".join(re.escape(sign) for sign in signs)), lambda m: f" {signs[m.group()]} "
