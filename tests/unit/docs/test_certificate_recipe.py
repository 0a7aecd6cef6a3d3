"""The certificate of docs/running.md, made by its own commands: what operator and sandboxes check it by accepts it."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from documented_commands import commands, run
from voxpod_operator.settings import OperatorSettings

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")


def test_certificate_of_the_page_passes_the_strictest_check(tmp_path: Path) -> None:
    (block,) = commands("docs/running.md", "## GitOps")
    made, _, secret = block.partition("kubectl ")
    run(made, tmp_path, {})

    host = OperatorSettings.model_fields["dispatch_host"].default
    verify = ["openssl", "verify", "-x509_strict", "-CAfile", "ca.crt", "-verify_hostname", host, "tls.crt"]
    assert subprocess.run(verify, cwd=tmp_path, capture_output=True, text=True).stdout == "tls.crt: OK\n"
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tmp_path / "tls.crt", tmp_path / "tls.key")
    assert [part.removeprefix("--from-file=") for part in secret.split() if part.startswith("--from")] == [
        "ca.crt",
        "tls.crt",
        "tls.key",
    ]
