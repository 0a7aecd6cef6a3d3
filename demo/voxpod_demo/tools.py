"""Finding programs on PATH."""

import shutil
from pathlib import Path

from voxpod_demo.errors import DemoError


def find(name: str, purpose: str) -> Path:
    """The program on PATH; DemoError says what it is for."""
    found = shutil.which(name)
    if found is None:
        raise DemoError(
            f"{name} is not on PATH: it is needed to {purpose}",
            try_next=[f"install {name}, then run the same command again"],
        )
    return Path(found)
