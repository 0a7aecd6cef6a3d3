"""settings.json of a bundle: numbers that belong to the model and are in none of its graphs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from voxpod_inference.engines.cosyvoice_files import COSYVOICE
from voxpod_inference.errors import BundleError

FORMAT = 3
"""Of inputs, outputs and files of a bundle: another one whenever this engine reads them otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the graphs were written for."""

    layers: int
    """Of the language model; each keeps keys and values."""
    heads: int
    head: int
    """Width of a head."""
    positions: int
    """Most rows of the language model: voice, text, and the speech tokens that it makes."""
    flow_positions: int
    """Most speech tokens that the flow takes at once."""
    speech_tokens: int
    """The token after the last one ends the speech."""
    mel: int
    """Bands of a spectrum."""
    instruction_tokens: int
    """Most text tokens of instructions; 0 where the checkpoint was not taught to follow any."""
    tags: Mapping[str, int]
    """Language to the text token that announces it."""
    harmonics: tuple[float, ...]
    """Weights of the fundamental and its overtones in the vocoder's source, and last what is added."""
    format: int = FORMAT

    def to_json(self) -> str:
        """As it is written into a bundle."""
        return json.dumps(asdict(self), indent=1) + "\n"


def read_settings(path: Path) -> Settings:
    """The settings of a bundle; BundleError when they are of another version of this engine."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if missing := [field.name for field in fields(Settings) if field.name not in found]:
            raise BundleError(f"{path} has no {missing[0]}; {COSYVOICE.needs}")
        made = Settings(**{field.name: found[field.name] for field in fields(Settings)})
    except (ValueError, TypeError, KeyError) as error:
        raise BundleError(f"{path} is not what this version reads ({type(error).__name__}: {error})") from None
    if made.format != FORMAT:
        raise BundleError(f"{path} is of format {made.format}, {FORMAT} is read; {COSYVOICE.needs}")
    if len(made.harmonics) < 2:
        raise BundleError(f"{path} has {len(made.harmonics)} harmonics; 2 or more are accepted")
    return made
