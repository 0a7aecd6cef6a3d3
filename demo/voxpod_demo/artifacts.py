"""What the demo is made of on this machine: images and the model bundle, built or fetched once into the cache."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxpod_demo import commands
from voxpod_demo.errors import DemoError
from voxpod_demo.settings import MODEL, ROOT
from voxpod_demo.terminal import Step


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image that was built here."""

    reference: str
    archive: Path
    unpacked_bytes: int


@dataclass(frozen=True, slots=True)
class ModelBundle:
    """The model: its folder on this machine and the digest that sandboxes check."""

    folder: Path
    digest: str


NEEDED = ("operator", "inference", "api")
"""The images that the demo installs."""


@dataclass(frozen=True, slots=True)
class Images:
    """References of what is installed, and whether the nodes may pull them."""

    operator: str
    inference: str
    api: str
    minio: str
    pull_policy: str


def images_of(built: Mapping[str, BuiltImage], minio: str, pull_policy: str) -> Images:
    """Images of this machine, and a MinIO."""
    operator, inference, api = (built[name].reference for name in NEEDED)
    return Images(operator, inference, api, minio, pull_policy)


def build_images(step: Step) -> dict[str, BuiltImage]:
    """The images by name; what has not changed is not built again."""
    only = [f"--only={name}" for name in NEEDED]
    printed = commands.stream([sys.executable, ROOT / "images", "build", *only], step.say, keep_stdout=True)
    built = {
        one["name"]: BuiltImage(one["reference"], Path(one["tar"]), one["unpacked_bytes"])
        for one in json.loads(printed)["images"]
    }
    if missing := [name for name in NEEDED if name not in built]:
        raise DemoError(f"`python images build` made no image {' and no image '.join(missing)}")
    return built


def not_held(node: Mapping[str, Any], archives: Mapping[str, Path]) -> dict[str, Path]:
    """Those of the images (reference to archive) that the node does not say it holds."""
    held = {name for image in node["status"].get("images", []) for name in image.get("names", [])}
    return {reference: archive for reference, archive in archives.items() if reference not in held}


def said_of_loading(loaded: Iterable[str]) -> str:
    """Which images (references) were loaded, as a person calls them."""
    names = [reference.rpartition("/")[2].partition(":")[0] for reference in loaded]
    return f"images {', '.join(names)}" if names else "the node has all images already"


def fetch_model(step: Step, name: str = MODEL) -> ModelBundle:
    """The bundle of a model, fetched if it is not in the cache; every file of it is checked."""
    command = [sys.executable, "-m", "voxpod_inference.cli", f"fetch-{name}"]
    printed = commands.stream(command, step.say, keep_stdout=True)
    facts = dict(line.split(": ", 1) for line in printed.splitlines() if ": " in line)
    return ModelBundle(Path(facts["bundle"]), facts["digest"])


def copy_model(bundle: ModelBundle, root: Path) -> Path:
    """The bundle in a folder below `root` that is named after its digest, copied there if it is not there yet."""
    target = root / f"{bundle.folder.name}-{bundle.digest.removeprefix('sha256:')[:12]}"
    if not target.exists():
        unfinished = root / f".{target.name}.{os.getpid()}"
        try:
            shutil.copytree(bundle.folder, unfinished, ignore=shutil.ignore_patterns("prepared"))
            unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return target
