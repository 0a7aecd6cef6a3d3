"""Hashed requirement files: each image's pyproject.toml resolved once, so that a build installs exactly that."""

import difflib
import os
import re
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from voxpod_images.catalog import Image
from voxpod_images.commands import output
from voxpod_images.errors import ImagesError

PYTHON = "3.13"
PLATFORM = "x86_64-manylinux_2_28"
"""What markers are evaluated for; the hashes are those of every wheel, whatever its platform."""

_OWN = "voxpod-"
_HEADER = "# Resolved from {project} by `python3 images requirements`; not edited by hand.\n"


def project_dependencies(pyproject: Path) -> list[str]:
    """The project's dependencies, without our own distributions, which the images copy from the tree."""
    try:
        declared: list[str] = tomllib.loads(pyproject.read_text())["project"]["dependencies"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ImagesError(f"{pyproject}: no project.dependencies to resolve ({error})") from error
    return [line for line in declared if not re.sub(r"[-_.]+", "-", line).lower().startswith(_OWN)]


def resolve(root: Path, image: Image, *, upgrade: bool) -> str:
    """The text of the requirement file; pins of the present one stay unless `upgrade`."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "requirements.txt"
        present = root / image.requirements
        if present.exists() and not upgrade:
            shutil.copyfile(present, target)
        options = [
            "--python-version",
            PYTHON,
            "--python-platform",
            PLATFORM,
            "--generate-hashes",
            "--only-binary",
            ":all:",
        ]
        silence = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
        left_out = [f"--no-emit-package={name}" for name in image.left_out]
        dependencies = "\n".join(project_dependencies(root / image.project))
        # --no-config: the root's [tool.uv] describes the workspace, which is not resolved here
        output(
            [_uv(), "pip", "compile", "--no-config", *options, *silence, *left_out, "--output-file", target, "-"],
            stdin=dependencies,
        )
        return _HEADER.format(project=image.project) + target.read_text()


def update(root: Path, images: tuple[Image, ...], *, upgrade: bool) -> None:
    """Writes the requirement files."""
    for image in images:
        path = root / image.requirements
        text = resolve(root, image, upgrade=upgrade)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        print(f"{image.requirements}: {text.count('==')} packages", file=sys.stderr)


def check(root: Path, images: tuple[Image, ...]) -> None:
    """ImagesError with a diff when a requirement file does not fit its pyproject.toml."""
    for image in images:
        path = root / image.requirements
        present = path.read_text() if path.exists() else ""
        wanted = resolve(root, image, upgrade=False)
        if present != wanted:
            lines = list(
                difflib.unified_diff(
                    present.splitlines(), wanted.splitlines(), image.requirements, image.project, n=0, lineterm=""
                )
            )
            shown = "\n".join(lines[:20])
            raise ImagesError(
                f"{image.requirements} does not fit {image.project}: run `python3 images requirements`\n{shown}"
            )
        print(f"{image.requirements}: fits {image.project}", file=sys.stderr)


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("uv")
    if found is None:
        raise ImagesError("uv is needed to resolve requirements: `make venv` brings it, or `pip install uv`")
    return found
