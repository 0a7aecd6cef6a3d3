"""Building everything that a cluster runs, once, into a cache folder.

Each artifact has a folder of its own, `NAME-VERSION-DIGEST`, where the digest covers its Go module and the command that
builds it: what did not change is never built again. A folder appears by rename when it is complete, so an interrupted
build goes on where it stopped (Go's own build cache keeps what was compiled).
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from localcluster import downloads
from localcluster.artifacts import ARTIFACTS, Artifact, GoBuild, Image
from localcluster.images import scratch_image
from localcluster.layout import ClusterError, cache_root
from localcluster.locks import locked

SOURCES = Path(__file__).parents[1] / "binaries"
PACKER = Path(__file__).with_name("images.py")


def bin_dir() -> Path:
    """The folder with every program in it (links into the artifacts' folders); it exists once all is built."""
    return cache_root() / f"bin-{_digest(*(folder_name(one) for one in ARTIFACTS))}"


def image_archive(image: Image) -> Path:
    """The docker-archive of one of our own images."""
    return cache_root() / folder_name(image) / f"{image.program}.tar"


def own_images() -> list[Image]:
    """Our own images, to be found by `image_archive` once all is built."""
    return [one for one in ARTIFACTS if isinstance(one, Image)]


def is_built() -> bool:
    return bin_dir().is_dir()


def build() -> Path:
    """Build what is not there yet, a line for each step; returns the folder of programs."""
    with locked(cache_root(), "build"):
        for unfinished in cache_root().glob(".*"):  # an interrupted build left it
            shutil.rmtree(unfinished)
        _build_missing()
    return bin_dir()


def missing() -> list[Artifact]:
    """What `build` has to make: nothing once all is in the cache."""
    return [one for one in ARTIFACTS if not (cache_root() / folder_name(one)).is_dir()]


def _build_missing() -> None:
    todo = missing()
    for number, artifact in enumerate(todo, 1):
        print(f"[{number}/{len(todo)}] {artifact.name} {artifact.version} ({artifact.hint})", flush=True)
        started = time.monotonic()
        size = _into_cache(artifact)
        took = time.monotonic() - started
        print(f"[{number}/{len(todo)}] {artifact.name}: {took:.0f} s, {size / 1e6:.0f} MB", flush=True)
    if not is_built():
        _publish(bin_dir(), _link_programs)


def folder_name(artifact: Artifact) -> str:
    """The artifact's folder in the cache: its name, version and a digest of all that it is made from."""
    if isinstance(artifact, GoBuild):
        module = SOURCES / artifact.module
        files = sorted(path for path in module.rglob("*") if path.is_file())
        inputs = [part for path in files for part in (str(path.relative_to(module)), path.read_text())]
    elif isinstance(artifact, Image):
        inputs = [folder_name(artifact.source), PACKER.read_text()]
    else:
        inputs = []
    return f"{artifact.name}-{artifact.version}-{_digest(repr(artifact), *inputs)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def _into_cache(artifact: Artifact) -> int:
    """Make one artifact; returns its size in bytes."""
    target = cache_root() / folder_name(artifact)
    if isinstance(artifact, GoBuild):
        _publish(target, lambda folder: _go_build(artifact, folder))
    elif isinstance(artifact, Image):
        program = cache_root() / folder_name(artifact.source) / artifact.program
        _publish(
            target,
            lambda folder: scratch_image(
                folder / f"{artifact.program}.tar",
                {artifact.program: program},
                [f"/{artifact.program}", *artifact.arguments],
                artifact.reference,
            ),
        )
    else:
        _publish(target, lambda folder: downloads.FETCHERS[artifact.registry](artifact, folder))
    return sum(path.lstat().st_size for path in target.rglob("*") if path.is_file())


def _publish(target: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder under a temporary name and give it its own by a rename: it is complete or not there."""
    unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    unfinished.chmod(0o755)
    fill(unfinished)
    unfinished.rename(target)


def _go_build(artifact: GoBuild, folder: Path) -> None:
    argv = ["go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false"]
    if artifact.tags:
        argv += ["-tags", artifact.tags]
    argv += ["-ldflags", f"-s -w {artifact.ldflags}".strip(), "-o", f"{folder}/", *artifact.packages]
    environment = {**os.environ, "GOFLAGS": "", "CGO_ENABLED": "1" if artifact.cgo else "0"}
    log = cache_root() / f"{artifact.name}.build.log"
    with log.open("wb") as output:
        process = subprocess.Popen(argv, cwd=SOURCES / artifact.module, env=environment, stdout=output, stderr=output)
        try:
            _show_time(process)
        finally:
            process.kill()
            process.wait()
    if process.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise ClusterError(f"{artifact.name} was not built (whole output: {log}):\n{tail}")
    for built, name in artifact.renames:
        (folder / built).rename(folder / name)


def _show_time(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process, and show that it is alive: every second on a terminal, else once a minute."""
    started = time.monotonic()
    terminal = sys.stdout.isatty()
    while True:
        try:
            process.wait(timeout=1 if terminal else 60)
        except subprocess.TimeoutExpired:
            seconds = f"  ... {time.monotonic() - started:.0f} s"
            print(f"\r{seconds}" if terminal else seconds, end="" if terminal else "\n", flush=True)
            continue
        if terminal:
            print("\r" + " " * 20 + "\r", end="", flush=True)
        return


def _link_programs(folder: Path) -> None:
    for artifact in ARTIFACTS:
        if isinstance(artifact, Image):
            continue
        for program in (cache_root() / folder_name(artifact)).iterdir():
            (folder / program.name).symlink_to(Path("..") / program.parent.name / program.name)
    for name in ("kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"):
        (folder / name).symlink_to("kube")
