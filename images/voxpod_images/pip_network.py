"""How pip in a build stage reaches the index that the host's pip reaches, without a word of it in the image.

The host's network settings become a pip.conf that is mounted for one RUN step as a build secret.
"""

import ast
import importlib.util
import os
import ssl
import sys
from pathlib import Path

from voxpod_images.commands import output

CA_IN_BUILD = "/run/secrets/ca.crt"
"""Where the Dockerfiles mount the host's certificate authorities."""

_NETWORK_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy", "default-timeout", "timeout", "retries")


def settings_from_config_list(listing: str) -> dict[str, str]:
    """pip's network settings out of `pip config list`, environment over files, as pip itself has it."""
    found: dict[str, str] = {}
    # sorted by rank: an environment variable wins over [install], that over [global]
    ranks = {"global": 0, "install": 1, ":env:": 2}
    lines = [line.partition("=") for line in listing.splitlines() if "=" in line]
    entries = [(*key.rpartition(".")[::2], value) for key, _, value in lines]
    for section, name, value in sorted(entries, key=lambda entry: ranks.get(entry[0], -1)):
        if section in ranks and name in _NETWORK_SETTINGS:
            found["timeout" if name == "default-timeout" else name] = str(ast.literal_eval(value))
    return found


def write_secrets(folder: Path) -> dict[str, Path]:
    """Build secrets by id: `pip.conf`, and `ca.crt` where the host has one."""
    settings = settings_from_config_list(_config_list())
    secrets = {"pip.conf": folder / "pip.conf"}
    authorities = host_authorities()
    if authorities is not None:
        settings["cert"] = CA_IN_BUILD
        secrets["ca.crt"] = authorities
    lines = [f"{name} = {' '.join(value.split())}" for name, value in sorted(settings.items())]
    secrets["pip.conf"].write_text("\n".join(["[global]", *lines, ""]))
    return secrets


def _config_list() -> str:
    """`pip config list`, or the same of the environment alone where this Python has no pip (Debian's)."""
    if importlib.util.find_spec("pip") is not None:
        return output([sys.executable, "-m", "pip", "config", "list"])
    named = {
        name.removeprefix("PIP_").lower().replace("_", "-"): value
        for name, value in os.environ.items()
        if name.startswith("PIP_")
    }
    return "\n".join(f":env:.{name}={value!r}" for name, value in named.items())


def host_authorities() -> Path | None:
    """The CA bundle that the host's pip uses: PIP_CERT, else what OpenSSL would take."""
    candidates = (os.environ.get("PIP_CERT"), os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile)
    return next(
        (Path(path) for path in (*candidates, "/etc/ssl/certs/ca-certificates.crt") if path and Path(path).is_file()),
        None,
    )
