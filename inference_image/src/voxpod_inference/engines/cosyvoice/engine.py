"""CosyVoice-300M-SFT: a text in, utterances of 22.05 kHz samples out. It reads letters; speech is drawn, token by token."""

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from voxpod_inference.audio import Samples, audible, faded
from voxpod_inference.bundle import Bundle
from voxpod_inference.engines import cosyvoice_files as files
from voxpod_inference.engines.base import Prepared, Utterance
from voxpod_inference.engines.cosyvoice.byte_pairs import BytePairs
from voxpod_inference.engines.cosyvoice.scores import GraphScores, NativeScores
from voxpod_inference.engines.cosyvoice.settings import read_settings
from voxpod_inference.engines.cosyvoice.sound import GraphGenerator, NativeGenerator, Vocoder
from voxpod_inference.engines.cosyvoice.spectra import Flow
from voxpod_inference.engines.cosyvoice.speech_tokens import SpeechTokens
from voxpod_inference.engines.onnx import InferenceSession, give_back_memory, loaded
from voxpod_inference.engines.reading import FASTEST, SLOWEST, ReadingEngine
from voxpod_inference.errors import INPUT_REFUSED, BundleError, InputError
from voxpod_inference.prepared import PreparedWeights
from voxpod_inference.text.frontend import Chunk, Limits, Script
from voxpod_inference.text.languages import LATIN
from voxpod_inference.text.spoken import Reader
from voxpod_inference.text.written import marked, written_readers

LIMITS = Limits(most=48, preferred=40)
"""Text tokens at once: 7 to 14 s of speech. Memory grows with a chunk, and it is heard when all of it was made."""
_SECONDS_A_TOKEN = 0.2
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff"
_SIGNS = {
    "zh": str.maketrans(",.!?;:", "，。！？；："),
    "yue": str.maketrans(",.!?;:", "，。！？；："),
    "ja": str.maketrans(",.!?;:", "、。！？；："),
}
"""Punctuation as a language writes it; readers give that of all models."""
_SPACE = re.compile(rf"(?<=[{_UNSPACED}，、。！？；：]) +| +(?=[{_UNSPACED}，、。！？；：])")
"""Beside characters that are written without one."""
_END_OF_INSTRUCTIONS = "<endofprompt>"
"""What the makers write after them: six or seven tokens of text to the tokenizer."""


