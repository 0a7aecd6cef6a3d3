"""Puts the native vocoder into the wheel where native/build.py has compiled it; the wheel is then for this platform only."""

import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY = "src/voxpod_inference/engines/libvoxpod_vocoder.so"


class NativeVocoder(BuildHookInterface):  # type: ignore[type-arg]
    """Without the library the wheel is for every platform, and speech slower; voxpod-model says so."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is filled; an editable install has the library where it is."""
        if version == "editable" or not (Path(self.root) / LIBRARY).is_file():
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data.update(pure_python=False, tag=f"py3-none-{platform}")
        build_data["artifacts"].append(LIBRARY)  # which .gitignore would keep out
