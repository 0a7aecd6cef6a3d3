"""`python -m voxpod_operator`: run in a pod of the cluster."""

import asyncio
import logging
import os
import signal
import ssl
import sys
from collections.abc import Callable, Iterator

import kopf
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config.incluster_config import load_incluster_config
from pydantic import ValidationError

from voxpod_operator import logs
from voxpod_operator.app import LeadershipLost, Operator, assemble
from voxpod_operator.errors import OperatorError
from voxpod_operator.settings import OperatorSettings

logger = logging.getLogger("voxpod_operator")

SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"


def main() -> None:
    """Exit 0 when told to stop, 1 when a part failed, 2 when a setting is wrong."""
    logs.configure("INFO")
    try:
        settings = OperatorSettings()
    except ValidationError as error:
        for e in error.errors(include_input=False):
            name = f"VOXPOD_{'_'.join(str(p) for p in e['loc']).upper()}"
            logger.critical("setting is wrong", extra={"setting": name, "error": e["msg"]})
        sys.exit(2)
    logs.configure(settings.log_level)
    sys.exit(asyncio.run(_run(settings)))


async def _run(settings: OperatorSettings) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    code = 0
    try:
        await _operator(settings).run(stop)
    except* (LeadershipLost, OperatorError, OSError) as failed:
        code = 1
        for error in _leaves(failed):
            logger.error("operator ends", extra={"error": f"{type(error).__name__}: {error}"})
    return code


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _operator(settings: OperatorSettings) -> Operator:
    configuration = Configuration()
    configuration.disable_strict_ssl_verification = True  # see _ApiServer
    load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    return assemble(
        settings,
        ApiClient(configuration),
        _in_cluster_login(os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]),
    )


class _ApiServer(kopf.ConnectionInfo):
    """TLS as Go clients do it: the chain and the name are checked, but not that each certificate has every extension of
    RFC 5280. Python 3.13 asks for that, and would refuse clusters whose CA is older than the habit (no keyUsage, no
    authority key identifier)."""

    def as_ssl_context(self) -> ssl.SSLContext:
        context = super().as_ssl_context()
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context


def _in_cluster_login(host: str, port: str) -> Callable[..., kopf.ConnectionInfo]:
    """Kopf's own service account login asks DNS for the API server; the environment names its address."""

    def login(**_: object) -> kopf.ConnectionInfo:
        with open(f"{SERVICE_ACCOUNT_DIR}/token", encoding="utf-8") as file:
            token = file.read().strip()
        return _ApiServer(
            server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
            ca_path=f"{SERVICE_ACCOUNT_DIR}/ca.crt",
            token=token,
        )

    return login


if __name__ == "__main__":
    main()
