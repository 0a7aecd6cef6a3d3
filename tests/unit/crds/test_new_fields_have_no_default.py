"""A field that this version adds is in an object only where somebody set it, so that older operators can tell.

During an upgrade the CRDs are applied first. Were there a default, the API server would show the field in every object, and
the operator that still leads, which does not know the field (`unknown`), would have every request wait.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from voxpod_crds.crd import object_schema
from voxpod_crds.definitions import DEFINITIONS, Definition

PREVIOUS = Path(__file__).resolve().parents[2] / "golden" / "crds" / "previous"


def fields(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field below a schema by its path."""
    for name, child in schema.get("properties", {}).items():
        yield f"{path}.{name}", child
        yield from fields(child.get("items", child), f"{path}.{name}")


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)
def test_a_new_field_has_no_default(definition: Definition) -> None:
    before = yaml.safe_load((PREVIOUS / f"{definition.kind.lower()}.yaml").read_text(encoding="utf-8"))
    old = before["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    known = dict(fields(old, "spec"))
    new = dict(fields(object_schema(definition)["properties"]["spec"], "spec"))
    assert [path for path, child in new.items() if path not in known and "default" in child] == []
