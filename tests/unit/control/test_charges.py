"""What a request costs, however it ends."""

import pytest

from builders import NOON, a_request
from voxpod_crds.conditions import Reason
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_operator.cluster.kinds import TTS_REQUEST
from voxpod_operator.cluster.reading import Request, parse
from voxpod_operator.policy import transitions
from voxpod_operator.policy.budget import NOTHING, Totals
from voxpod_operator.policy.charges import due

HELD = Totals(1, 6, 0.536)


def running(*, claimed: bool = True, assigned: bool = True) -> TTSRequest:
    sandbox = {"jobName": "j", **({"podName": "p", "podUid": "u"} if claimed else {})}
    held = {"characters": 6, "audioSeconds": 0.536}
    status = {"phase": "Running", "tenant": "acme", **({"sandbox": sandbox, "usage": held} if assigned else {})}
    return a_request(status=status)


def stored(request: TTSRequest) -> Request:
    return parse(TTS_REQUEST, request.to_wire())  # type: ignore[return-value]


def ended(request: TTSRequest, phase: Phase, reason: Reason) -> Request:
    status = transitions.fail(request, reason, "why", NOON, phase)
    return stored(request.model_copy(update={"status": status}))


@pytest.mark.parametrize(
    ("request_", "phase", "reason", "charge"),
    [
        (running(), Phase.FAILED, Reason.INPUT_REFUSED, Totals(1)),
        (running(), Phase.FAILED, Reason.TEXT_EMPTY, Totals(1)),
        (running(), Phase.FAILED, Reason.ENGINE_FAILED, NOTHING),
        (running(), Phase.FAILED, Reason.SANDBOX_LOST, NOTHING),
        (running(), Phase.FAILED, Reason.DEADLINE_EXCEEDED, NOTHING),
        (running(), Phase.CANCELLED, Reason.CANCELLED, HELD),
        (running(claimed=False), Phase.CANCELLED, Reason.CANCELLED, NOTHING),
        (running(assigned=False), Phase.CANCELLED, Reason.CANCELLED, NOTHING),
        (running(assigned=False), Phase.FAILED, Reason.DEADLINE_EXCEEDED, NOTHING),
    ],
)
def test_an_end_without_audio(request_: TTSRequest, phase: Phase, reason: Reason, charge: Totals) -> None:
    assert due(ended(request_, phase, reason)).of("acme") == charge


@pytest.mark.parametrize(
    ("request_", "charge"),
    [(running(), HELD), (running(claimed=False), NOTHING), (running(assigned=False), NOTHING)],
)
def test_deleting_costs_what_cancelling_does(request_: TTSRequest, charge: Totals) -> None:
    assert due(stored(request_)).of("acme") == charge


def test_who_did_not_have_it_served_pays_nothing() -> None:
    assert due(ended(running(), Phase.CANCELLED, Reason.CANCELLED)).of("globex") == NOTHING
