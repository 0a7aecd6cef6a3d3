"""`python -m voxpod_api`: run in a pod of the cluster."""

import asyncio
import logging
import signal
import sys

from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config.incluster_config import load_incluster_config
from pydantic import ValidationError

from voxpod_api import logs
from voxpod_api.app import assemble
from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.settings import ApiSettings

logger = logging.getLogger("voxpod_api")


def main() -> None:
    """Exit 0 when told to stop, 1 when a part failed, 2 when a setting or file of credentials is wrong."""
    try:
        settings = ApiSettings()
    except ValidationError as error:
        problems = "\n".join(
            f"  VOXPOD_API_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}"
            for e in error.errors(include_input=False)
        )
        print(f"voxpod-api: settings are wrong:\n{problems}", file=sys.stderr)
        sys.exit(2)
    logs.configure(settings.log_level)
    try:
        asyncio.run(_run(settings))
    except CredentialsProblem as problem:
        logger.error("facade ends", extra={"error": str(problem)})
        sys.exit(2)


async def _run(settings: ApiSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    configuration = Configuration()
    # TLS as Go clients do it: without what RFC 5280 asks for beyond chain and name, which older cluster CAs lack
    configuration.disable_strict_ssl_verification = True
    load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    await assemble(settings, ApiClient(configuration)).run(stop)


if __name__ == "__main__":
    main()
