"""`python3 slim.py FOLDER`: runs in the build stage and leaves in a `pip install --target` folder only what runs.

Takes away tests, stubs, headers, C and Cython sources, static libraries and console scripts (their shebang names the
build stage's interpreter), then compiles everything: the root file system is read-only at run time, so nothing would be
cached later. The byte code is unchecked: Python then does not even stat the sources at import.
"""

import compileall
import py_compile
import shutil
import sys
from pathlib import Path

UNUSED_FOLDERS = ("tests",)
UNUSED_SUFFIXES = (".pyi", ".h", ".hpp", ".c", ".cc", ".pyx", ".pxd", ".a")


def slim(folder: Path) -> int:
    """Bytes taken away."""
    unused_folders = [path for name in UNUSED_FOLDERS for path in folder.glob(f"*/**/{name}") if path.is_dir()]
    unused_folders.append(folder / "bin")
    freed = 0
    for path in unused_folders:
        if path.is_dir():
            freed += sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
            shutil.rmtree(path)
    for file in [path for path in folder.rglob("*") if path.suffix in UNUSED_SUFFIXES and path.is_file()]:
        freed += file.stat().st_size
        file.unlink()
    return freed


def compile_all(folder: Path) -> bool:
    """Whether every module compiled."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    return bool(compileall.compile_dir(folder, quiet=1, workers=0, invalidation_mode=mode))


def main(arguments: list[str]) -> int:
    """Slims and compiles the one folder that is named."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: slim.py FOLDER (of pip install --target, or of own packages)", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    freed = slim(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"slim: {freed / 1e6:.1f} MB taken away, {size / 1e6:.1f} MB left in {folder}")
    return 0 if compile_all(folder) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
