"""A sandbox namespace with the chart's policies, rendered for a test of its own beside whatever release is installed."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from sandbox_samples import REPOSITORY, TAG

Json = dict[str, Any]

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"
TEMPLATES = ("namespace", "serviceaccount", "admission")


def sandbox_policies(helm: Path, namespace: str, *settings: str) -> list[Json]:
    """Namespace, ServiceAccount, policies and bindings; the cluster's objects have names that end in the namespace's.

    `settings` are further `--set` words, for sandboxes of the image of sandbox_samples.
    """
    chosen = (
        f"sandbox.namespace.name={namespace}",
        f"sandbox.image.repository={REPOSITORY}",
        *settings,
    )
    command = [str(helm), "template", "voxpod", str(CHART), "--namespace", "voxpod-system"]
    command += [word for name in TEMPLATES for word in ("--show-only", f"templates/sandbox/{name}.yaml")]
    command += ["--values", str(CHART / "ci" / "demo-values.yaml"), "--set-string", f"sandbox.image.tag={TAG}"]
    command += [word for setting in chosen for word in ("--set", setting)]
    rendered = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    objects = [item for item in yaml.safe_load_all(rendered) if item]
    for item in objects:
        if item["kind"].startswith("ValidatingAdmissionPolicy"):
            item["metadata"]["name"] += f"-{namespace}"
            if "policyName" in item["spec"]:
                item["spec"]["policyName"] += f"-{namespace}"
    return objects
