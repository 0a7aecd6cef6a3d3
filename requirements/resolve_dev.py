"""Resolve requirements/dev.in and the five distributions' dependencies into the hashed requirements/dev.txt, then quality.in
and peers.in: quality.txt fits beside dev.txt in one environment, peers.txt takes the versions that both have from it.

usage: python requirements/resolve_dev.py [--upgrade]   (in the development environment: needs uv)
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("crds", "operator", "inference_image", "api", "cli")
LEFT_OUT = ("sudachidict-core",)
"""What images leave out: here too, or tests pass by it that fail in an image. So all is installed with --no-deps."""


def wanted() -> str:
    """The unresolved requirements, without our own distributions (pip gets those as editable folders)."""
    lines = (ROOT / "requirements/dev.in").read_text().splitlines()
    for part in PARTS:
        project = tomllib.loads((ROOT / part / "pyproject.toml").read_text())["project"]
        lines += [d for d in project["dependencies"] if not d.startswith("voxpod-")]
    return "\n".join(lines)


def main() -> None:
    """Write requirements/dev.txt, quality.txt and peers.txt."""
    resolve(wanted(), "dev")
    for name in ("quality", "peers"):
        resolve((ROOT / f"requirements/{name}.in").read_text(), name, "--constraints", "requirements/dev.txt")


def resolve(requirements: str, name: str, *more: str) -> None:
    """Write requirements/<name>.txt."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    options = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--no-header",
        "--no-annotate",
        "--quiet",
        *(f"--no-emit-package={package}" for package in LEFT_OUT),
    ]
    subprocess.run(
        [uv, "pip", "compile", "--no-config", *options, *more, *sys.argv[1:], "-o", f"requirements/{name}.txt", "-"],
        input=requirements,
        text=True,
        check=True,
        cwd=ROOT,
    )


if __name__ == "__main__":
    main()
