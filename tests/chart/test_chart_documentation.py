"""docs/chart.md has every value, as values.yaml has it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_table_of_values_is_up_to_date():
    done = subprocess.run(
        [sys.executable, str(ROOT / "charts" / "values_table.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_every_value_is_in_the_table_with_its_default():
    page = (ROOT / "docs" / "chart.md").read_text(encoding="utf-8")

    def leaves(values: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
        pairs = [(f"{path}{key}", value) for key, value in values.items()]
        return [
            leaf
            for key, value in pairs
            for leaf in (leaves(value, f"{key}.") if isinstance(value, dict) and value else [(key, value)])
        ]

    defaults = yaml.safe_load((ROOT / "charts" / "voxpod" / "values.yaml").read_text())
    undocumented = [
        path
        for path, _ in leaves(defaults)
        # Kubernetes' own keys, and tables that are one value
        if f"| `{path}` |" not in page and not re.search(r"\.resources\.|Aliases\.", path)
    ]

    assert undocumented == []
    assert "| `sandbox.modelRoots` | `- /var/lib/voxpod/models` |" in page
    assert "| `operator.replicas` | `2` | Operator pods: one leads" in page


def test_every_right_is_explained():
    page = (ROOT / "docs" / "chart.md").read_text(encoding="utf-8")
    rules = yaml.safe_load((ROOT / "tests" / "chart" / "golden" / "rbac.yaml").read_text())
    resources = {
        resource.partition("/")[0]
        for role, entries in rules.items()
        if role.endswith(("voxpod-operator", "voxpod-api"))
        for rule in entries
        for resource in rule["resources"]
    }
    rights = page.partition("## Rights of operator and facade")[2].partition("\n## ")[0]

    assert [resource for resource in sorted(resources) if resource.removesuffix("s") not in rights.lower()] == []
