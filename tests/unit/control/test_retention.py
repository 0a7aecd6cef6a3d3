"""How long things stay: the Tenant's word, else the chart's."""

from datetime import timedelta
from typing import Any

import pytest

from builders import NOON
from voxpod_crds.base import ObjectMeta
from voxpod_crds.tenant import Tenant, TenantStatus
from voxpod_operator.cluster.reading import AnyTenant, UnreadableTenant
from voxpod_operator.policy.retention import audio_stays, request_stays


def a_tenant(**retention: Any) -> Tenant:
    return Tenant.model_validate(
        {"metadata": {"name": "acme"}, "spec": {"namespaces": ["acme"], "retention": retention}}
    )


UNREADABLE = UnreadableTenant(
    metadata=ObjectMeta(name="acme", creation_timestamp=NOON), problem="?", namespaces=["acme"], status=TenantStatus()
)


@pytest.mark.parametrize(
    ("tenant", "default", "stays"),
    [
        pytest.param(a_tenant(request="90m"), "24h", timedelta(minutes=90), id="the tenant's word"),
        pytest.param(a_tenant(request="90m"), "", timedelta(minutes=90), id="the tenant's word alone"),
        pytest.param(a_tenant(), "24h", timedelta(days=1), id="the chart's"),
        pytest.param(a_tenant(), "", None, id="nobody's"),
        pytest.param(None, "24h", timedelta(days=1), id="the tenant is gone"),
        pytest.param(UNREADABLE, "24h", None, id="the tenant may say more than can be read"),
    ],
)
def test_request_stays(tenant: AnyTenant | None, default: str, stays: timedelta | None) -> None:
    assert request_stays(tenant, default) == stays


@pytest.mark.parametrize(
    ("tenant", "default", "stays"),
    [
        pytest.param(a_tenant(audio="7d"), "30d", timedelta(days=7), id="the tenant's word"),
        pytest.param(a_tenant(), "30d", timedelta(days=30), id="the chart's"),
        pytest.param(a_tenant(), "", None, id="nobody's"),
        pytest.param(None, "30d", None, id="the tenant is gone: nobody decides over its audio"),
        pytest.param(UNREADABLE, "30d", None, id="the tenant may say more than can be read"),
    ],
)
def test_audio_stays(tenant: AnyTenant | None, default: str, stays: timedelta | None) -> None:
    assert audio_stays(tenant, default) == stays
