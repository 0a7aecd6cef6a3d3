"""What a scrape of a replica tells."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from resource_bodies import a_stored_request
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.view import ClusterView
from voxpod_operator.health import Health, health_app
from voxpod_operator.resync import WatchHealth


@pytest.mark.parametrize(("leading", "told"), [(True, 1.0), (False, 0.0)], ids=["leader", "follower"])
async def test_requests_are_counted_once_however_many_replicas_know_them(leading: bool, told: float) -> None:
    view = ClusterView()
    view.observe(TTS_REQUEST, a_stored_request(1, "Running"))
    health = Health(view, WatchHealth(), lambda: leading, 10)
    async with TestClient(TestServer(health_app(health))) as client:
        scraped = await (await client.get("/metrics")).text()
    assert f'voxpod_requests{{phase="Running"}} {told}' in scraped
