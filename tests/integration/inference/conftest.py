"""Fixtures: a dispatch endpoint and an object store on loopback, and the real model from the cache."""

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox_fakes import TOKEN, UPLOAD_QUERY, FakeDispatch, FakeStore, serving
from session_folder import session_folder
from voxpod_inference.bundle import Bundle
from voxpod_inference.cantonese_source import PACKAGE, TABLE, fetch_cantonese
from voxpod_inference.engines import hibari_source
from voxpod_inference.engines.hibari_source import fetch_hibari
from voxpod_inference.engines.kokoro import Kokoro
from voxpod_inference.engines.kokoro_files import KOKORO
from voxpod_inference.engines.kokoro_source import default_folder, fetch_kokoro
from voxpod_inference.prepare import prepare
from voxpod_inference.prepared import find, fit_of
from voxpod_inference.settings import BundleSettings, SandboxSettings
from voxpod_inference.tables import SortedTable
from voxpod_inference.text.cantonese.reader import Cantonese


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    request = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=dispatch",
    ]
    command = ["openssl", *request, "-keyout", key, "-out", cert, "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


@pytest.fixture
def dispatch(certificate: tuple[Path, Path]) -> Iterator[FakeDispatch]:
    cert, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    fake = FakeDispatch(ca_pem=cert.read_text())
    with serving(fake, context):
        yield fake


@pytest.fixture
def store() -> Iterator[FakeStore]:
    fake = FakeStore()
    with serving(fake, None):
        yield fake


@pytest.fixture
def work(store: FakeStore) -> dict[str, Any]:
    """A claim's answer, as JSON fields."""
    return {
        "request_uid": "6f1d7b6e-1111-4222-8333-444455556666",
        "text": "Good morning.",
        "voice": "af_heart",
        "language": "auto",
        "speed": 1.0,
        "format": "wav",
        "sample_rate": 24000,
        "seconds_left": 60.0,
        "upload": {
            "url": f"{store.url}/voxpod/red/6f1d.wav?{UPLOAD_QUERY}",
            "headers": {"Content-Type": "audio/wav", "If-None-Match": "*"},
        },
    }


@pytest.fixture
def settings(dispatch: FakeDispatch, tmp_path: Path) -> SandboxSettings:
    """Settings of a sandbox whose bundle does not matter."""
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    model = BundleSettings(tmp_path / "no-bundle", "sha256:" + "0" * 64, 1, tmp_path / "termination-log")
    return SandboxSettings(model, dispatch.url, dispatch.ca_pem, token, max_idle_seconds=5.0, object_store_ca_pem="")


@pytest.fixture(scope="session")
def kokoro_bundle() -> Bundle:
    """The real bundle, made in the cache the first time (network, 130 MB)."""
    return fetch_kokoro(default_folder(), lambda what: print(what, file=sys.stderr))


@pytest.fixture(scope="session")
def hibari_bundle() -> Bundle:
    """The real bundle, made in the cache the first time (network, 14 MB)."""
    return fetch_hibari(hibari_source.default_folder(), lambda what: print(what, file=sys.stderr))


@pytest.fixture(scope="session")
def cantonese() -> Cantonese:
    """A reader with the real table, which is made in the cache the first time (network, 0.3 MB)."""
    cache = Path(os.environ.get("VOXPOD_CACHE") or "~/.cache/voxpod").expanduser() / "models"
    table = cache / f"{PACKAGE.version}-{TABLE}"
    if not table.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = table.with_suffix(f".{os.getpid()}")
        fetch_cantonese(partial, lambda what: print(what, file=sys.stderr))
        partial.replace(table)
    return Cantonese(SortedTable(table))


@pytest.fixture
def environment(
    dispatch: FakeDispatch, settings: SandboxSettings, kokoro_bundle: Bundle, tmp_path: Path
) -> dict[str, str]:
    """The environment of a sandbox process with the real model."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(scratch),
        "VOXPOD_DISPATCH_URL": dispatch.url,
        "VOXPOD_DISPATCH_CA_PEM": dispatch.ca_pem,
        "VOXPOD_TOKEN_FILE": str(settings.token_file),
        "VOXPOD_BUNDLE": str(kokoro_bundle.root),
        "VOXPOD_BUNDLE_DIGEST": f"sha256:{kokoro_bundle.manifest.digest}",
        "VOXPOD_CPU_LIMIT": "2",
        "VOXPOD_MAX_IDLE_SECONDS": "20",
        "VOXPOD_TERMINATION_LOG": str(tmp_path / "termination-log"),
    }


@pytest.fixture
def damaged(kokoro_bundle: Bundle, tmp_path: Path) -> Path:
    """A copy of the real bundle for a test to damage; the model is linked, so replace it rather than write into it."""
    copy = tmp_path / "damaged"
    shutil.copytree(kokoro_bundle.root, copy, copy_function=os.link, ignore=shutil.ignore_patterns("prepared"))
    return copy


@pytest.fixture(scope="session")
def root(kokoro_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that were prepared for this machine; not to be changed."""
    with session_folder(tmp_path_factory, "prepared") as folder:
        prepare(kokoro_bundle, folder, lambda what: print(what, file=sys.stderr))
    return folder


@pytest.fixture(scope="session")
def kokoro(kokoro_bundle: Bundle, root: Path) -> Kokoro:
    """The model as sandboxes have it, on weights that were prepared: two and a half times as fast, and what it says is compared
    with the plain one's in test_prepared_model.py. Loaded once; a module that is about plain weights has a fixture of its own."""
    return Kokoro(kokoro_bundle, 2, find(root, fit_of(kokoro_bundle), KOKORO.recipe))


@pytest.fixture
def copied(root: Path, tmp_path: Path) -> Path:
    """A copy of the weights for a test to damage."""
    copy = tmp_path / "prepared"
    shutil.copytree(root, copy, symlinks=True, copy_function=os.link)
    return copy
