"""What becomes of an object that another version wrote: as much as can be read, and never an error."""

from typing import Any

import pytest

from resource_bodies import Json, a_model_body, a_request_body, a_tenant_body
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant
from voxpod_crds.tts_request import Phase, TTSRequest
from voxpod_operator.cluster.ended import EndedRequest
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT, TTS_REQUEST
from voxpod_operator.cluster.reading import Request, UnreadableModel, UnreadableRequest, UnreadableTenant, parse


def a_request(status: Json | None = None, **spec: Any) -> Request:
    body = a_request_body("hello", **spec)
    body["metadata"]["namespace"] = "acme"
    found = parse(TTS_REQUEST, {**body, "status": status or {}})
    assert isinstance(found, Request)
    return found


def test_what_can_be_read_is_read() -> None:
    assert isinstance(a_request(), TTSRequest)
    assert isinstance(parse(TENANT, a_tenant_body()), Tenant)
    assert isinstance(parse(SPEECH_MODEL, a_model_body()), SpeechModel)


@pytest.mark.parametrize("rest", [{}, {"attempt": 0}, {"audio": {"bytes": "many"}}, {"emotion": "happy"}])
def test_what_ended_has_ended_whatever_else_its_status_says(rest: Json) -> None:
    assert isinstance(a_request({"phase": "Succeeded", **rest}), EndedRequest)
    assert isinstance(a_request({"phase": "Failed", **rest}, emotion="happy"), EndedRequest)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        pytest.param({"format": "aac"}, "spec.format: ", id="a value"),
        pytest.param({"emotion": "happy"}, "spec.emotion: this version does not know the field", id="a field"),
        pytest.param({"lexicon": "none"}, "spec.lexicon: ", id="a type"),
    ],
)
def test_a_request_that_cannot_be_read_names_the_field(spec: Json, problem: str) -> None:
    found = a_request({"phase": "Running", "sandbox": {"jobName": "tts-1"}}, **spec)
    assert isinstance(found, UnreadableRequest)
    assert found.problem.startswith(problem)
    assert (found.cancel, found.deadline_seconds, found.may_be_written) == (False, 600, True)
    assert found.status.sandbox is not None
    assert found.status.phase == Phase.RUNNING


@pytest.mark.parametrize("deadline", [1, 10**9, "soon", 7.5, None])
def test_a_deadline_that_cannot_be_read_is_none(deadline: Any) -> None:
    found = a_request(deadlineSeconds=deadline)
    assert isinstance(found, UnreadableRequest)
    assert found.deadline_seconds is None


@pytest.mark.parametrize("cancel", [1, "yes", None, False])
def test_only_true_cancels(cancel: Any) -> None:
    found = a_request(cancel=cancel, emotion="happy")
    assert isinstance(found, UnreadableRequest)
    assert not found.cancel


def test_the_rest_of_a_status_is_read_where_one_value_cannot_be() -> None:
    found = a_request({"phase": "Archived", "tenant": "acme", "sandbox": {"jobName": "tts-1"}})
    assert isinstance(found, UnreadableRequest)
    assert not found.may_be_written
    assert found.problem.startswith("status.phase: ")
    assert found.status.phase is None
    assert found.status.tenant == "acme"
    assert found.status.sandbox is not None


def created_with(fields: Json, status: Json | None = None, **spec: Any) -> Request:
    body = a_request_body("hello", **spec)
    body["metadata"]["namespace"] = "acme"
    body["metadata"]["managedFields"] = [
        {"manager": "kubectl", "fieldsV1": {"f:spec": {".": {}, "f:text": {}, **fields}}},
        {"manager": "voxpod", "subresource": "status", "fieldsV1": {"f:status": {"f:phase": {}}}},
    ]
    found = parse(TTS_REQUEST, {**body, "status": status or {}})
    assert isinstance(found, Request)
    return found


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"f:emotion": {}}, "spec.emotion", id="a field"),
        pytest.param(
            {"f:lexicon": {'k:{"word":"a"}': {".": {}, "f:word": {}, "f:jyutping": {}}}},
            "spec.lexicon[].jyutping",
            id="a field of an item",
        ),
    ],
)
def test_a_field_that_an_older_crd_hides_is_noticed_and_no_write_makes_that_final(fields: Json, path: str) -> None:
    found = created_with(fields)
    assert isinstance(found, UnreadableRequest)
    assert found.problem == f"{path}: dropped by a CRD that is older than the request"
    assert not found.may_be_written
    cancelled = created_with(fields, cancel=True)
    assert isinstance(cancelled, UnreadableRequest)
    assert cancelled.may_be_written
    assert isinstance(created_with(fields, {"phase": "Succeeded"}), EndedRequest)


def test_a_field_that_the_crd_still_has_is_only_unknown() -> None:
    entries = [{"word": "a", "sayAs": "b"}, {"word": "b", "sayAs": "c", "jyutping": "d"}]
    of_item = {'k:{"word":"b"}': {"f:word": {}, "f:jyutping": {}}}
    found = created_with({"f:emotion": {}, "f:lexicon": of_item}, emotion="happy", lexicon=entries)
    assert isinstance(found, UnreadableRequest)
    assert found.may_be_written


def test_fields_that_this_version_has_are_no_loss() -> None:
    lexicon = {".": {}, 'k:{"word":"a"}': {".": {}, "f:word": {}, "f:sayAs": {}}}
    assert isinstance(created_with({"f:lexicon": lexicon, "f:voice": {}}), TTSRequest)


@pytest.mark.parametrize(
    ("spec", "namespaces"),
    [
        pytest.param({"namespaces": ["a", "b"], "gpu": 1}, ["a", "b"], id="a field"),
        pytest.param({"namespaces": ["a", {"name": "b"}]}, ["a"], id="another form of a namespace"),
        pytest.param({"namespaces": {"a": {}}}, [], id="another form of the list"),
        pytest.param({"namespaces": ["Not a name"]}, ["Not a name"], id="a name that is none"),
        pytest.param({"namespaces": []}, [], id="none"),
    ],
)
def test_a_tenant_that_cannot_be_read_has_its_namespaces_as_far_as_they_can_be(
    spec: Json, namespaces: list[str]
) -> None:
    body = a_tenant_body()
    found = parse(TENANT, {**body, "spec": spec, "status": {"active": 2, "waiting": "some"}})
    assert isinstance(found, UnreadableTenant)
    assert found.namespaces == namespaces
    assert (found.status.active, found.status.waiting) == (2, None)


def test_a_model_that_cannot_be_read_stays_the_default_with_what_was_read_of_it() -> None:
    found = parse(SPEECH_MODEL, {**a_model_body(digest="none"), "status": {"voices": ["a"], "idle": -1}})
    assert isinstance(found, UnreadableModel)
    assert found.default
    assert found.status.voices == ["a"]


def test_a_status_of_another_version_leaves_a_tenant_readable() -> None:
    found = parse(TENANT, {**a_tenant_body(), "status": {"active": -1, "waiting": 3}})
    assert isinstance(found, Tenant)
    assert found.status.waiting == 3
