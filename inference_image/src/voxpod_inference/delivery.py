"""Brings a bundle to its folder on a node: whole and checked, from one moment to the next, or not at all.

What is brought comes into a hidden folder beside the target, is compared with the digest file by file, and is renamed. A
target that is there and whole stays; one that is damaged is moved aside for those that have it mapped.
"""

import http.client
import secrets
import shutil
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from voxpod_inference.bundle import MANIFEST, PREPARED, Bundle, open_bundle
from voxpod_inference.errors import DELIVERY_FAILED, NODE_FULL, BundleError, SpeechError
from voxpod_inference.http_client import TransportError, tls_context
from voxpod_inference.prepare import flush_to_disk

_BRINGING, _DAMAGED = ".bringing-", ".damaged-"
_STALE_SECONDS = 3600.0
"""Longer than any delivery takes: its Job has a deadline."""
_LEFT_FREE = 64 << 20
"""Bytes that a delivery leaves to others on the disk."""
_BLOCK = 1 << 20
_TIMEOUT_SECONDS = 60.0

Fill = Callable[[Path], None]
"""Puts a bundle's files into an empty folder."""


def bring(target: Path, digest: str, fill: Fill) -> bool:
    """Have the bundle of that digest in `target`; whether it was not there before. SpeechError, OSError; then nothing is left."""
    _remove_stale(target.parent)
    if target.is_dir() and not _complaints(target, digest):
        return False
    scratch = Path(tempfile.mkdtemp(prefix=_BRINGING, dir=target.parent))
    try:
        fill(scratch)
        root = _root_of(scratch)
        if found := _complaints(root, digest):
            raise BundleError(found.replace(f"{root}: ", "what was brought: "))
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
            flush_to_disk(path)
        if target.exists():
            target.rename(target.with_name(f"{_DAMAGED}{target.name}-{secrets.token_hex(4)}"))
        root.rename(target)
        flush_to_disk(target.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True


def take_away(folder: Path, *, keep_folder: bool) -> None:
    """Remove a bundle, or a folder of prepared weights, that nobody has mapped; from one moment to the next it is gone.

    `keep_folder`: the folder is a mount, and is left empty.
    """
    if keep_folder:
        for entry in folder.iterdir():
            entry.unlink() if entry.is_symlink() or not entry.is_dir() else shutil.rmtree(entry)
        return
    _remove_stale(folder.parent)
    if folder.exists():
        aside = folder.with_name(f"{_DAMAGED}{folder.name}-{secrets.token_hex(4)}")
        folder.rename(aside)
        shutil.rmtree(aside)


def copied_from(folder: Path, digest: str) -> Fill:
    """Copies what the manifest of a bundle in `folder` lists, an OCI image's file system for instance; all else stays there."""

    def fill(scratch: Path) -> None:
        if not (folder / MANIFEST).is_file():
            holds = ", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "nothing"
            raise SpeechError(
                "infrastructure", DELIVERY_FAILED, f"the image holds no bundle: no {MANIFEST} at its root, but {holds}"
            )
        bundle = _open(folder, digest)
        _needs(sum(entry.bytes for entry in bundle.manifest.files.values()), scratch)
        for name in (MANIFEST, *bundle.manifest.files):
            if not (folder / name).is_file():
                raise BundleError(f"what was brought: {name} is missing")
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, scratch / name)

    return fill


def fetched_from(url: str, ca_pem: str) -> Fill:
    """Unpacks the tar archive, gzip or not, that a presigned URL leads to; the URL is a permission and is told nowhere."""

    def fill(scratch: Path) -> None:
        with _answer(url, ca_pem) as (stream, length):
            _needs(length, scratch)
            try:
                with tarfile.open(fileobj=stream, mode="r|*") as archive:
                    for member in archive:
                        _unpack(archive, member, scratch)
            except (tarfile.TarError, EOFError, zlib.error) as error:
                raise _failed(f"the object is no whole tar archive: {error}") from None

    return fill


@contextmanager
def _answer(url: str, ca_pem: str) -> Iterator[tuple[IO[bytes], int]]:
    """The body of a GET and its length."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, parts.port, timeout=_TIMEOUT_SECONDS, context=tls_context(ca_pem))
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT_SECONDS)
    )
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        with connection.getresponse() as response:
            if response.status != 200:
                hint = {404: ": there is no such object", 403: ": the operator's user may not read it"}
                raise _failed(f"the object store answered {response.status}{hint.get(response.status, '')}")
            yield response, response.length or 0
    except TransportError as error:
        raise _failed(f"the object store cannot be reached: {type(error).__name__}: {error}") from None
    finally:
        connection.close()


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, scratch: Path) -> None:
    """One file of an archive that nobody checked yet: it stays below the folder, links and devices are left out."""
    name = PurePosixPath(member.name)
    if not member.isreg() or PREPARED in name.parts:
        return
    if name.is_absolute() or ".." in name.parts:
        raise _failed(f"the archive has {member.name!r}, which leads out of it")
    _needs(member.size, scratch)
    target = scratch / name
    target.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    assert source is not None, "it is a regular file"
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file, _BLOCK)


def _root_of(scratch: Path) -> Path:
    """Where the bundle begins: an archive may have it in a folder of its own."""
    entries = list(scratch.iterdir())
    if not (scratch / MANIFEST).exists() and len(entries) == 1 and (entries[0] / MANIFEST).is_file():
        return entries[0]
    if not (scratch / MANIFEST).is_file():
        holds = ", ".join(sorted(p.name for p in entries)[:8]) or "nothing"
        raise _failed(f"the archive holds no bundle: no {MANIFEST} in it, but {holds}")
    return scratch


def _open(folder: Path, digest: str) -> Bundle:
    try:
        return open_bundle(folder, digest)
    except BundleError as error:
        raise BundleError(str(error).replace(f"{folder}: ", "what was brought: ")) from None


def _complaints(folder: Path, digest: str) -> str:
    """The first thing that is wrong with a bundle; empty when it is whole."""
    try:
        found = open_bundle(folder, digest).complaints()
    except BundleError as error:
        return str(error)
    return f"{folder}: {found[0]}" if found else ""


def _needs(size: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _LEFT_FREE:
        said = f"the disk has {free >> 20} MiB free, {(size + _LEFT_FREE) >> 20} MiB are needed; nothing was left there"
        raise SpeechError("infrastructure", NODE_FULL, said)


def _failed(what: str) -> SpeechError:
    return SpeechError("infrastructure", DELIVERY_FAILED, what)


def _remove_stale(folder: Path) -> None:
    """What a delivery that was killed left, and damaged bundles that nobody can have mapped any more."""
    for path in folder.iterdir():
        ours = path.name.startswith((_BRINGING, _DAMAGED))
        if ours and time.time() - path.lstat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
