"""Which nodes a sandbox may use: the SpeechModel's have the bundle, the Tenant's are the tenant's. Pure."""

from collections.abc import Mapping, Sequence

from voxpod_crds.placement import Toleration


def conflict(model: Mapping[str, str], tenant: Mapping[str, str]) -> str:
    """The label for which both node selectors ask, but for different values, so that no node can have both; or empty."""
    return next((key for key, value in sorted(tenant.items()) if model.get(key, value) != value), "")


def node_selector(model: Mapping[str, str], tenant: Mapping[str, str]) -> dict[str, str]:
    """Both must hold; the two have no `conflict`."""
    return {**model, **tenant}


def tolerations(model: Sequence[Toleration], tenant: Sequence[Toleration]) -> list[Toleration]:
    """What either of the two tolerates, each once."""
    return [*model, *(t for t in tenant if t not in model)]
