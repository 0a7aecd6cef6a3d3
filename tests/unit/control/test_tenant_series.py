"""Metric series by tenant: the oldest have their own, nobody else's name becomes a label, and what is gone leaves none."""

from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from builders import a_request, a_tenant, an_assigned_request
from voxpod_operator import metrics, tenant_series
from voxpod_operator.cluster.kinds import TENANT, TTS_REQUEST
from voxpod_operator.cluster.view import ClusterView
from voxpod_operator.tenant_series import OTHER, label_of, own_series, refresh


@pytest.fixture
def view() -> ClusterView:
    """Tenants t0 (the oldest) to t4, each of the namespace of its name."""
    made = ClusterView()
    for number in range(5):
        tenant = a_tenant(f"t{number}", name=f"t{number}", age=100.0 - number)
        made.observe(TENANT, tenant.to_wire())
    return made


@pytest.fixture(autouse=True)
def no_series_left() -> Iterator[None]:
    yield
    for metric in (metrics.TTS_REQUESTS, metrics.TTS_QUEUE, metrics.QUOTA_REMAINING):
        metric.clear()


def series(metric: str) -> dict[tuple[str, ...], float]:
    found = (m for m in REGISTRY.collect() if m.name == metric)
    return {tuple(s.labels.values()): s.value for m in found for s in m.samples if not s.name.endswith("_created")}


def test_the_oldest_have_series_of_their_own(view: ClusterView) -> None:
    own = own_series(view, 2)
    assert [label_of(name, own) for name in ("t0", "t1", "t2", "nobody", None)] == ["t0", "t1", OTHER, OTHER, OTHER]


def test_a_tenant_named_other_is_one_of_the_others() -> None:
    view = ClusterView()
    view.observe(TENANT, a_tenant("x", name=OTHER).to_wire())
    assert own_series(view, 10) == frozenset()
    metrics.TTS_REQUESTS.labels(tenant=OTHER, status="Failed").inc()
    tenant_series.forget(OTHER)
    assert series("tts_request") == {(OTHER, "Failed"): 1.0}


def test_series_of_a_deleted_tenant_go() -> None:
    for name in ("gone", "stays"):
        metrics.TTS_REQUESTS.labels(tenant=name, status="Failed").inc()
        metrics.TTS_REQUESTS.labels(tenant=name, status="Succeeded").inc()
    tenant_series.forget("gone")
    tenant_series.forget("never there")
    assert set(series("tts_request")) == {("stays", "Failed"), ("stays", "Succeeded")}


def test_queue_lengths_are_the_leaders_and_sum_to_what_waits(view: ClusterView) -> None:
    for number, namespace in enumerate(["t0", "t0", "t3", "t4", "nobody's"]):
        view.observe(TTS_REQUEST, a_request(name=f"r{number}", namespace=namespace).to_wire())
    view.observe(TTS_REQUEST, an_assigned_request(name="runs", namespace="t0").to_wire())
    refresh(view, 2, leading=True)
    assert series("tts_queue_length") == {("t0",): 2.0, ("t1",): 0.0, (OTHER,): 3.0}
    refresh(view, 2, leading=False)
    assert series("tts_queue_length") == {}


def test_what_a_quota_leaves_is_told_where_there_is_a_limit() -> None:
    view = ClusterView()
    limits = {"requestsPerDay": 10, "audioSecondsPerDay": 600}
    tenant = a_tenant(name="acme").to_wire()
    tenant["spec"]["quota"] = limits
    tenant["status"] = {"remaining": {"requests": 4, "audioSeconds": 12.5}}
    view.observe(TENANT, tenant)
    refresh(view, 10, leading=True)
    assert series("quota_remaining") == {("acme", "requests"): 4.0, ("acme", "audio_seconds"): 12.5}
