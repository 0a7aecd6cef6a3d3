"""An object store as companies have one: TLS by an authority of their own, users with the documented policies."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from documented_commands import ROOT
from minio_server import MinioServer, running_minio
from store_certificates import write_store_certificate

BUCKET = "speech"
EXAMPLES = ROOT / "docs" / "examples"
TENANT = ("acme-listener", "acme-password")


@contextmanager
def private_store(program: Path, folder: Path, address: str, operator: tuple[str, str]) -> Iterator[MinioServer]:
    """The store with its bucket, the operator's user and the tenant's; the authority lies in `folder/ca.pem`."""
    ca_pem = write_store_certificate(folder / "certificates", key_usage=True, address=address.partition(":")[0])
    (folder / "ca.pem").write_text(ca_pem)
    with running_minio(program, folder, certificates=folder / "certificates", ca_pem=ca_pem, address=address) as server:
        server.root().make_bucket(BUCKET)
        for user, whose in ((operator, "operator"), (TENANT, "tenant")):
            policy = json.loads((EXAMPLES / f"store-policy-{whose}.json").read_text())
            server.add_user_with(*user, policy)
        yield server
