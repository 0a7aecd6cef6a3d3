"""Every TTSRequest that a document or the demo shows, and what README prints of its first."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from voxpod_crds.tts_request import TTSRequestSpec
from voxpod_demo import scene

ROOT = Path(__file__).resolve().parents[2]
CONVERTED = ("cosyvoice",)
"""Models of bundles that are made of a checkpoint of one's own: tests/e2e/test_engines_side_by_side.py asks a small one."""
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"^(NAME .*)\n(hello .*)$", re.MULTILINE)


def documented_requests() -> dict[str, TTSRequestSpec]:
    """By the place where each is shown; requests that the demo means to be refused are left out."""
    found = {place: TTSRequestSpec.model_validate(spec) for place, spec in _written()}
    lines = [line for line in scene.LINES if line.ends == "Succeeded"]
    for manifest in scene.requests(lines, "run"):
        found[f"demo, {manifest['metadata']['name']}"] = TTSRequestSpec.model_validate(manifest["spec"])
    return found


def _written() -> Iterator[tuple[str, dict[str, Any]]]:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            yield from _specs(f"{page.name}, line {text.count(chr(10), 0, block.start()) + 1}", block[1])
    for example in sorted((ROOT / "docs" / "examples").glob("*.yaml")):
        yield from _specs(example.name, example.read_text(encoding="utf-8"))


def _specs(place: str, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A fragment may show the spec alone."""
    for document in yaml.safe_load_all(text):
        spec = document.get("spec") if isinstance(document, dict) else None
        if isinstance(spec, dict) and "text" in spec and spec.get("model") not in CONVERTED:
            yield place, spec


def shown_in_readme() -> tuple[str, str]:
    """Header and row below README's first request."""
    table = _TABLE.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert table is not None, "README shows no row of its first request"
    return table[1], table[2]