class CosyVoice(ReadingEngine):
    """A loaded model; `threads` is how many cores one request may use."""

    engine = files.COSYVOICE
    phonemes = False

    def __init__(self, bundle: Bundle, threads: int, prepared: PreparedWeights | None = None) -> None:
        super().__init__(bundle, prepared)
        root = bundle.root if prepared is None else prepared.root

        def session(graph: str, threads: int = threads) -> InferenceSession:
            return loaded(root / graph, threads, optimised=prepared is not None)

        self._settings = settings = read_settings(bundle.path(files.SETTINGS))
        self._pairs = BytePairs(bundle.path(files.PAIRS))
        self._speakers = np.load(bundle.path(files.SPEAKERS), mmap_mode="r")
        tables = bundle.path(files.TEXT_TABLE), bundle.path(files.SPEECH_TABLE)
        packed = prepared.path(files.NATIVE_SPEECH.packed) if prepared else None
        scores = NativeScores(packed, threads, settings) if packed else GraphScores(session(files.SPEECH), settings)
        self._language = SpeechTokens(session(files.TEXT), scores, tables, settings)
        if (steps := bundle.manifest.flow_steps) is None:
            raise BundleError(f"{bundle.root}: the manifest has no flow_steps; {self.engine.needs}")
        table = bundle.path(files.FLOW_TABLE)
        # Its two runs beside each other have a thread each; what is left, both help.
        step = session(files.STEP, max(1, threads - 1))
        self._flow = Flow(session(files.CONDITION), step, table, settings, steps, threads)
        packed = prepared.path(files.NATIVE_SOUND.packed) if prepared else None
        generator = NativeGenerator(packed, threads) if packed else GraphGenerator(session(files.SOUND))
        self._vocoder = Vocoder(session(files.PITCH), session(files.FEATURES), generator, settings.harmonics)

    def stop(self) -> None:
        """See `Synthesizer.stop`."""
        for part in (self._language, self._flow, self._vocoder):
            part.stop()

    def _readers_for(self, variety: str) -> dict[str, Reader]:
        return written_readers(self._bundle.manifest.languages)

    def _limits(self, speed: float, voice: str) -> Limits:
        return LIMITS

    def _count(self, read: str) -> int:
        return self._pairs.count(plain(read)[1])

    def _check_instructions(self, instructions: str) -> None:
        super()._check_instructions(instructions)
        count, most = len(self._told(instructions)), self._settings.instruction_tokens
        if count > most:
            raise InputError(
                INPUT_REFUSED,
                f"instructions have {count} tokens, {most} are accepted: about {most // 4 * 3} English words",
            )

    def _told(self, instructions: str) -> list[int]:
        """The tokens of instructions; none for none."""
        said = " ".join(instructions.split())
        return self._pairs.encode(f"{said}{_END_OF_INSTRUCTIONS}") if said else []

    def _seconds(self, script: Script) -> float:
        return sum(_SECONDS_A_TOKEN * self._count(chunk.phonemes) / chunk.rate for chunk in script.chunks)

    def _spoken(self, chunk: Chunk, prepared: Prepared) -> Iterator[Utterance]:
        language, text = plain(chunk.phonemes)
        utterance = None
        if tokens := self._pairs.encode(text):
            # A chunk sounds the same wherever the request's other chunks end.
            random = np.random.default_rng([prepared.seed, chunk.start])
            sound = np.concatenate(list(self._samples(tokens, language, prepared, random)))
            speed = min(max(prepared.speed * chunk.rate, SLOWEST), FASTEST)
            utterance = self._utterance(chunk, sound, 1.0 / speed)
        yield from self._with_pause(utterance, chunk, prepared.speed)

    def _samples(
        self, tokens: list[int], language: str, prepared: Prepared, random: np.random.Generator
    ) -> Iterator[Samples]:
        manifest, width, voice = self._bundle.manifest, self._settings.heads * self._settings.head, prepared.voice
        speaker = self._speakers[list(manifest.voices).index(voice)]
        own = manifest.voices[voice].partition("-")[0]
        # What a voice was recorded in needs no announcement.
        tag = None if language == own else self._settings.tags.get(language)
        told = self._told(prepared.instructions)
        speech = list(self._language.say(tokens, tag, speaker[:width], random, instructions=told))
        give_back_memory()
        spectra = np.concatenate(list(self._flow.spectra(speech, speaker[width:], random)))
        give_back_memory()
        yield from self._vocoder.samples(spectra, random)

    def _utterance(self, chunk: Chunk, sound: Samples, stretch: float) -> Utterance:
        sound = sound[audible(sound, self.sample_rate)]
        if stretch != 1.0:
            from voxpod_inference.audio.stretch import stretched

            sound = stretched(sound, self.sample_rate, stretch)
        sound = faded(sound, self.sample_rate) * np.float32(chunk.gain)
        return Utterance(sound, chunk.start, chunk.start + len(chunk.text), len(sound) / self.sample_rate)


def plain(read: str) -> tuple[str, str]:
    """The language of most of what readers wrote out, and the text as it is written in it."""
    weights: Counter[str] = Counter()
    stretches = list(marked(read))
    for language, text in stretches:
        weights[language] += sum(map(str.isalpha, text)) * (1 if language in LATIN else 4)
    main = weights.most_common(1)[0][0] if weights else ""
    text = "".join(text.translate(_SIGNS.get(language, {})) for language, text in stretches)
    return main, _SPACE.sub("", text).strip()
