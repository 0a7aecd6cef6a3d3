"""What the endpoint serves and what Jobs pin, through renewals of every kind."""

import dataclasses
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from builders import a_job
from certificates import Authority, an_authority, mount
from voxpod_operator.certificates import LAG, RETIRED, CertificateProblem, DispatchCertificate, read_together, rehearse
from voxpod_operator.cluster.sandboxes import JobView

HOST = "voxpod-dispatch"


class Clock:
    """Now, and moved on by hand: certificates are checked by the real clock, so it begins there."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def old() -> Authority:
    return an_authority()


@pytest.fixture
def folder(tmp_path: Path, old: Authority) -> Path:
    mount(tmp_path / "tls", old.files())
    return tmp_path / "tls"


@pytest.fixture
def certificate(folder: Path, clock: Clock) -> DispatchCertificate:
    return DispatchCertificate(folder, HOST, clock)


def trusts(authorities: str | bytes, certificate: DispatchCertificate) -> bool:
    """Whether a sandbox that pins these would talk to the endpoint as it is now."""
    try:
        rehearse(certificate.context(), authorities if isinstance(authorities, str) else authorities.decode(), HOST)
    except ssl.SSLError:
        return False
    return True


def a_job_made(at: datetime, **fields: bool) -> JobView:
    return dataclasses.replace(a_job(), created_at=at, **fields)


def test_a_renewal_by_the_same_authority_is_served_at_once(
    certificate: DispatchCertificate, folder: Path, old: Authority, clock: Clock
) -> None:
    mount(folder, old.files(days=0.5))
    certificate.look([a_job_made(clock.now)])
    left = REGISTRY.get_sample_value("voxpod_dispatch_certificate_not_after_timestamp_seconds") - clock.now.timestamp()
    assert left == pytest.approx(43_200, abs=5)
    assert certificate.pinned().encode() == old.pem.strip()


def test_another_authority_is_pinned_at_once_and_served_when_all_sandboxes_under_way_trust_it(
    certificate: DispatchCertificate, folder: Path, old: Authority, clock: Clock
) -> None:
    before = a_job_made(clock.now)
    pinned_before = certificate.pinned()
    new = an_authority()
    mount(folder, new.files())

    certificate.look([before])
    assert trusts(pinned_before, certificate)
    pinned_meanwhile = certificate.pinned()
    assert trusts(pinned_meanwhile, certificate)

    of_another_replica = a_job_made(clock.now + LAG - timedelta(seconds=1))
    certificate.look([dataclasses.replace(before, finished=True), of_another_replica])
    assert trusts(pinned_before, certificate)

    clock.now += LAG
    certificate.look([dataclasses.replace(before, finished=True), a_job_made(clock.now)])
    assert not trusts(pinned_before, certificate)
    assert trusts(pinned_meanwhile, certificate)
    assert trusts(new.pem, certificate)


def test_an_authority_that_is_served_with_no_longer_stays_pinned_for_a_while(
    certificate: DispatchCertificate, folder: Path, old: Authority, clock: Clock
) -> None:
    mount(folder, an_authority().files())
    certificate.look([])
    assert old.pem.decode().strip() in certificate.pinned()
    clock.now += RETIRED
    certificate.look([])
    assert old.pem.decode().strip() not in certificate.pinned()


def test_an_authority_that_another_came_after_before_it_was_served_stays_pinned_for_a_while(
    certificate: DispatchCertificate, folder: Path, clock: Clock
) -> None:
    """A replica that started in between serves with it, and may lead next."""
    between = an_authority()
    mount(folder, between.files())
    under_way = a_job_made(clock.now)
    certificate.look([under_way])
    started_in_between = DispatchCertificate(folder, HOST, clock)
    mount(folder, an_authority().files())
    certificate.look([under_way])
    assert trusts(certificate.pinned(), started_in_between)
    clock.now += RETIRED
    certificate.look([under_way])
    assert not trusts(certificate.pinned(), started_in_between)


def test_what_ends_before_the_sandboxes_do_is_served_no_longer(folder: Path, old: Authority, clock: Clock) -> None:
    mount(folder, old.files(days=0.01))
    certificate = DispatchCertificate(folder, HOST, clock)
    new = an_authority()
    mount(folder, new.files())
    certificate.look([a_job_made(clock.now)])
    assert not trusts(new.pem, certificate)
    clock.now += timedelta(days=0.01)
    certificate.look([a_job_made(clock.now - timedelta(days=0.01))])
    assert trusts(new.pem, certificate)


@pytest.mark.parametrize("missing", ["tls.crt", "tls.key", "ca.crt"])
def test_a_missing_file_is_named_with_the_keys_that_the_secret_needs(
    folder: Path, old: Authority, clock: Clock, missing: str
) -> None:
    mount(folder, {name: content for name, content in old.files().items() if name != missing})
    with pytest.raises(
        CertificateProblem, match=rf"{missing}: No such file.*needs the keys tls\.crt, tls\.key and ca\.crt"
    ):
        DispatchCertificate(folder, HOST, clock)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param(
            lambda old: old.files("elsewhere"), "Hostname mismatch.*valid for the name voxpod-dispatch", id="name"
        ),
        pytest.param(lambda old: old.files(days=-1), "certificate has expired", id="expired"),
        pytest.param(
            lambda old: old.files() | {"ca.crt": an_authority().pem}, "signed by ca.crt", id="another authority"
        ),
        pytest.param(lambda old: old.files() | {"tls.key": old.files()["tls.key"]}, "mismatch", id="another key"),
        pytest.param(lambda old: old.files() | {"ca.crt": b"not PEM"}, "ca.crt", id="no authority"),
        pytest.param(lambda old: old.files() | {"ca.crt": "ü".encode()}, "ca.crt", id="an authority in no alphabet"),
    ],
)
def test_what_sandboxes_would_refuse_is_refused_and_never_replaces_what_works(
    certificate: DispatchCertificate,
    folder: Path,
    old: Authority,
    clock: Clock,
    files,
    says: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mount(folder, files(old))
    for _ in range(3):
        certificate.look([])
    assert trusts(old.pem, certificate)
    assert [record.message for record in caplog.records] == ["certificate not renewed, the one before stays"]
    with pytest.raises(CertificateProblem, match=says):
        DispatchCertificate(folder, HOST, clock)


def test_the_three_files_are_of_one_version_while_the_kubelet_changes_them(folder: Path) -> None:
    versions = [{name: f"{number}".encode() for name in ("tls.crt", "tls.key", "ca.crt")} for number in range(300)]
    mount(folder, versions[0])
    swapping = threading.Thread(target=lambda: [mount(folder, files) for files in versions])
    swapping.start()
    seen = set()
    while swapping.is_alive():
        _, found = read_together(folder)
        assert len(set(found)) == 1
        seen.update(found)
    swapping.join()
    assert len(seen) > 1
