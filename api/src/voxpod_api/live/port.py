"""Where this process hears sandboxes: its address and certificate, and what a TTSRequest says of them."""

import ssl
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address

from voxpod_api.live.certificate import live_tls
from voxpod_api.live.listening import LiveListener, LiveListeners
from voxpod_api.settings import ApiSettings
from voxpod_crds.live_audio import PATH, Listener, signed

EXIT_SECONDS = 60
"""After its deadline a request has ended, whatever happened."""


class LivePort:
    """One for the process."""

    def __init__(self, settings: ApiSettings) -> None:
        self._secret = settings.live_secret.get_secret_value()
        self._life = settings.queue_seconds + settings.deadline_seconds + EXIT_SECONDS
        address = ip_address(settings.live_address)
        host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        self._url = f"https://{host}:{settings.live_port}{PATH}"
        self.tls: ssl.SSLContext
        self.tls, self._ca_pem = live_tls(settings.live_address, datetime.now(UTC))
        self.listeners = LiveListeners(self._secret)

    def annotation(self, namespace: str, name: str, listener: LiveListener) -> str:
        """Says on the request of that name who listens to it."""
        until = int(datetime.now(UTC).timestamp()) + self._life
        return signed(self._secret, namespace, name, Listener(self._url + listener.name, self._ca_pem, until))


def live_port(settings: ApiSettings) -> LivePort | None:
    """None where live audio is off."""
    return LivePort(settings) if settings.live_secret.get_secret_value() else None
