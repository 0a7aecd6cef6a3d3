"""The environment of a sandbox is read once and wrong values are named."""

from pathlib import Path

import pytest

from voxpod_inference.settings import SettingsError, sandbox_settings

GOOD = {
    "VOXPOD_DISPATCH_URL": "https://dispatch:8443/",
    "VOXPOD_DISPATCH_CA_PEM": "pem",
    "VOXPOD_TOKEN_FILE": "/var/run/token",
    "VOXPOD_BUNDLE": "/model",
    "VOXPOD_BUNDLE_DIGEST": "sha256:" + "ab" * 32,
    "VOXPOD_CPU_LIMIT": "2",
    "VOXPOD_MAX_IDLE_SECONDS": "300",
}


def test_settings_are_typed() -> None:
    settings = sandbox_settings(GOOD)
    assert settings.dispatch_url == "https://dispatch:8443"
    assert (settings.model.cpu_limit, settings.max_idle_seconds) == (2, 300.0)
    assert settings.model.termination_log == Path("/dev/termination-log")
    assert settings.object_store_ca_pem == ""
    assert settings.model.flow_steps is None
    assert sandbox_settings(GOOD | {"VOXPOD_FLOW_STEPS": "5"}).model.flow_steps == 5


@pytest.mark.parametrize("name", GOOD)
def test_missing_variable_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        sandbox_settings({k: v for k, v in GOOD.items() if k != name})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("VOXPOD_DISPATCH_URL", "http://dispatch", "https://host:port"),
        ("VOXPOD_BUNDLE_DIGEST", "sha256:xyz", "64 hexadecimal digits"),
        ("VOXPOD_BUNDLE_DIGEST", "md5:" + "ab" * 32, "64 hexadecimal digits"),
        ("VOXPOD_CPU_LIMIT", "500m", "whole number of at least 1"),
        ("VOXPOD_CPU_LIMIT", "0", "whole number of at least 1"),
        ("VOXPOD_FLOW_STEPS", "few", "whole number of at least 1"),
        ("VOXPOD_MAX_IDLE_SECONDS", "inf", "number of at least 0"),
        ("VOXPOD_MAX_IDLE_SECONDS", "nan", "number of at least 0"),
        ("VOXPOD_MAX_IDLE_SECONDS", "soon", "number of at least 0"),
    ],
)
def test_malformed_variable_says_what_is_expected(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is .*{expected}"):
        sandbox_settings(GOOD | {name: value})
