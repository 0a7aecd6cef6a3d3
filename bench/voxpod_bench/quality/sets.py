"""The fixed sets of sentences and what each has to reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "sentences"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and how it is read aloud; both are the same unless figures or abbreviations are in it."""

    written: str
    read: str


@dataclass(frozen=True, slots=True)
class SentenceSet:
    """Sentences of one language, or of two in one sentence (`zh+en`), and the bars."""

    name: str
    most_errors: float
    """Of the tokens: words, characters in Chinese and Japanese, consonants in Hindi."""
    most_misread: float | None = None
    """Of the pinyin syllables or kana: blind to what is written differently and sounds the same."""
    files: tuple[str, ...] = ()
    """Where the sentences are; empty: in the file of the set's name."""
    first: int | None = None
    """Only so many of them."""
    alone: bool = False
    """Whether the recogniser gets each sentence by itself: of several short ones in Hindi it writes down the first."""

    @property
    def window_seconds(self) -> float:
        """How much of it the recogniser gets at once: of mixed languages less, since it may take the end of a foreign word for the end."""
        return 0.0 if self.alone else 15.0 if "+" in self.name else 29.0

    @property
    def language(self) -> str:
        """The one whose voice speaks."""
        return self.name.partition("+")[0]

    def voice(self, default_voices: Mapping[str, str]) -> str:
        """Who reads it: the language's default voice; of two languages half of each default voice, as `python bench quality`
        finds best. Empty when a language has none."""
        voices = [default_voices.get(language, "") for language in self.name.split("+")]
        return "" if "" in voices else voices[0] if len(voices) == 1 else "+".join(f"{voice}(1)" for voice in voices)

    @property
    def sentences(self) -> list[Sentence]:
        """In the order of the file."""
        files = self.files or (self.name,)
        lines = [line for file in files for line in (_FOLDER / f"{file}.tsv").read_text(encoding="utf-8").splitlines()]
        rows = (line.partition("\t") for line in lines[: self.first])
        return [Sentence(written, read or written) for written, _, read in rows]


SETS = (
    SentenceSet("en", 0.04),
    SentenceSet("zh", 0.06, 0.03),
    SentenceSet("ja", 0.10, 0.10),
    SentenceSet("zh+en", 0.12),
    SentenceSet("ja+en", 0.12),
    SentenceSet("es", 0.05),
    SentenceSet("fr", 0.12),
    SentenceSet("it", 0.06),
    SentenceSet("pt", 0.05),
    SentenceSet("hi", 0.20),
)

WRITTEN_FORMS = tuple(
    SentenceSet(language, most_errors, most_misread, files=(f"forms-{language}",), alone=language == "hi")
    for language, (most_errors, most_misread) in {
        "en": (0.06, None), "zh": (0.12, 0.05), "ja": (0.10, 0.10), "es": (0.08, None), "fr": (0.22, None), "it": (0.12, None), "pt": (0.12, None), "hi": (0.15, None),
    }.items()
)  # fmt: skip
"""Ten sentences a language with dates, sums, units, ordinals and the like: what is heard is how people say them.
Each is said exactly as its spoken form is (tests/integration/inference/test_frozen_forms.py), so what differs is the recogniser's or
the voice's: units that are written as signs (kg, cm, XXe) and read out by nothing here, most of it in French; letters said twice in Hindi."""

HUNDRED = SentenceSet("en", 0.04, files=("en", "en-voices"))
"""What all engines that speak English are compared by."""

SAME: dict[str, tuple[tuple[str, str], ...]] = {
    "zh+en": (("蓝牙", "bluetooth"), ("亚马逊", "amazon"), ("谷歌", "google"), ("微软", "microsoft"), ("纽约", "new york")),
    "ja+en": (
        ("プロジェクト", "project"), ("コンピューター", "computer"), ("コンピュータ", "computer"), ("マイクロソフト", "microsoft"), ("ミーティング", "meeting"),
        ("フォトグラフィー", "photography"), ("ソフトウェア", "software"), ("ウィンドウズ", "windows"), ("ニューヨーク", "new york"), ("ジェニファー", "jennifer"),
        ("パイソン", "python"), ("グッドモーニング", "good morning"),
    ),
}  # fmt: skip
"""What the recogniser writes for a foreign word that it did understand: the same word in the other script."""
