"""Open JTalk (pyopenjtalk-plus), opened without what few texts need: what a sandbox has for itself counts once for each on a node.

When it is imported the package loads the readings of 25,000 kanji, two networks that tell the readings of 何 apart, and
pydantic for a model that is not used here: 20 MB in each process. The first two are loaded with the first text that asks
for them, the last never. Its dictionary is mapped.
"""

import functools
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyopenjtalk.types import NJDFeature

_PACKAGE = "pyopenjtalk"
_READINGS, _NANI = f"{_PACKAGE}._unihan_readings_map", f"{_PACKAGE}.yomi_model.nani_predict"

_MODEL = f"{_PACKAGE}.tsqyomi.model"
_OF_THE_MODEL = (
    "ONNXProvider", "ReadingPrediction", "ReadingTarget", "TargetWindowOverflowError", "TsqyomiMetadata", "TsqyomiModel",
    "get_loaded_model", "is_model_loaded", "load_model", "unload_model",
)  # fmt: skip
"""What the package imports of it and touches only when the model is asked for."""

Analysis = Callable[[str], "list[NJDFeature]"]
Completion = Callable[["list[NJDFeature]"], "list[NJDFeature]"]


@functools.cache
def open_jtalk() -> tuple[Analysis, Completion]:
    """Open JTalk's analysis of a text, and what gives a reading to kanji that it left without one, by Unihan."""
    if _PACKAGE not in sys.modules:
        _put(_READINGS, UNIHAN_READINGS=_Readings())
        _put(_NANI, predict=_predict)
        _put(_MODEL, **dict.fromkeys(_OF_THE_MODEL, _Unused))
    import pyopenjtalk
    from pyopenjtalk._unknown_kanji import read_unknown_kanji

    # run_frontend hands it the text, and no setting changes that; with a text it opens Sudachi's dictionary (193 MB, in no
    # image). So it is taken out of there, and called without one.
    vars(pyopenjtalk)["read_unknown_kanji"] = lambda features, text: features
    # Sudachi's corrections of homographs need the same dictionary.
    return functools.partial(pyopenjtalk.run_frontend, use_sudachi_kanji_yomi=False), read_unknown_kanji


class _Readings(Mapping[str, str]):
    """The package's table, loaded when a kanji is first looked up."""

    def __getitem__(self, kanji: str) -> str:
        return self._table[kanji]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    @functools.cached_property
    def _table(self) -> dict[str, str]:
        table: dict[str, str] = _real(_READINGS).UNIHAN_READINGS
        return table


class _Unused(Exception):
    """In the place of each class and function of a model that is not loaded."""


def _predict(features: list[Any]) -> int:
    reading: int = _real(_NANI).predict(features)
    return reading


def _put(name: str, **contents: object) -> None:
    """A module in the place of one of the package's, until `_real` is asked for it."""
    module = ModuleType(name)
    vars(module).update(contents)
    sys.modules[name] = module


@functools.cache
def _real(name: str) -> ModuleType:
    sys.modules.pop(name, None)
    return importlib.import_module(name)
