"""The whole of the recogniser's findings, as a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from voxpod_bench.engine.page import Log, Page
from voxpod_bench.errors import BenchError
from voxpod_bench.markdown import table
from voxpod_bench.quality.recogniser import Recogniser, what_is_missing
from voxpod_bench.quality.round_trip import Outcome, Understood, round_trip
from voxpod_bench.quality.sets import SETS, SentenceSet
from voxpod_bench.quality.speaking import speaker, speaker_with_companion
from voxpod_bench.quality.word_times import Differences, compare
from voxpod_bench.wheels import cache
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines.base import Synthesizer
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.prepare import prepare

THREADS = 2
COMPANION = "af_heart"
SECOND_VOICES = {
    "en": "am_michael",
    "zh": "zm_yunjian",
    "ja": "jm_kumo",
    "es": "em_alex",
    "it": "im_nicola",
    "pt": "pm_alex",
    "hi": "hm_omega",
    "zh+en": "zm_yunjian(1)+am_michael(1)",
    "ja+en": "jm_kumo(1)+am_michael(1)",
}
"""Another voice says the same: what is misheard of both is the front end's or the recogniser's, not the voice's."""


@dataclass(frozen=True, slots=True)
class Said:
    """One set in one voice, and the same in another one, where there is one."""

    voice: str
    understood: Understood
    second_voice: str = ""
    second: Understood | None = None

    def also(self, at: int, said: str) -> bool:
        """Whether the second voice's word was misheard in that sentence too."""
        return self.second is not None and any(edit.said == said for edit in self.second.outcomes[at].edits)


@dataclass(frozen=True, slots=True)
class Findings:
    """All of it."""

    sets: tuple[Said, ...]
    switching: tuple[tuple[str, str, Understood], ...]
    """Set, way of speaking it, what was understood."""
    times: Differences


def measure(bundle: Bundle, log: Log) -> Findings:
    """Speak and recognise everything. BenchError when the recogniser is not installed."""
    if missing := what_is_missing():
        raise BenchError(f"not installed: {missing}; `make quality` does it")
    prepared = cache() / "prepared"
    prepare(bundle, prepared, log)
    engine, recogniser = load_engine(bundle, THREADS, prepared), Recogniser(THREADS)
    voices = bundle.manifest.default_voices
    sets = tuple(_said(engine, one, voice, recogniser, log) for one in SETS if (voice := one.voice(voices)))
    switching = tuple(_switching(engine, one, voices[one.language], recogniser, log) for one in SETS if "+" in one.name)
    log("word times")
    return Findings(sets, tuple(way for ways in switching for way in ways), compare(engine, voices["en"], recogniser))


def _said(engine: Synthesizer, chosen: SentenceSet, voice: str, recogniser: Recogniser, log: Log) -> Said:
    log(f"quality, {chosen.name}")
    understood = round_trip(chosen, speaker(engine, voice), engine.sample_rate, recogniser)
    if not (second := SECOND_VOICES.get(chosen.name, "")):
        return Said(voice, understood)
    return Said(voice, understood, second, round_trip(chosen, speaker(engine, second), engine.sample_rate, recogniser))


def _switching(
    engine: Synthesizer, chosen: SentenceSet, voice: str, recogniser: Recogniser, log: Log
) -> list[tuple[str, str, Understood]]:
    """The ways to say English inside another language."""
    ways = {
        f"`{voice}` alone, English phonemes": speaker(engine, voice),
        f"`{voice}`, `{COMPANION}` for the English spans": speaker_with_companion(engine, voice, COMPANION),
        f"the mix `{voice}(1)+{COMPANION}(1)`": speaker(engine, f"{voice}(1)+{COMPANION}(1)"),
        f"`{COMPANION}` alone": speaker(engine, COMPANION),
    }
    log(f"quality, ways to say {chosen.name}")
    return [
        (chosen.name, way, round_trip(chosen, speak, engine.sample_rate, recogniser)) for way, speak in ways.items()
    ]


