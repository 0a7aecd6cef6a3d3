"""docs/http-api.md names every setting, metric, alias and error code, with their defaults."""

import re
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from voxpod_api import metrics
from voxpod_api.aliases import MODEL_ALIASES, VOICE_ALIASES
from voxpod_api.settings import ApiSettings
from voxpod_api.speech.outcome import BY_REASON
from voxpod_api.web.bodies import CODES

PAGE = (Path(__file__).resolve().parents[3] / "docs/http-api.md").read_text(encoding="utf-8")
SOURCES = [path.read_text(encoding="utf-8") for path in (Path(__file__).resolve().parents[3] / "api/src").rglob("*.py")]


def first_cells(prefix: str) -> set[str]:
    """Names in the first column of tables."""
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith(f"| `{prefix}")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_settings() -> None:
    assert first_cells("VOXPOD_API_") == {f"VOXPOD_API_{name.upper()}" for name in ApiSettings.model_fields}
    for name, field in ApiSettings.model_fields.items():
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            (row,) = (
                line for line in PAGE.splitlines() if line.startswith("|") and f"`VOXPOD_API_{name.upper()}`" in line
            )
            assert f"{field.default}".removesuffix(".0") in row, name


def test_metrics() -> None:
    collectors = [c for c in vars(metrics).values() if isinstance(c, MetricWrapperBase)]
    names = {f.name + ("_total" if f.type == "counter" else "") for c in collectors for f in c.describe()}
    assert first_cells("voxpod_facade_") == names


def test_aliases() -> None:
    assert all(f"`{name}`" in PAGE for name in MODEL_ALIASES)
    text = " ".join(PAGE.split())
    assert all(f"{alias} `{voice}`" in text for alias, voice in VOICE_ALIASES.items())


def test_error_codes() -> None:
    written = {
        code for source in SOURCES for code in re.findall(r'(?:ApiError|not_now|never)\(\s*\d{3},\s*"(\w+)"', source)
    }
    codes = written | {code for _, code, _, _ in BY_REASON.values()} | set(CODES.values())
    assert len(codes) > 25
    assert {code for code in codes if f"`{code}`" not in PAGE} == {"client_left"}
