"""Memory of speaking processes, by the kernel's account of their pages."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voxpod_bench.engine.page import Log, Page, megabytes, verdict
from voxpod_bench.engine.speakers import Variant, speaking
from voxpod_bench.engine.texts import TEXTS, Text, english
from voxpod_bench.markdown import table
from voxpod_bench.memory import Watch

BAR_PRIVATE_MB, BAR_GROWTH, BAR_PSS, BAR_BEFORE_MB = 120.0, 1.5, 1.6, 50.0
COUNTS = (1, 2, 4, 8)
LENGTHS = (40, 100, 400, 2_000, 10_000)
PEERS_LONGEST = 2_000
HUNDRED = next(text for text in TEXTS if text.language == "en" and text.size == 100)
OTHERS = [text for text in TEXTS if text.language != "en" and text.size >= 100]
"""Some languages need more than English: a dictionary, more sound for as many characters."""
LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Pages:
    """Of one process, in bytes."""

    resident: int
    pss: int
    """Proportional: a page that n processes map counts for one n-th."""
    private: int
    """Written by this process, so its own whatever others do. Mapped pages of a file that nobody else maps just now are not:
    the next process shares them, and under pressure they are dropped."""


@dataclass(frozen=True, slots=True)
class Together:
    """Some processes of one variant alive at once, after each has spoken 100 characters."""

    variant: str
    count: int
    pages: tuple[Pages, ...]

    @property
    def pss(self) -> int:
        """Of all: what they really take."""
        return sum(one.pss for one in self.pages)


@dataclass(frozen=True, slots=True)
class Growth:
    """The most private memory that was seen while a fresh process spoke so many characters, and what it kept."""

    variant: str
    language: str
    characters: int
    before_model: int
    peak: int
    kept: int


def measure(variants: Sequence[Variant], log: Log) -> tuple[list[Together], list[Growth]]:
    """All counts and lengths of all variants."""
    together = [_together(variant, count, log) for variant in variants for count in COUNTS]
    texts = [
        (variant, english(length))
        for variant in variants
        for length in LENGTHS
        if not variant.peer or length <= PEERS_LONGEST
    ]
    texts += [(variants[-1], text) for text in OTHERS]
    return together, [growth_of(variant, text, log) for variant, text in texts]


def read_pages(pid: int, proc: Path = Path("/proc")) -> Pages:
    """Of a process that lives."""
    text = (proc / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    sizes = {name: int(size) * 1024 for name, size in re.findall(r"^(\w+): +(\d+) kB$", text, re.MULTILINE)}
    return Pages(sizes["Rss"], sizes["Pss"], sizes["Private_Dirty"])


def _together(variant: Variant, count: int, log: Log) -> Together:
    log(f"memory, {count} at once, {variant.name}")
    with contextlib.ExitStack() as stack:
        speakers = [stack.enter_context(speaking(variant, 1, [index % 2])) for index in range(count)]
        phonemes = ""
        for speaker in speakers:
            phonemes = speaker.speak(HUNDRED, "").phonemes
        assert phonemes
        return Together(variant.name, count, tuple(read_pages(speaker.pid) for speaker in speakers))


def growth_of(variant: Variant, text: Text, log: Log) -> Growth:
    """Of a fresh process that speaks one text."""
    log(f"memory, {text.size} characters of {text.language}, {variant.name}")
    with speaking(variant, 2, range(2)) as speaker, Peak(speaker.pid) as peak:
        speaker.speak(text)
        return Growth(
            variant.name,
            text.language,
            text.size,
            speaker.marks["resident_before_model"],
            peak.private,
            read_pages(speaker.pid).private,
        )


class Peak(Watch):
    """The most private memory of a process."""

    def __init__(self, pid: int) -> None:
        super().__init__(LOOK_SECONDS)
        self._pid = pid
        self.private = 0
        """Bytes; to be set to 0 where another stretch begins."""

    def _look(self) -> None:
        with contextlib.suppress(OSError):
            self.private = max(self.private, read_pages(self._pid).private)


def page(together: Sequence[Together], growth: Sequence[Growth]) -> Page:
    """The tables and the bars."""
    names = list(dict.fromkeys(one.variant for one in together))
    alone = {one.variant: one for one in together if one.count == 1}
    rows = [
        (
            one.variant,
            str(one.count),
            megabytes(one.pages[0].private),
            megabytes(max(p.resident for p in one.pages)),
            megabytes(one.pss),
            f"{one.pss / alone[one.variant].pss:.2f}",
        )
        for one in together
    ]
    best = [one for one in growth if one.variant == names[-1]]
    hundreds = {one.language: one for one in best if one.characters == 100}
    hundred, largest = hundreds["en"], max(hundreds.values(), key=lambda one: one.peak)
    grown = max(best, key=lambda one: one.peak / hundreds[one.language].peak)
    four = next(one for one in together if one.variant == names[-1] and one.count == 4)
    lines = [
        (
            "MB (10^6 bytes). *Private*: pages that the process has written, its own for good; mapped weights are not"
            " among them, since the next"
        ),
        (
            "process shares them. *PSS*: private pages, and shared ones divided among those that map them; alone, a"
            " process is charged for all."
        ),
        "One thread each; each has spoken 100 characters and is still alive.",
        "",
        *table(
            ("", "alive at once", "private, each", "resident, each", "PSS, all", "by one alone"), rows, text_columns=1
        ),
        "",
        "A fresh process that speaks one text, two threads; *most private* is looked at every 20 ms.",
        "",
        *table(
            ("", "text", "resident before the model", "most private", "private afterwards"),
            [_grown(one) for one in growth],
        ),
        "",
        verdict(f"{names[-1]}, most private at 100 characters of en", hundred.peak / 1e6, BAR_PRIVATE_MB, " MB"),
        verdict(
            f"{names[-1]}, most private at 100 characters of any language ({largest.language})",
            largest.peak / 1e6,
            BAR_PRIVATE_MB,
            " MB",
        ),
        verdict(
            f"{names[-1]}, most private of any length by that at 100 characters of its language ({_text(grown)})",
            grown.peak / hundreds[grown.language].peak,
            BAR_GROWTH,
        ),
        verdict(f"{names[-1]}, PSS of four by that of one", four.pss / alone[names[-1]].pss, BAR_PSS),
        verdict(f"{names[-1]}, resident before the model", hundred.before_model / 1e6, BAR_BEFORE_MB, " MB"),
    ]
    return Page("memory", "Memory of speaking processes", lines)


def _grown(one: Growth) -> tuple[str, ...]:
    return one.variant, _text(one), megabytes(one.before_model), megabytes(one.peak), megabytes(one.kept)


def _text(one: Growth) -> str:
    return f"{one.language}, {one.characters} ch"
