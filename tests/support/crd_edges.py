"""Every bound of every spec field, at both of its edges, read from the CRDs as they are installed."""

import copy
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crd_samples import accepted, for_python

ROOT = Path(__file__).resolve().parents[2]

Json = dict[str, Any]
Step = str | int

ITEMS: dict[str, Any] = {
    "spec.lexicon[]": lambda n: {"word": f"w{n}", "sayAs": "b"},
    "spec.sandbox.tolerations[]": lambda n: {"operator": "Exists"},
    "spec.tolerations[]": lambda n: {"operator": "Exists"},
    "spec.defaultFor[]": lambda n: chr(ord("a") + n // 26) + chr(ord("a") + n % 26),
    "spec.warmPool.schedule[]": lambda n: {"start": "07:00", "end": "19:00", "minIdle": 1},
    "spec.warmPool.schedule[].days[]": lambda n: "Mon",
    "spec.warmPool.shapes[]": lambda n: {"tenant": f"t{n}", "minIdle": 1},
}
"""What an item of a list needs beside the field that is tried."""


COMPANIONS: dict[str, Json] = {
    "spec.lexicon[].ipa": {"word": "w"},
    "spec.lexicon[].pinyin": {"word": "w"},
    "spec.sandbox.tolerations[].value": {"key": "k", "operator": "Equal"},
    "spec.sandbox.tolerations[].tolerationSeconds": {"operator": "Exists", "effect": "NoExecute"},
    "spec.tolerations[].value": {"key": "k", "operator": "Equal"},
    "spec.tolerations[].tolerationSeconds": {"operator": "Exists", "effect": "NoExecute"},
    "spec.warmPool.minIdle": {"maxSandboxes": 10_000},
}
"""What stands beside a field where rules across fields want something else than ITEMS."""


@dataclass(frozen=True)
class Edge:
    """One value of one field."""

    path: str
    value: Any
    accepted: bool
    manifest: Json

    def __str__(self) -> str:
        shown = self.value if isinstance(self.value, int | float) else f"of length {len(self.value)}"
        return f"{self.manifest['kind']}.{self.path} {shown}"


def edges(kind: str) -> list[Edge]:
    """Values at and beyond each bound; what a rule across fields would refuse as well is not among them."""
    crd = yaml.safe_load((ROOT / "crds" / f"{kind.lower()}.yaml").read_text(encoding="utf-8"))
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return list(_walk(kind, schema, "spec"))


NAMES = {"spec.quota.timeZone", "spec.warmPool.schedule[].timeZone"}
"""Only what exists is taken there, of whatever length."""


def _walk(kind: str, schema: Json, path: str) -> Iterator[Edge]:
    for value, good in _values(schema, path):
        yield Edge(path, value, good, _manifest(kind, path, value))
    for name, child in schema.get("properties", {}).items():
        yield from _walk(kind, child, f"{path}.{name}")
    if "items" in schema:
        yield from _walk(kind, schema["items"], f"{path}[]")


def _values(schema: Json, path: str) -> Iterator[tuple[Any, bool]]:
    if "enum" in schema:
        return
    low, high = schema.get("minimum"), schema.get("maximum")
    match schema.get("type"):
        case "integer":
            yield from ((v, good) for bound, out in ((low, -1), (high, 1)) if bound is not None
                        for v, good in ((bound, True), (bound + out, False)))  # fmt: skip
        case "number":
            for bound, out, whole in ((low, -1, math.floor), (high, 1, math.ceil)):
                if bound is not None:
                    beyond = whole(bound) if whole(bound) != bound else int(bound) + out
                    yield from ((bound, True), (bound + out * 0.01, False), (beyond, False))
        case "string" if path not in NAMES:
            yield from _strings(schema)
        case "array" if "maxItems" in schema:
            make = ITEMS.get(f"{path}[]", lambda n: f"a{n}")
            for size in {schema["maxItems"], schema["maxItems"] + 1, schema.get("minItems", 1) - 1}:
                yield [make(n) for n in range(size)], schema.get("minItems", 0) <= size <= schema["maxItems"]
        case "object" if "additionalProperties" in schema:
            for size in (schema["maxProperties"], schema["maxProperties"] + 1):
                yield {f"k{n}": "v" for n in range(size)}, size <= schema["maxProperties"]


def _strings(schema: Json) -> Iterator[tuple[str, bool]]:
    low, high = schema.get("minLength", 0), schema["maxLength"]
    for length in {low - 1, low, high, high + 1} - {-1}:
        found = next((c * length for c in ("a", "1", "/a") if _fits(schema, c * length)), None)
        if found is not None and len(found) == length:
            yield found, low <= length <= high


def _fits(schema: Json, text: str) -> bool:
    return "pattern" not in schema or re.search(for_python(schema["pattern"]), text) is not None


def _manifest(kind: str, path: str, value: Any) -> Json:
    manifest = copy.deepcopy(accepted(f"{kind.lower()}-minimal"))
    if path.startswith("spec.source."):
        manifest["spec"]["source"] = {}
    steps: list[Step] = [s for part in path.split(".") for s in ([part[:-2], 0] if part.endswith("[]") else [part])]
    node: Any = manifest
    for at, step in enumerate(steps[:-1]):
        following: Any = [] if steps[at + 1] == 0 else {}
        if isinstance(node, list):
            if not node:
                made = ITEMS.get(_said(steps[: at + 1]))
                node.append(dict(COMPANIONS.get(path) or made(0)) if made else following)
            node = node[0]
        else:
            node = node.setdefault(step, following)
    if isinstance(node, list):
        node[:] = [value]
    else:
        node |= COMPANIONS.get(path, {}) | {steps[-1]: value}
    return manifest


def _said(steps: list[Step]) -> str:
    return "".join("[]" if step == 0 else f".{step}" for step in steps).lstrip(".")
