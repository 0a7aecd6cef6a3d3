"""A node gets a bundle whole or not at all, and says in one sentence what is in the way."""

import errno
import io
import json
import os
import shutil
import signal
import tarfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from toy_engine import TOY, make_bundle
from voxpod_inference import delivery, node
from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.delivery import bring, copied_from, fetched_from
from voxpod_inference.engines.registry import ENGINES, load_engine
from voxpod_inference.errors import BundleError, SpeechError


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine, and this process's own way to end."""
    monkeypatch.setitem(ENGINES, TOY.name, TOY)
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def source(tmp_path: Path) -> Bundle:
    """What is to be brought."""
    return make_bundle(tmp_path / "source")


@pytest.fixture
def target(tmp_path: Path, source: Bundle) -> Path:
    """Where it goes."""
    (tmp_path / "models").mkdir()
    return tmp_path / "models" / source.manifest.digest


def digest_of(bundle: Bundle) -> str:
    return f"sha256:{bundle.manifest.digest}"


def left_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: Path, digest: str, **more: str
) -> tuple[int, dict[str, Any]]:
    """The program as its Job runs it: exit code and termination message."""
    said = tmp_path / "termination-log"
    variables = {"BUNDLE": bundle, "BUNDLE_DIGEST": digest, "CPU_LIMIT": "1", "TERMINATION_LOG": said, **more}
    for name, value in variables.items():
        monkeypatch.setenv(f"VOXPOD_{name}", str(value))
    code = node.main()
    return code, json.loads(said.read_text())


def test_bundle_in_place_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Bundle) -> None:
    code, said = run(tmp_path, monkeypatch, source.root, digest_of(source))

    assert (code, said) == (0, {"digest": source.manifest.digest, "weights": "prepared", "brought": False})
    assert load_engine(open_bundle(source.root), 1).weights == "prepared"


def test_weights_of_a_read_only_bundle_lie_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Bundle
) -> None:
    beside = tmp_path / "prepared"

    code, _ = run(tmp_path, monkeypatch, source.root, digest_of(source), PREPARED=str(beside))

    assert code == 0
    assert not (source.root / "prepared").exists()
    assert load_engine(source, 1, beside).weights == "prepared"


def test_bundle_is_brought_out_of_an_image_with_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Bundle, target: Path
) -> None:
    (source.root / "etc").mkdir()
    (source.root / "etc" / "passwd").write_text("of the image")

    code, said = run(tmp_path, monkeypatch, target, digest_of(source), BRING_FROM=str(source.root))
    again, then = run(tmp_path, monkeypatch, target, digest_of(source), BRING_FROM=str(source.root))

    assert (code, said["brought"], again, then["brought"]) == (0, True, 0, False)
    assert left_in(target.parent) == [target.name]
    assert not (target / "etc").exists()
    assert load_engine(open_bundle(target), 1).weights == "prepared"


def fails(target: Path, digest: str, fill: delivery.Fill) -> SpeechError:
    """How it fails, and that nothing of it is left."""
    before = left_in(target.parent)
    with pytest.raises(SpeechError) as raised:
        bring(target, digest, fill)
    assert left_in(target.parent) == before
    return raised.value


def test_image_without_a_bundle_is_told_with_what_it_holds(tmp_path: Path, source: Bundle, target: Path) -> None:
    image = tmp_path / "image"
    (image / "bin").mkdir(parents=True)

    error = fails(target, digest_of(source), copied_from(image, digest_of(source)))

    assert (error.reason, str(error)) == (
        "DeliveryFailed",
        "the image holds no bundle: no manifest.json at its root, but bin",
    )


def test_bundle_of_another_digest_is_told_with_both(source: Bundle, target: Path) -> None:
    other = f"sha256:{'0' * 64}"

    error = fails(target, other, copied_from(source.root, other))

    assert error.reason == "BundleInvalid"
    assert str(error) == f"what was brought: manifest.json has digest {digest_of(source)}, asked for was {other}"


def test_damaged_file_in_the_image_is_named(source: Bundle, target: Path) -> None:
    (source.root / "en-us.tsv").write_text("other words")

    error = fails(target, digest_of(source), copied_from(source.root, digest_of(source)))

    assert error.reason == "BundleInvalid"
    assert str(error).startswith("what was brought: en-us.tsv has 11 bytes")


def test_node_without_room_is_told_how_much_is_needed(
    source: Bundle, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 3 << 20

    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage)

    error = fails(target, digest_of(source), copied_from(source.root, digest_of(source)))

    assert error.reason == "NodeFull"
    assert "3 MiB free, " in str(error)


def test_disk_that_is_full_half_way_is_told_and_nothing_is_left(
    tmp_path: Path, source: Bundle, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)

    code, said = run(tmp_path, monkeypatch, target, digest_of(source), BRING_FROM=str(source.root))

    assert (code, said["failure"]["reason"]) == (1, "NodeFull")
    assert "the disk is full" in said["failure"]["message"]
    assert left_in(target.parent) == []


