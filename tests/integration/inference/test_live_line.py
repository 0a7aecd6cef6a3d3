"""The way of live audio out of a sandbox: over TLS to one listener, and never in the way of what is stored."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from certificates import an_authority
from live_ear import Ear, listening
from voxpod_crds.sandbox_protocol import Live
from voxpod_inference import live_line
from voxpod_inference.live_line import LiveLine


@pytest.fixture
def ear(certificate: tuple[Path, Path]) -> Iterator[Ear]:
    cert, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with listening(context, cert.read_text()) as made:
        yield made


@pytest.fixture
def line(ear: Ear) -> Iterator[LiveLine]:
    made = LiveLine(Live(ear.url, ear.ca_pem, "the-token"))
    yield made
    made.cut("the test is over")
    made.drain()


def test_all_is_sent_in_order_with_the_token_and_an_end(ear: Ear, line: LiveLine) -> None:
    ear.listens.set()
    pieces = [bytes([n]) * 40_000 for n in range(5)]
    for piece in pieces:
        line.send(piece)
    line.complete()
    line.drain()

    assert ear.gone.wait(30)
    assert ear.head.startswith("POST /v1/live/name HTTP/1.1")
    assert "Authorization: Bearer the-token" in ear.head
    assert (ear.body, ear.ended) == (b"".join(pieces), True)


def test_what_fails_breaks_off_without_an_end(ear: Ear, line: LiveLine) -> None:
    ear.listens.set()
    line.send(b"a part")
    line.cut("EngineFailed")

    assert ear.gone.wait(30)
    assert not ear.ended
    assert not line.listens


def test_listener_who_takes_nothing_holds_nobody_up(ear: Ear, line: LiveLine) -> None:
    """8 MB are more than the buffers of a connection."""
    for _ in range(8):
        line.send(bytes(1 << 20))
    line.complete()
    assert line.listens

    ear.listens.set()
    line.drain()
    assert (len(ear.body), ear.ended) == (8 << 20, True)


def test_more_than_scratch_has_for_it_breaks_off(ear: Ear, line: LiveLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_line, "MOST_BYTES", 1 << 20)
    line.send(bytes(1 << 20))
    assert line.listens
    line.send(b"x")

    assert not line.listens
    ear.listens.set()
    assert ear.gone.wait(30)
    assert not ear.ended


def test_listener_who_leaves_is_noticed(ear: Ear, line: LiveLine, capfd: pytest.CaptureFixture[str]) -> None:
    ear.raw += b"\r\n0\r\n\r\n"  # as if all was said: it answers and hangs up
    ear.listens.set()
    assert ear.gone.wait(30)
    while line.listens:
        line.send(bytes(1 << 16))
    line.complete()
    line.drain()

    assert "live audio ends early" in capfd.readouterr().err


@pytest.mark.parametrize("kind", ["nobody is there", "another certificate", "no certificate"])
def test_listener_who_cannot_be_reached_costs_nothing(kind: str, ear: Ear) -> None:
    ear.listens.set()
    url, pem = ear.url, ear.ca_pem
    if kind == "nobody is there":
        with socket.create_server(("127.0.0.1", 0)) as free:
            url = f"https://127.0.0.1:{free.getsockname()[1]}/v1/live/name"
    elif kind == "another certificate":
        pem = an_authority().pem.decode()
    else:
        pem = "none"
    line = LiveLine(Live(url, pem, "token"))
    line.send(b"x")
    line.drain()

    assert not line.listens
    line.send(b"y")
    line.complete()
