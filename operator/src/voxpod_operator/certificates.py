"""The dispatch endpoint's certificate: read as one, tried as a sandbox would, taken over while the operator runs.

A sandbox trusts the authorities that its Job was made with, for as long as it lives, and each replica learns of a renewal at
a moment of its own (the kubelet writes a Secret's files within a minute or two). So a certificate that sandboxes under way
would not trust is not served before they are gone; its authority is pinned in new Jobs from the first moment on.
"""

import logging
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voxpod_operator import metrics
from voxpod_operator.cluster.sandboxes import JobView
from voxpod_operator.errors import OperatorError

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0

LAG = timedelta(minutes=3)
"""So much later another replica may see a change, and make Jobs without the new authority until then."""

RETIRED = timedelta(minutes=10)
"""So long an authority stays pinned that this replica serves with no longer: another one may still."""

FILES = ("tls.crt", "tls.key", "ca.crt")


class CertificateProblem(OperatorError):
    """The certificate cannot be used; the message says what is wrong and what is expected."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One version of the Secret, tried."""

    context: ssl.SSLContext
    """Server side, TLS 1.3."""
    authority: str
    """ca.crt, PEM: what sandboxes pin."""
    not_after: datetime


class DispatchCertificate:
    """What the endpoint serves and what Jobs pin at present."""

    def __init__(self, folder: Path, host: str, now: Callable[[], datetime]) -> None:
        """Read the mounted Secret. Raises CertificateProblem."""
        self._folder = folder
        self._host = host
        self._now = now
        place, self._seen = read_together(folder)
        self._served = self._newest = tried(place, host)
        self._changed_at = now()
        self._retired: dict[str, datetime] = {}
        """Authorities of before, and since when: they were served with, or another came after them before they were."""
        self._tell()

    def context(self) -> ssl.SSLContext:
        """For a connection that comes now."""
        return self._served.context

    def pinned(self) -> str:
        """For a Job that is made now, PEM: the authorities of what will be served, is, and was a moment ago."""
        return "\n".join(dict.fromkeys([self._newest.authority, self._served.authority, *self._retired]))

    def look(self, jobs: Iterable[JobView]) -> None:
        """Take in what the folder holds now; serve it as soon as all sandboxes under way trust it."""
        self._read_again()
        now = self._now()
        self._retired = {pem: until for pem, until in self._retired.items() if now < until + RETIRED}
        if self._newest is self._served:
            return
        if self._trusted_by_all(jobs) or now >= self._served.not_after:
            self._retired[self._served.authority] = now
            self._served = self._newest
            logger.info("certificate renewed", extra={"not_after": self._served.not_after.isoformat()})
            self._tell()

    def _read_again(self) -> None:
        try:
            place, found = read_together(self._folder)
            if found == self._seen:
                return
            self._seen = found
            newest, self._changed_at = tried(place, self._host), self._now()
            if self._newest is not self._served:  # a replica that started in between serves it
                self._retired[self._newest.authority] = self._changed_at
            self._newest = newest
        except CertificateProblem as problem:
            logger.error("certificate not renewed, the one before stays", extra={"error": str(problem)})

    def _trusted_by_all(self, jobs: Iterable[JobView]) -> bool:
        try:
            rehearse(self._newest.context, self._served.authority, self._host)
        except ssl.SSLError:
            return not any(not job.finished and job.created_at < self._changed_at + LAG for job in jobs)
        return True

    def _tell(self) -> None:
        metrics.DISPATCH_CERTIFICATE.set(self._served.not_after.timestamp())


def read_together(folder: Path) -> tuple[Path, tuple[bytes, ...]]:
    """Where the three files are, and what is in them: of one version, also while the kubelet puts another in its place.

    It keeps a Secret's versions in folders of their own and moves the link `..data` from one to the next. Raises
    CertificateProblem.
    """
    while True:
        place = _place(folder)
        try:
            return place, tuple((place / name).read_bytes() for name in FILES)
        except OSError as error:
            if place == _place(folder):  # else the version was taken away in the middle
                raise CertificateProblem(
                    f"{folder}: {Path(error.filename or '').name}: {error.strerror}. The Secret of the dispatch endpoint"
                    " (dispatch.tls.existingSecret, or what cert-manager fills) needs the keys tls.crt, tls.key and"
                    " ca.crt, which is the authority that signed tls.crt"
                ) from error


def _place(folder: Path) -> Path:
    return (folder / "..data").resolve() if (folder / "..data").exists() else folder


def tried(place: Path, host: str) -> Certificate:
    """The certificate in a folder, if a sandbox would accept it for `host`. Raises CertificateProblem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(place / "tls.crt", place / "tls.key")
        authority = (place / "ca.crt").read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise CertificateProblem(f"tls.crt, tls.key and ca.crt of the dispatch endpoint: {error}") from error
    try:
        not_after = rehearse(context, authority, host)
    except ssl.SSLError as error:
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        raise CertificateProblem(
            f"sandboxes would refuse the dispatch certificate: {why}. tls.crt must be valid for the name {host}"
            " (dispatch.host), and signed by ca.crt"
        ) from error
    return Certificate(context, authority, not_after)


def rehearse(server: ssl.SSLContext, authority: str, host: str) -> datetime:
    """The handshake as a sandbox makes it, in memory; until when the certificate is valid. Raises ssl.SSLError."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=authority)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    asks = client.wrap_bio(down, up, server_hostname=host)
    answers = server.wrap_bio(up, down, server_side=True)
    for side in (asks, answers, asks):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    found = asks.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)