def test_folder_that_cannot_be_written_is_named(
    tmp_path: Path, source: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "models" / "no" / "where"

    code, said = run(tmp_path, monkeypatch, nowhere, digest_of(source), BRING_FROM=str(source.root))

    assert (code, said["failure"]["reason"]) == (1, "DeliveryFailed")
    assert str(nowhere.parent) in said["failure"]["message"]


def test_damaged_bundle_is_replaced_and_kept_for_who_has_it_mapped(source: Bundle, target: Path) -> None:
    bring(target, digest_of(source), copied_from(source.root, digest_of(source)))
    damaged = target / "en-us.tsv"
    damaged.write_bytes(b"X" + damaged.read_bytes()[1:])
    inode = damaged.stat().st_ino

    assert bring(target, digest_of(source), copied_from(source.root, digest_of(source)))

    aside = next(p for p in target.parent.iterdir() if p.name.startswith(".damaged-"))
    assert (aside / "en-us.tsv").stat().st_ino == inode
    assert open_bundle(target, digest_of(source)).complaints() == []


def test_what_a_killed_delivery_left_goes_with_the_next_but_for_one_under_way(
    source: Bundle, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, age in (("old", 4_000), ("new", 10)):
        left = target.parent / f".bringing-{name}"
        left.mkdir()
        stamp = left.stat().st_mtime - age
        os.utime(left, (stamp, stamp))
    (target.parent / "of-somebody-else").mkdir()

    bring(target, digest_of(source), copied_from(source.root, digest_of(source)))

    assert left_in(target.parent) == sorted([".bringing-new", "of-somebody-else", target.name])


# out of the object store


class Store(HTTPServer):
    """Answers each GET with one body."""

    status = 200
    body = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/speech/models/toy.tar?X-Amz-Signature=secret"


@pytest.fixture
def store() -> Iterator[Store]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, *_: Any) -> None:
            """Not a word."""

    server = Store(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def archive(bundle: Bundle, prefix: str = ".", mode: str = "w", more: Callable[[tarfile.TarFile], None] = id) -> bytes:
    """A bundle as `tar -c` makes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as made:  # type: ignore[call-overload]
        made.add(bundle.root, arcname=prefix)
        more(made)
    return buffer.getvalue()


@pytest.mark.parametrize(("prefix", "mode"), [(".", "w"), (".", "w:gz"), ("kokoro-82m-int8-1.2.0", "w:gz")])
def test_bundle_is_unpacked_from_an_archive(store: Store, source: Bundle, target: Path, prefix: str, mode: str) -> None:
    store.body = archive(source, prefix, mode)

    assert bring(target, digest_of(source), fetched_from(store.url, ""))

    assert left_in(target.parent) == [target.name]
    assert open_bundle(target, digest_of(source)).complaints() == []


@pytest.mark.parametrize(
    ("status", "says"),
    [(404, "answered 404: there is no such object"), (403, "answered 403"), (503, "answered 503")],
)
def test_answer_of_the_store_is_told_without_the_url(
    store: Store, source: Bundle, target: Path, status: int, says: str
) -> None:
    store.status = status

    error = fails(target, digest_of(source), fetched_from(store.url, ""))

    assert (error.reason, says in str(error), "secret" in str(error)) == ("DeliveryFailed", True, False)


def test_store_that_is_away_is_told_without_the_url(source: Bundle, target: Path) -> None:
    error = fails(target, digest_of(source), fetched_from("http://127.0.0.1:9/speech/x?X-Amz-Signature=secret", ""))

    assert "cannot be reached: ConnectionRefusedError" in str(error)
    assert "secret" not in str(error)


def _named(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> Callable[[tarfile.TarFile], None]:
    def add(made: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        made.addfile(member)

    return add


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "voices/../../outside"])
def test_archive_that_leads_out_of_the_folder_is_refused(store: Store, source: Bundle, target: Path, name: str) -> None:
    store.body = archive(source, more=_named(name))

    error = fails(target, digest_of(source), fetched_from(store.url, ""))

    assert (error.reason, "leads out of it" in str(error)) == ("DeliveryFailed", True)
    assert not (target.parent / "outside").exists()


def test_links_and_prepared_weights_in_an_archive_are_left_out(store: Store, source: Bundle, target: Path) -> None:
    def more(made: tarfile.TarFile) -> None:
        _named("shadow", tarfile.SYMTYPE, "/etc/shadow")(made)
        _named("prepared/x/front.onnx")(made)

    store.body = archive(source, more=more)

    assert bring(target, digest_of(source), fetched_from(store.url, ""))
    assert not (target / "shadow").is_symlink()
    assert not (target / "prepared").exists()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda body: body[: len(body) // 2], ""),
        (lambda body: b"<html>not an archive</html>" * 100, "no whole tar archive"),
        (lambda body: b"", "no whole tar archive"),
    ],
    ids=["cut", "another thing", "empty"],
)
def test_archive_that_is_none_is_told(
    store: Store, source: Bundle, target: Path, spoil: Callable[[bytes], bytes], says: str
) -> None:
    store.body = spoil(archive(source))

    error = fails(target, digest_of(source), fetched_from(store.url, ""))

    assert error.reason in ("DeliveryFailed", "BundleInvalid")
    assert says in str(error)


def test_archive_without_a_bundle_is_told_with_what_it_holds(
    tmp_path: Path, store: Store, source: Bundle, target: Path
) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        _named("readme")(made)
    store.body = buffer.getvalue()

    error = fails(target, digest_of(source), fetched_from(store.url, ""))

    assert str(error) == "the archive holds no bundle: no manifest.json in it, but readme"


def test_missing_bundle_in_place_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()

    code, said = run(tmp_path, monkeypatch, tmp_path / "models", f"sha256:{'0' * 64}")

    assert (code, said["failure"]["reason"]) == (1, "BundleInvalid")
    with pytest.raises(BundleError):
        open_bundle(tmp_path / "models")
