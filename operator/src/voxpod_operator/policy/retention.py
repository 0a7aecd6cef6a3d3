"""How long what a request leaves behind is kept: as its Tenant says, else as the chart does. Pure."""

from datetime import timedelta

from voxpod_crds.tenant import Tenant
from voxpod_operator.cluster.reading import AnyTenant

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def request_stays(tenant: AnyTenant | None, default: str) -> timedelta | None:
    """How long an ended TTSRequest stays in the cluster; None: until somebody deletes it.

    So it is for a Tenant that cannot be read: it may ask for longer.
    """
    if tenant is not None and not isinstance(tenant, Tenant):
        return None
    return _parse((tenant.spec.retention.request if tenant is not None else None) or default)


def audio_stays(tenant: AnyTenant | None, default: str) -> timedelta | None:
    """How long audio stays in the store; None: as long as the store keeps it. So it is without a Tenant, too."""
    if not isinstance(tenant, Tenant):
        return None
    return _parse(tenant.spec.retention.audio or default)


def _parse(duration: str) -> timedelta | None:
    """Of `72h`; None of an empty text."""
    return timedelta(**{_UNITS[duration[-1]]: int(duration[:-1])}) if duration else None
