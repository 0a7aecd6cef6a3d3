"""Where slow outputs lie: `${VOXPOD_CACHE:-~/.cache/voxpod}`, with a lock, so that two builds do not meet."""

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cache:
    """Folders of one cache."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Cache":
        """The cache that VOXPOD_CACHE names, else the one in the home folder."""
        return cls(Path(os.environ.get("VOXPOD_CACHE") or Path.home() / ".cache" / "voxpod").expanduser().absolute())

    @property
    def images(self) -> Path:
        """Exported docker-archive tars and what is known about each."""
        return self._folder("images")

    @property
    def base(self) -> Path:
        """Root file systems bootstrapped from Debian packages."""
        return self._folder("base")

    @property
    def buildah(self) -> Path:
        """buildah's own storage: never the system's."""
        return self._folder("buildah")

    def _folder(self, name: str) -> Path:
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Only one build at a time; says so when it has to wait. The lock ends with the process, however it ends."""
        with (self.images / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"waiting for another build that holds {file.name}", file=sys.stderr)
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
