"""The certificate of this process's live port: made at start, for this pod's address, its key kept by nobody else.

The operator hands it to the one sandbox that is to send (`voxpod_crds.live_audio`), which trusts no other.
"""

import ipaddress
import ssl
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "voxpod-live")])
CLOCKS = timedelta(days=1)
"""So far a node's clock may be behind ours."""
LIFE = timedelta(days=3650)
"""Longer than a process lives."""


def live_tls(address: str, now: datetime) -> tuple[ssl.SSLContext, str]:
    """A server context (TLS 1.3), and the certificate that its clients shall trust, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - CLOCKS)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.TemporaryDirectory() as folder:  # ssl reads keys from files only
        file = Path(folder, "live.pem")
        file.write_bytes(pem + secret)
        context.load_cert_chain(file)
    return context, pem.decode()
