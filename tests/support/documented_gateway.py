"""The gateway of docs/chart.md that passes one bucket, run as it is written there, in front of a store on this machine."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from documented_commands import section, with_instead
from loopback_ports import free_port
from minio_server import MinioServer
from private_store import BUCKET
from store_certificates import write_store_certificate
from voxpod_crds.trust import client_tls

AROUND = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {server}
}}
"""
"""What the image of nginx brings: its own configuration around a server."""


def documented(language: str, word: str) -> str:
    """The one block in that language below the page's heading of networks that has the word in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", section("docs/chart.md", "## Networks"), re.M | re.S)
    (block,) = (block for block in blocks if word in block)
    return str(block)


@contextmanager
def documented_gateway(folder: Path, store: MinioServer, authority: Path) -> Iterator[MinioServer]:
    """The store as sandboxes and operators see it: at the gateway's address, by the gateway's certificate."""
    (folder / "tls").mkdir()
    ca_pem, address = write_store_certificate(folder / "tls", key_usage=True), f"127.0.0.1:{free_port()}"
    server = with_instead(
        documented("nginx", "proxy_pass"),
        {
            "listen 9000": f"listen {address}",
            "/tls/tls.crt": f"{folder}/tls/public.crt",
            "/tls/tls.key": f"{folder}/tls/private.key",
            "BUCKET": BUCKET,
            "https://store.example.com": f"https://localhost:{store.endpoint.rpartition(':')[2]}",
            "/etc/ssl/certs/ca-certificates.crt": str(authority),
            "s3-gateway.voxpod-store.svc:9000": address,
        },
    )
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, server=server))
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    with subprocess.Popen(command) as process:
        try:
            _wait_until_it_answers(f"https://{address}/", ca_pem, process, folder / "error.log")
            yield MinioServer(address, True, ca_pem, process.pid)
        finally:
            process.terminate()


def _wait_until_it_answers(url: str, ca_pem: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    with urllib3.PoolManager(ssl_context=client_tls(ca_pem), retries=False) as pool:
        for _ in range(300):
            assert process.poll() is None, log.read_text()
            try:
                assert pool.request("GET", url).status == 403
                return
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
    raise AssertionError(f"nginx does not answer: {log.read_text()}")
