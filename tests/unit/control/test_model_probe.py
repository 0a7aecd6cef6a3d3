"""When a bundle is probed, what is believed, and what is news."""

import json
from typing import Any

import pytest

from builders import DIGEST, IMAGE, NOON, a_job, a_model, a_pod
from voxpod_crds.conditions import Condition, Reason
from voxpod_crds.sandbox_protocol import Failure, Report, Timings, termination_message
from voxpod_crds.speech_model import SpeechModel
from voxpod_operator.cluster.sandboxes import JobView, PodView
from voxpod_operator.policy import bundle_facts
from voxpod_operator.policy import model_probe as steps
from voxpod_operator.policy.model_probe import next_probe_step, probe_name
from voxpod_operator.policy.tenancy import Verdict

OTHER_DIGEST = "sha256:" + "cd" * 32
FACTS = json.dumps({"digest": "ab" * 32, "voices": ["a"], "languages": ["en"], "sample_rate": 24000})
BROKEN = termination_message(Report("", Timings(), failure=Failure("infrastructure", "BundleInvalid", "x is missing")))


def with_spec(model: SpeechModel, **spec: Any) -> SpeechModel:
    """The model after an edit: a new generation, the status as it was."""
    edited = a_model(ready=False, **spec)
    meta = edited.metadata.model_copy(update={"generation": 2})
    return edited.model_copy(update={"status": model.status, "metadata": meta})


def not_ready(reason: Reason, *, generation: int = 1, **spec: Any) -> SpeechModel:
    model = a_model(ready=False, **spec)
    condition = Condition(
        type="Ready", status="False", reason=reason, last_transition_time=NOON, observed_generation=generation
    )
    return model.model_copy(update={"status": model.status.model_copy(update={"conditions": [condition]})})


def a_probe(**fields: Any) -> JobView:
    return a_job("probe-uid-kokoro-0123456789abcdef", role="probe", **fields)


def its_pod(**fields: Any) -> PodView:
    return a_pod("probe-uid-kokoro-0123456789abcdef", **fields)


READY, NEW = a_model(), a_model(ready=False)
EDITS: list[Any] = [
    pytest.param({"warmPool": {"maxSandboxes": 40}}, IMAGE, True, True, id="more sandboxes"),
    pytest.param({"default": True}, IMAGE, True, True, id="the default"),
    pytest.param({"resources": {"cpu": "2"}}, IMAGE, True, True, id="more room"),
    pytest.param({"defaultVoice": "af_heart"}, IMAGE, True, True, id="another default voice"),
    pytest.param({}, "inference:2", False, True, id="another image"),
    pytest.param({"nodeSelector": {"pool": "speech"}}, IMAGE, False, True, id="other nodes"),
    pytest.param({"tolerations": [{"operator": "Exists"}]}, IMAGE, False, True, id="more nodes"),
    pytest.param({"digest": OTHER_DIGEST}, IMAGE, False, False, id="another digest"),
    pytest.param({"path": "/models/other"}, IMAGE, False, False, id="another source"),
    pytest.param({"engine": "cosyvoice"}, IMAGE, False, False, id="another engine"),
    pytest.param({"flowSteps": 5}, IMAGE, False, False, id="a number of steps, which the bundle may not take"),
]


@pytest.mark.parametrize(("spec", "image", "known", "stays_ready"), EDITS)
def test_a_probe_is_needed_when_what_it_reads_changed(
    spec: dict[str, Any], image: str, known: bool, stays_ready: bool
) -> None:
    edited = with_spec(READY, **spec)
    step = next_probe_step(edited, image, None, None, NOON)
    assert step == (steps.Known() if known else steps.StartProbe(news=not stays_ready))
    assert bundle_facts.in_use(edited) == stays_ready
    assert bundle_facts.are_true(edited) == stays_ready


def test_the_probe_of_another_reading_or_another_size_is_another_job() -> None:
    models = [a_model(**spec) for spec in ({}, {"digest": OTHER_DIGEST}, {"resources": {"cpu": "2"}}, {"path": "/m/x"})]
    names = {probe_name(model, image) for model in models for image in (IMAGE, "inference:2")}
    assert len(names) == 8
    assert probe_name(a_model(), IMAGE) == probe_name(a_model(warmPool={"maxSandboxes": 3}), IMAGE)


