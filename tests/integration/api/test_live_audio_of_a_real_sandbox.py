"""From an HTTP call to a voice that is heard while it speaks: facade, operator and sandbox program are real, the model too."""

import io
import json
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from kmock import Server

from facade_harness import Served, served_world
from kube_emulator import KubeEmulator
from loopback_ports import free_port
from operator_harness import a_world
from real_sandbox import RealSandboxes
from session_folder import session_folder
from voxpod_crds.tts_request import Phase
from voxpod_inference.engines.kokoro_source import default_folder, fetch_kokoro
from voxpod_inference.prepare import prepare

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

TEXT = (
    "The north wind and the sun disputed which was the stronger, when a traveler came along wrapped in a warm cloak. "
    "They agreed that the one who first succeeded in making him take his cloak off should be considered stronger."
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spoken(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Served, RealSandboxes]]:
    """A facade beside an operator; each request has a process of its own."""
    bundle, folder = fetch_kokoro(default_folder(), lambda _: None), tmp_path_factory.mktemp("live")
    with session_folder(tmp_path_factory, "prepared") as weights:
        prepare(bundle, weights, lambda _: None)
    async with (
        KubeEmulator() as kube,
        Server(kube),
        a_world(kube, folder, free_port()) as world,
        served_world(world, folder) as served,
    ):
        world.store.takes = f"{world.store.public}/"
        world.kubelet = sandboxes = RealSandboxes(bundle, weights, folder)
        yield served, sandboxes


async def test_first_sound_leaves_while_the_rest_is_spoken(spoken: tuple[Served, RealSandboxes]) -> None:
    served, _ = spoken
    body = {"model": "tts-1", "voice": "af_heart", "input": TEXT, "response_format": "pcm"}

    async with served.post("/v1/audio/speech", body) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["x-voxpod-live"] == "true"
        first = await answer.content.readany()
        (request,) = served.requests()
        assert request["status"]["phase"] == Phase.RUNNING
        rest = await answer.content.read()

    heard = np.frombuffer(first + rest, "<i2")
    (request,) = served.requests()
    stored, _ = soundfile.read(
        io.BytesIO(next(iter(served.world.store.objects.values()))), dtype="int16",
        format="RAW", subtype="PCM_16", samplerate=24_000, channels=1,
    )  # fmt: skip
    assert request["status"]["phase"] == Phase.SUCCEEDED
    assert len(heard) == pytest.approx(len(stored), abs=24_000)
    assert json.dumps(request["status"]).count("live") == 0
