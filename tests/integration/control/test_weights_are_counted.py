"""Requests are counted by the weights that spoke them, so that a node without prepared ones is noticed."""

import dataclasses
from typing import get_args

import pytest

from operator_harness import running_operator
from operator_world import World
from played_sandbox import speak
from resource_bodies import a_model_body, a_request_body, a_tenant_body
from voxpod_crds.sandbox_protocol import Report, Weights, Work
from voxpod_operator import metrics
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST

COUNTED = ("plain", "prepared", "prepared-onnx")


def counts() -> dict[str, float]:
    return {weights: metrics.WEIGHTS.labels(weights)._value.get() for weights in COUNTED}


@pytest.mark.parametrize("weights", get_args(Weights))
async def test_a_spoken_request_counts_under_its_weights(world: World, weights: Weights) -> None:
    def speak_with(world: World, work: Work) -> Report:
        return dataclasses.replace(speak(world, work), weights=weights)

    before = counts()
    world.synthesize = speak_with
    await world.create(TENANT, a_tenant_body())
    await world.create(SPEECH_MODEL, a_model_body())
    async with running_operator(world):
        await world.create(TTS_REQUEST, a_request_body("hello"), "acme")
        await world.until(lambda: world.phase("hello") == "Succeeded", "success")
    assert {w: n - before[w] for w, n in counts().items()} == {w: float(w == weights) for w in COUNTED}