STEPS: list[Any] = [
    pytest.param(NEW, None, None, steps.StartProbe(news=True), id="new"),
    pytest.param(not_ready(Reason.BUNDLE_INVALID), None, None, steps.StartProbe(news=False), id="once more"),
    pytest.param(
        not_ready(Reason.BUNDLE_INVALID, generation=0),
        None,
        None,
        steps.StartProbe(news=True),
        id="edited after failing",
    ),
    pytest.param(not_ready(Reason.UNREADABLE), None, None, steps.StartProbe(news=True), id="readable again"),
    pytest.param(NEW, a_probe(), its_pod(), steps.Probing(""), id="the probe runs"),
    pytest.param(NEW, a_probe(age=9), None, steps.Probing("probe-uid-kokoro-0123456789abcdef"), id="no pod"),
    pytest.param(NEW, a_probe(age=9), its_pod(), steps.Probing("pod-1"), id="its pod does not start"),
    pytest.param(
        NEW,
        a_probe(age=9),
        its_pod(unschedulable="0/3 nodes"),
        steps.Distrust(Verdict(False, Reason.SANDBOX_UNSCHEDULABLE, "0/3 nodes"), False),
        id="no node has room",
    ),
    pytest.param(
        NEW,
        a_probe(finished=True),
        its_pod(phase="Failed", termination_message=BROKEN),
        steps.Distrust(Verdict(False, Reason.BUNDLE_INVALID, "x is missing"), False),
        id="the bundle is broken",
    ),
    pytest.param(
        NEW,
        a_probe(age=31, finished=True),
        its_pod(phase="Failed", exit_code=1),
        steps.Distrust(
            Verdict(
                False,
                Reason.SANDBOX_LOST,
                "pod probe-uid-kokoro-0123456789abcdef ended without a result: no reason given, exit code 1",
            ),
            True,
        ),
        id="its pod's name, new each time, is not told",
    ),
]


@pytest.mark.parametrize(("model", "job", "pod", "expected"), STEPS)
def test_step(model: SpeechModel, job: JobView | None, pod: PodView | None, expected: Any) -> None:
    assert next_probe_step(model, IMAGE, job, pod, NOON) == expected


def test_what_the_probe_read_is_believed() -> None:
    step = next_probe_step(NEW, IMAGE, a_probe(), its_pod(phase="Succeeded", termination_message=FACTS), NOON)
    assert isinstance(step, steps.Believe)
    assert DIGEST.endswith(step.facts.digest)


@pytest.mark.parametrize(
    ("asked", "found", "believed"),
    [
        pytest.param(None, "toy", True, id="no engine is asked for"),
        pytest.param("toy", "toy", True, id="the engine that is asked for"),
        pytest.param("toy", "", True, id="a probe of an older version does not say"),
        pytest.param("other", "toy", False, id="another engine"),
    ],
)
def test_a_bundle_for_another_engine_than_the_spec_names_is_not_used(
    asked: str | None, found: str, believed: bool
) -> None:
    facts = json.dumps(json.loads(FACTS) | {"engine": found})
    model = a_model(ready=False, **({"engine": asked} if asked else {}))
    step = next_probe_step(model, IMAGE, a_probe(), its_pod(phase="Succeeded", termination_message=facts), NOON)
    if believed:
        assert isinstance(step, steps.Believe)
    else:
        said = "the bundle is for engine toy, spec.engine asks for other"
        assert step == steps.Distrust(Verdict(False, Reason.BUNDLE_INVALID, said), False)


@pytest.mark.parametrize(
    ("pod", "verdict"),
    [
        pytest.param({"phase": "Failed", "reason": "Evicted"}, None, id="evicted"),
        pytest.param({"unschedulable": "0/1 nodes"}, None, id="no room until its deadline"),
        pytest.param(
            {"phase": "Failed", "termination_message": BROKEN},
            Verdict(False, Reason.BUNDLE_INVALID, "x is missing"),
            id="the bundle is broken",
        ),
        pytest.param(
            {"waiting_reason": "InvalidImageName", "waiting_message": "typo"},
            Verdict(False, Reason.IMAGE_PULL_FAILED, "InvalidImageName: typo"),
            id="no such image",
        ),
    ],
)
def test_a_model_in_use_is_closed_by_a_word_about_bundle_or_image_only(
    pod: dict[str, Any], verdict: Verdict | None
) -> None:
    step = next_probe_step(READY, "inference:2", a_probe(age=121, finished=True), its_pod(**pod), NOON)
    assert step == steps.Distrust(verdict, True)


def test_a_stuck_probe_does_not_trouble_a_model_in_use() -> None:
    assert next_probe_step(READY, "inference:2", a_probe(age=60), its_pod(), NOON) == steps.Probing("")
