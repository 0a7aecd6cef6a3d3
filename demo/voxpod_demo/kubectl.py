"""kubectl, always with the one cluster that the demo chose: never whatever the current context happens to be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxpod_demo import commands

Json = dict[str, Any]

FIELD_MANAGER = "voxpod-demo"
DEMO_LABEL = "voxpod.dev/demo"
"""Marks what the demo made, and so may take away."""


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl for one context; without a kubeconfig it finds the user's as usual (KUBECONFIG, ~/.kube/config)."""

    program: Path
    kubeconfig: Path | None
    context: str

    def argv(self, *words: str) -> list[str]:
        """The command line for these arguments."""
        return [str(self.program), *self.flags("--context"), *words]

    def flags(self, context_flag: str) -> list[str]:
        """What names the cluster; helm calls the context flag --kube-context."""
        kubeconfig = [f"--kubeconfig={self.kubeconfig}"] if self.kubeconfig else []
        return [*kubeconfig, f"{context_flag}={self.context}"]

    def text(self, *words: str, stdin: str | None = None) -> str:
        """What it printed; DemoError with what it said on stderr."""
        return commands.output(self.argv(*words), stdin=stdin)

    def json(self, *words: str) -> Json:
        """What it printed with -o json."""
        parsed: Json = json.loads(self.text(*words, "-o", "json"))
        return parsed

    def items(self, *words: str) -> list[Json]:
        """The items of a list; empty where there are none."""
        found: list[Json] = self.json("get", *words).get("items", [])
        return found

    def get(self, kind: str, name: str, namespace: str = "") -> Json | None:
        """One object, or None if it is not there."""
        where = ["-n", namespace] if namespace else []
        text = self.text("get", kind, name, *where, "--ignore-not-found", "-o", "json")
        return json.loads(text) if text.strip() else None

    def apply(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Bring these objects into being, or to this state."""
        manifests = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.text(
            "apply",
            "--server-side",
            "--force-conflicts",
            f"--field-manager={FIELD_MANAGER}",
            "-f",
            "-",
            stdin=manifests,
        )


def label_of(thing: Mapping[str, Any], name: str) -> str:
    """A label of an object; empty if it has none of that name."""
    value: str = thing.get("metadata", {}).get("labels", {}).get(name, "")
    return value
