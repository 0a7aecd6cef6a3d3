"""Certificate authorities and dispatch certificates, as the chart or cert-manager would make them, and how the kubelet mounts them."""

import itertools
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Authority:
    """One that signs dispatch certificates."""

    key: ec.EllipticCurvePrivateKey
    pem: bytes
    name: x509.Name

    def files(self, *names: str, days: float = 1) -> dict[str, bytes]:
        """tls.crt, tls.key and ca.crt of a new certificate for `names` (voxpod-dispatch without any)."""
        key = ec.generate_private_key(ec.SECP256R1())
        sans = x509.SubjectAlternativeName([x509.DNSName(n) for n in names or ("voxpod-dispatch",)])
        aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        leaf = _certificate(self.name, _named("voxpod-dispatch"), key, days)
        made = leaf.add_extension(sans, False).add_extension(aki, False).sign(self.key, hashes.SHA256())
        return {
            "tls.crt": made.public_bytes(serialization.Encoding.PEM),
            "tls.key": key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            "ca.crt": self.pem,
        }


def an_authority() -> Authority:
    """A new one."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _named(f"voxpod test CA {next(_numbers)}")
    made = (
        _certificate(name, name, key, 1)
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, made.public_bytes(serialization.Encoding.PEM), name)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: float
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(next(_numbers))
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
    )


def mount(folder: Path, files: dict[str, bytes]) -> None:
    """What the kubelet does with a Secret's new version: a folder of its own, and one link that moves to it."""
    folder.mkdir(parents=True, exist_ok=True)
    before = (folder / "..data").resolve()
    version = folder / f"..version_{next(_numbers)}"
    version.mkdir()
    for name, content in files.items():
        (version / name).write_bytes(content)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..data_tmp").symlink_to(version.name)
    (folder / "..data_tmp").rename(folder / "..data")
    if before.name.startswith("..version_"):
        shutil.rmtree(before)
