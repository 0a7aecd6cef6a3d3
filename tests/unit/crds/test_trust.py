"""One judgement of a private authority for the operator and its sandboxes, whatever Python's own default is."""

import ssl
from pathlib import Path

import pytest

from store_certificates import write_store_certificate
from voxpod_crds.trust import client_tls


def greets(client: ssl.SSLContext, folder: Path) -> bool:
    """Whether a client ends a handshake with a server that has the folder's certificate."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "public.crt", folder / "private.key")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    done = 0
    for _ in range(10):
        for end in list(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
            ends.remove(end)
            done += 1
    return done == 2


@pytest.mark.parametrize("key_usage", [True, False])
def test_authority_is_trusted_with_and_without_every_extension(tmp_path: Path, key_usage: bool) -> None:
    pem = write_store_certificate(tmp_path, key_usage=key_usage)
    strict = client_tls(pem)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    assert greets(client_tls(pem), tmp_path)
    assert greets(strict, tmp_path) == key_usage, "what Python 3.13 does by default"


def test_other_authorities_are_not_trusted(tmp_path: Path) -> None:
    write_store_certificate(tmp_path / "store", key_usage=True)
    foreign = write_store_certificate(tmp_path / "elsewhere", key_usage=True)
    assert not greets(client_tls(foreign), tmp_path / "store")
    assert not greets(client_tls(""), tmp_path / "store")


def test_python_3_13_is_as_strict_as_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_in_3_13() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    monkeypatch.setattr(ssl, "create_default_context", as_in_3_13)
    assert not client_tls("").verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("pem", ["hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "é"])
def test_what_is_no_certificate_is_refused(pem: str) -> None:
    with pytest.raises(ValueError, match="no certificates in PEM"):
        client_tls(pem)
