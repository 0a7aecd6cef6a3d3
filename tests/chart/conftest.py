"""Rendering the chart with the real helm, without a cluster."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster.build import build

CHART = Path(__file__).resolve().parents[2] / "charts" / "voxpod"
NAMESPACE = "voxpod-system"

Json = dict[str, Any]
Render = Callable[..., list[Json]]
Helm = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def helm() -> Helm:
    """Call helm: helm(*args) -> CompletedProcess with text output, whatever the exit code."""
    program = build() / "helm"

    def run(*args: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([str(program), *args], capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def render(helm: Helm) -> Render:
    """render("minimal", "a.b=c") -> the objects that ci/minimal-values.yaml with `--set a.b=c` renders to."""
    rendered: dict[tuple[str, ...], list[Json]] = {}

    def run(values: str, *settings: str) -> list[Json]:
        if (values, *settings) not in rendered:
            done = helm(*template_arguments(values, *settings))
            assert done.returncode == 0, done.stderr
            rendered[values, *settings] = [document for document in yaml.safe_load_all(done.stdout) if document]
        return rendered[values, *settings]

    return run


@pytest.fixture(scope="session")
def refusal(helm: Helm) -> Callable[..., str]:
    """refusal("minimal", "a.b=c") -> what helm says about values that it does not render."""

    def run(values: str, *settings: str) -> str:
        done = helm(*template_arguments(values, *settings))
        assert done.returncode != 0, "helm rendered values that it should refuse"
        return done.stderr

    return run


def template_arguments(values: str, *settings: str) -> list[str]:
    """The arguments of `helm template`; `values` names a file in ci/, empty means the defaults alone."""
    files = ["--values", str(CHART / "ci" / f"{values}-values.yaml")] if values else []
    chosen = [
        argument
        for setting in settings
        for argument in ("--set-json" if "=[" in setting or "={" in setting else "--set", setting)
    ]
    return ["template", "voxpod", str(CHART), "--namespace", NAMESPACE, *files, *chosen]
