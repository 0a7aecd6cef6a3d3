"""`python3 slim.py FOLDER [UNUSED...]`: runs in the build stage, leaves in a `pip install --target` folder only what runs.

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


def slim(folder: Path, unused: list[str]) -> int:
    """Bytes taken away; `unused` are patterns of what this image does not use, ValueError for one that fits nothing."""
    before = size_of(folder)
    for pattern in unused:
        if not any(folder.glob(pattern)):
            raise ValueError(f"nothing fits {pattern!r} in {folder}: is the package's new version different?")
    everywhere = [f"*/**/{name}" for name in UNUSED_FOLDERS] + [f"**/*{suffix}" for suffix in UNUSED_SUFFIXES]
    for path in [path for pattern in ("bin", *everywhere, *unused) for path in folder.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return before - size_of(folder)


def size_of(folder: Path) -> int:
    """Bytes of all files."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def compile_all(folder: Path) -> bool:
    """Whether every module compiled."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    return bool(compileall.compile_dir(folder, quiet=1, workers=0, invalidation_mode=mode))


def main(arguments: list[str]) -> int:
    """Slims and compiles the folder that is named first."""
    if not arguments or not Path(arguments[0]).is_dir():
        print("usage: slim.py FOLDER [PATTERN...] (patterns of unused files, relative to the folder)", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    try:
        freed = slim(folder, arguments[1:])
    except ValueError as error:
        print(f"slim: {error}", file=sys.stderr)
        return 1
    print(f"slim: {freed / 1e6:.1f} MB taken away, {size_of(folder) / 1e6:.1f} MB left in {folder}")
    return 0 if compile_all(folder) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