def page(found: Findings) -> Page:
    """All tables."""
    lines = [
        "Each set is spoken, written down by whisper-base (int8, beam 5; it hears less well than a person) and compared token by token:",
        "words, or characters of Chinese and Japanese, after both sides lost case, punctuation, script (traditional to simplified) and figures",
        "(read out). *Sounds* are pinyin syllables with tones, or kana: blind to homophones, which are right as speech. The sentences lie in",
        "`bench/voxpod_bench/quality/sentences/`; the bars are held by `make quality`.",
        "",
        *table(
            (
                "set",
                "voice",
                "sentences",
                "audio s",
                "tokens",
                "differ",
                "bar",
                "sounds differ",
                "bar",
                "another voice",
                "differ",
            ),
            [_row(one) for one in found.sets],
            text_columns=2,
        ),
        "",
        "## English inside Chinese and Japanese",
        "",
        *table(
            ("set", "how", "differ", "of which English words", "audio s", "tokens a second"),
            [_way(*one) for one in found.switching],
            text_columns=2,
        ),
        "",
        "Decided for the mix: a text without a named voice gets it as soon as English is in it. A voice that was named is kept and says English with",
        "its own sounds: whoever names a voice wants to hear that one. A companion for the spans changes the speaker within a sentence, and",
        "speaks each span as an utterance of its own, with its own edges.",
        "",
        "## Word times",
        f"Told by the engine beside heard by the recogniser (itself right to about 50 ms), {len(found.times.seconds)} of {found.times.words} English words:",
        f"median of the absolute difference {1000 * found.times.median:.0f} ms, p90 {1000 * found.times.p90:.0f} ms; the engine's are {1000 * found.times.bias:+.0f} ms in the median.",
        "",
        "## What was heard",
        "*both*: misheard of the second voice too, so it is the front end, or the recogniser's own confusion (她/他, は/わ, homophones, names).",
    ]
    for one in found.sets:
        rows = [_misheard(one, at, outcome) for at, outcome in enumerate(one.understood.outcomes) if outcome.edits]
        lines += [
            "",
            f"### {one.understood.set.name}",
            "",
            *(
                table(("sentence", "said > heard"), rows, text_columns=2)
                if rows
                else ["Nothing was heard differently."]
            ),
        ]
    return Page("quality", "What a speech recogniser hears", lines)


def _row(one: Said) -> tuple[str, ...]:
    heard, bars = one.understood, one.understood.set
    sounds = (f"{heard.misread_rate:.1%}", f"{bars.most_misread:.0%}") if bars.most_misread is not None else ("-", "-")
    second = (one.second_voice, f"{one.second.errors:.1%}") if one.second else ("-", "-")
    return (
        bars.name,
        one.voice,
        str(len(heard.outcomes)),
        f"{heard.seconds:.0f}",
        str(heard.tokens),
        f"{heard.errors:.1%}",
        f"{bars.most_errors:.0%}",
        *sounds,
        *second,
    )


def _way(name: str, way: str, heard: Understood) -> tuple[str, ...]:
    english = [token for outcome in heard.outcomes for token in outcome.tokens if token.isascii()]
    wrong = sum(edit.said.isascii() and edit.said != "" for outcome in heard.outcomes for edit in outcome.edits)
    return (
        name,
        way,
        f"{heard.errors:.1%}",
        f"{wrong} of {len(english)}",
        f"{heard.seconds:.0f}",
        f"{heard.tokens / heard.seconds:.1f}",
    )


def _misheard(one: Said, at: int, outcome: Outcome) -> tuple[str, str]:
    differences: Sequence[str] = [
        f"{edit.said or '(nothing)'} > {edit.heard or '(nothing)'}{' *both*' if one.also(at, edit.said) else ''}"
        for edit in outcome.edits
    ]
    return outcome.sentence.written, "; ".join(differences)
