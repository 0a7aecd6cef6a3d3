"""`python3 collect.py FOLDER`: runs in the build stage, puts what Voxpod uses of Debian's espeak-ng into FOLDER, as a root.

The program, its two libraries, the data of the languages that are read by it, and the packages' copyright files: 3 MB instead
of 50. Its audio library is replaced (silent_audio.c says why).
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

DICTIONARIES = ("en", "es", "fr", "hi", "it", "pt")
LANGUAGES = ("gmw/en", "gmw/en-US", "roa/es", "roa/fr", "roa/it", "roa/pt", "roa/pt-BR", "inc/hi")
SOUNDS = ("phondata", "phonindex", "phontab", "intonations")
PROGRAM = Path("/usr/bin/espeak-ng")
DOCUMENTS = Path("/usr/share/doc")


def collect(root: Path) -> None:
    """Copy the files to where they are in Debian, below `root`."""
    libraries = dict(re.findall(r"(lib\S+) => (/\S+)", _output("ldd", str(PROGRAM))))
    espeak = Path(libraries["libespeak-ng.so.1"])
    data = espeak.resolve().parent / "espeak-ng-data"
    if not data.is_dir():
        data = Path("/usr") / data.relative_to("/")
    for path in (
        PROGRAM,
        espeak,
        Path(libraries["libsonic.so.0"]),
        *(DOCUMENTS / p / "copyright" for p in ("espeak-ng", "libsonic0")),
    ):
        _copy(path, root)
    for name in (*SOUNDS, *(f"{d}_dict" for d in DICTIONARIES), *(f"lang/{language}" for language in LANGUAGES)):
        _copy(data / name, root)
    silent = _below(root, espeak.parent / "libpcaudio.so.0")
    source = Path(__file__).with_name("silent_audio.c")
    _output(
        "gcc",
        "-Os",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-shared",
        "-fPIC",
        f"-Wl,-soname,{silent.name}",
        "-s",
        "-o",
        str(silent),
        str(source),
    )


def _copy(path: Path, root: Path) -> None:
    target = _below(root, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path.resolve(), target)
    target.chmod(0o755 if path.parent.name in ("bin",) or ".so" in path.name else 0o644)


def _below(root: Path, path: Path) -> Path:
    """`path` in the new root; /lib is /usr/lib there as here."""
    inside = path.relative_to("/")
    return root / (inside if inside.parts[0] == "usr" else Path("usr") / inside)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    collect(Path(sys.argv[1]))
