"""Writes the bundle of a checkpoint, whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voxpod_inference.bundle import Bundle, file_entry, write_manifest
from voxpod_inference.engines import cosyvoice_files as files
from voxpod_inference.engines.cosyvoice.conversion import encoders, flow, language, speakers, tokenizer, vocoder
from voxpod_inference.engines.cosyvoice.conversion.checkpoint import Archive, CheckpointError, Tensor, tensors_of
from voxpod_inference.engines.cosyvoice.conversion.graph import Graph
from voxpod_inference.engines.cosyvoice.conversion.layout import PUBLISHED, Sizes, checked, expected
from voxpod_inference.engines.cosyvoice.settings import Settings
from voxpod_inference.packages import fetched, needs_onnx
from voxpod_inference.tables import write_table

NAME, INSTRUCT_NAME, VERSION = "cosyvoice-300m-sft", "cosyvoice-300m-instruct", "1.2.0"
RATE = 22_050
TEXT_POSITIONS, POSITIONS, FLOW_POSITIONS = 128, 1_024, 320
"""Rows that the graphs have positions for: of text, of the language model, of speech tokens in the flow. The flow's attention grows with
the square of its 6.4 s: the makers' own streaming has 2.4 to 4.4 s at once, and the same overlap."""
INSTRUCTION_TOKENS = 128
"""Positions beside those of text, where the checkpoint follows instructions."""
CHECKPOINT = ("llm.pt", "flow.pt", "hift.pt")
_SPEAKERS_FILE = "spk2info.pt"
_LICENCES = ("LICENSE", "NOTICE")
NOTICE = """\
CosyVoice-300M by the speech laboratory of Tongyi, Apache License 2.0: weights in other files and, where they are of eight bits,
rounded. pairs.tsv: byte pairs of Whisper's multilingual tokenizer by OpenAI, MIT License.
"""

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user of the converter says."""

    steps: int = 10
    eight_bits: bool = True
    tokenizer: Path | None = None
    voices: tuple[str, ...] = ()
    instruct: bool = False
    """Whether it is CosyVoice-300M-Instruct: its tensors are those of the other by name and shape."""

    @property
    def instruction_tokens(self) -> int:
        """Most that a request may give."""
        return INSTRUCTION_TOKENS if self.instruct else 0


def convert(checkpoint: Path, folder: Path, choices: Choices, tell: Tell, sizes: Sizes = PUBLISHED) -> Bundle:
    """The bundle in `folder`, made out of the files in `checkpoint`. FetchError, BundleError, OSError."""
    needs_onnx()
    if folder.exists():
        raise CheckpointError(f"{folder} is there already: name another folder, or remove it first")

    def build(root: Path, scratch: Path) -> None:
        with ExitStack() as opened:
            parts = {}
            for at, file in enumerate(CHECKPOINT):
                tell(f"reading {file}", 0.02 * at)
                archive = opened.enter_context(Archive(checkpoint / file))
                parts[file] = checked(str(archive.path), tensors_of(archive), expected(file, sizes))
            known = speakers.read_speakers(checkpoint / _SPEAKERS_FILE, sizes.speaker, choices.voices)
            pairs = tokenizer.read_pairs(choices.tokenizer, scratch, lambda what: tell(what, 0.06))
            root.mkdir()
            write_table(root / files.PAIRS, tokenizer.entries(pairs, sizes.text_tokens))
            _Writer(root, parts, sizes, choices, tell).write(known)
        tell("adding up", 0.9)
        _describe(root, checkpoint, known, choices)

    return fetched(folder, build)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes graphs and tables into a folder."""

    root: Path
    parts: dict[str, dict[str, Tensor]]
    sizes: Sizes
    choices: Choices
    tell: Tell

    def write(self, known: list[speakers.Speaker]) -> None:
        """All of them."""
        llm, of_flow, hift = (self.parts[file] for file in CHECKPOINT)
        for (name, graph), share in zip(self.graphs(), (0.08, 0.2, 0.5, 0.55, 0.7, 0.71, 0.72), strict=True):
            self.tell(f"writing {name}", share)
            graph().save(self.root / name)
        if self.sizes.base == vocoder.NATIVE_BASE:
            vocoder.write_generator_weights(hift, self.root / files.NATIVE_SOUND.weights)
        if self.choices.eight_bits and language.computes(self.sizes):
            self.tell(f"writing {files.NATIVE_SPEECH.weights}", 0.75)
            stack = encoders.speech_stack(self.sizes.layers, self.sizes.width, self.sizes.heads)
            language.write_language_weights(llm, stack, self.sizes, POSITIONS, self.root / files.NATIVE_SPEECH.weights)
        self.tell("writing tables", 0.8)
        np.save(self.root / files.TEXT_TABLE, llm["text_embedding.weight"].read())
        # The rows of begin and task follow those of the tokens.
        spoken = np.concatenate([llm[f"{of}_embedding.weight"].read() for of in ("speech", "llm")])
        np.save(self.root / files.SPEECH_TABLE, encoders.embedded(llm, "llm", spoken, relu=True))
        rows = of_flow["input_embedding.weight"].read()
        np.save(self.root / files.FLOW_TABLE, encoders.embedded(of_flow, "encoder", rows, relu=False))
        np.save(self.root / files.SPEAKERS, speakers.rows_of(known, llm, of_flow))
        mixer = [hift[f"m_source.l_linear.{part}"].read().reshape(-1) for part in ("weight", "bias")]
        settings = self.settings(tuple(map(float, np.concatenate(mixer))))
        (self.root / files.SETTINGS).write_text(settings.to_json(), encoding="utf-8")

    def graphs(self) -> Iterator[tuple[str, Callable[[], Graph]]]:
        """Name and maker of each."""
        s, eight = self.sizes, self.choices.eight_bits
        positions = TEXT_POSITIONS + self.choices.instruction_tokens
        llm, of_flow, hift = (self.parts[file] for file in CHECKPOINT)
        text = encoders.text_stack(s.text_layers, s.width, s.heads)
        speech = encoders.speech_stack(s.layers, s.width, s.heads)
        tokens = encoders.flow_stack(s.flow_layers, s.flow_width, s.flow_heads)
        yield files.TEXT, lambda: encoders.text_graph(llm, text, s.text_width, positions, eight_bits=eight)
        yield files.SPEECH, lambda: encoders.speech_graph(llm, speech, POSITIONS, eight_bits=eight)
        yield files.CONDITION, lambda: flow.condition_graph(of_flow, tokens, s.mel, FLOW_POSITIONS)
        yield files.STEP, lambda: flow.step_graph(of_flow, s, eight_bits=eight)
        yield files.PITCH, lambda: vocoder.pitch_graph(hift)
        yield files.FEATURES, lambda: vocoder.features_graph(hift, s)
        yield files.SOUND, lambda: vocoder.sound_graph(hift, s)

    def settings(self, harmonics: tuple[float, ...]) -> Settings:
        """What the graphs are written for."""
        s = self.sizes
        return Settings(
            layers=s.layers,
            heads=s.heads,
            head=s.width // s.heads,
            positions=POSITIONS,
            flow_positions=FLOW_POSITIONS,
            speech_tokens=s.speech_tokens,
            mel=s.mel,
            instruction_tokens=self.choices.instruction_tokens,
            tags=tokenizer.tags(s.text_tokens),
            harmonics=harmonics,
        )


def _describe(root: Path, checkpoint: Path, known: list[speakers.Speaker], choices: Choices) -> None:
    for name in _LICENCES:
        if (checkpoint / name).is_file():
            (root / name).write_bytes((checkpoint / name).read_bytes())
    with (root / "NOTICE").open("a", encoding="utf-8") as notice:
        notice.write(NOTICE)
    own = {speaker.language.partition("-")[0]: speaker.name for speaker in reversed(known)}
    write_manifest(
        root,
        name=INSTRUCT_NAME if choices.instruct else NAME,
        version=VERSION if choices.eight_bits else f"{VERSION}-float32",
        engine=files.COSYVOICE.name,
        licence="Apache-2.0",
        sample_rate=RATE,
        default_voices={language: own.get(language, known[0].name) for language in tokenizer.tags(0)},
        voices={speaker.name: speaker.language for speaker in known},
        instructions=choices.instruct,
        flow_steps=choices.steps,
        sources=[
            f"file:{file} sha256:{file_entry(checkpoint / file).sha256}" for file in (*CHECKPOINT, _SPEAKERS_FILE)
        ],
    )
