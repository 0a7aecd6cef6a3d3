"""Whom a TLS client of ours trusts: one judgement for the operator and the sandboxes, which get the same authorities.

The standard library only, as `sandbox_protocol`: a sandbox imports it.
"""

import ssl


def client_tls(ca_pem: str) -> ssl.SSLContext:
    """A client context that trusts the certificates in `ca_pem` and nobody else, or the system's authorities if it is empty.

    Chain and name are checked as Go and OpenSSL clients do. Not asked for is what Python 3.13 asks for on top: that each
    certificate has every extension of RFC 5280. Many a company's authority is as plain `openssl req -x509` makes it, or
    older than the habit (no keyUsage, no authority key identifier). A certificate that is given is trusted, also when it
    is an intermediate authority. ValueError when `ca_pem` holds no certificate that can be read.
    """
    if not ca_pem:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not ca_pem.isascii():
            raise ValueError("no certificates in PEM: there are characters outside ASCII")
        try:
            context.load_verify_locations(cadata=ca_pem)
        except ssl.SSLError as error:
            raise ValueError(f"no certificates in PEM: {error.reason or error}") from None
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
