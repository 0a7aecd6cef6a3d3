"""An image that the node does not have and cannot get: said on the SpeechModel, and nothing lost once it is put right."""

import pytest

from kube_api import VOXPOD
from stray_sandboxes import jobs_policy_lifted
from voxpod_client import Voxpod
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase

pytestmark = pytest.mark.e2e

TEAM = "team-a"
ABSENT = "127.0.0.1:1/inference:not-there"
"""A registry that refuses the node at once: a name would cost the resolver's patience first."""


@pytest.mark.parametrize(
    ("policy", "says"), [("Never", ("ErrImageNeverPull",)), ("IfNotPresent", ("ErrImagePull", "ImagePullBackOff"))]
)
def test_model_names_the_image_and_its_requests_wait_until_it_is_right(
    voxpod: Voxpod, policy: str, says: tuple[str, ...]
) -> None:
    # the fence would refuse another image than the chart's, which a chart with this one would let through
    with jobs_policy_lifted(voxpod), voxpod.operator_with(SANDBOX_IMAGE=ABSENT, SANDBOX_IMAGE_PULL_POLICY=policy):
        told = voxpod.wait_ready(f"{VOXPOD}/speechmodels/kokoro", "False", Reason.IMAGE_PULL_FAILED)
        assert ABSENT in told
        assert any(said in told for said in says)
        asked = voxpod.ask(TEAM, "Better late than never.")

        def waits() -> bool:
            conditions = voxpod.look(asked).status.conditions
            return bool(conditions) and "ImagePullFailed" in conditions[-1].message

        voxpod.until(waits, "the request says what it waits for", explain=lambda: voxpod.diagnosis(asked))
        assert voxpod.jobs_of(asked) == []

    spoken = voxpod.wait(asked, Phase.SUCCEEDED)

    assert spoken.status.attempt == 1
    assert voxpod.keys(f"{TEAM}/{asked.uid}") == [f"{TEAM}/{asked.uid}.wav"]
