"""The chain of checks: who is heard first, and what a person reads."""

import dataclasses
from typing import Any

import pytest

from builders import NOON, a_model, a_request, a_tenant
from voxpod_crds.conditions import Reason
from voxpod_crds.tenant import TenantStatus
from voxpod_operator.cluster.kinds import SPEECH_MODEL, TENANT
from voxpod_operator.cluster.reading import UnreadableModel, UnreadableTenant
from voxpod_operator.policy.admission import Admit, Reject, Snapshot, Wait, decide, no_room
from voxpod_operator.policy.grounds import _RESTS_ON, grounds_of


def seen(**changes: Any) -> Snapshot:
    base = Snapshot(
        request=a_request(),
        tenant=a_tenant(),
        tenant_problem="",
        model=a_model(),
        now=NOON,
    )
    return dataclasses.replace(base, **changes)


@pytest.mark.parametrize(
    "spec",
    [
        {"format": "opus", "sampleRate": 48000},
        {"ssml": True, "text": "<speak>Hi</speak>"},
        {"text": "a <lang=zh>b</lang>"},
        {"timestamps": "word"},
        {"seed": 7},
        {"lexicon": [{"word": "a", "sayAs": "b"}]},
    ],
)
def test_every_field_of_a_request_is_honoured(spec: dict[str, Any]) -> None:
    assert isinstance(decide(seen(request=a_request(**spec))), Admit)


def test_a_plain_request_is_admitted_and_leaves_the_voice_to_the_bundle() -> None:
    decision = decide(seen())
    assert isinstance(decision, Admit)
    assert decision.voice == ""


FAST = a_model(name="fast", voices=("a", "b"), languages=("en",), mixes_voices=False, tells_words=False)
"""A model that can do less than others."""

REJECTED = [
    pytest.param({"tenant": None}, Reason.NAMESPACE_WITHOUT_TENANT, "namespace acme", id="no tenant"),
    pytest.param({"model": None}, Reason.MODEL_NOT_FOUND, "spec.default", id="no default model"),
    pytest.param(
        {"model": None, "request": a_request(model="bark")}, Reason.MODEL_NOT_FOUND, "bark", id="unknown model"
    ),
    pytest.param(
        {"request": a_request(" \n\u200b")}, Reason.TEXT_EMPTY, "spec.text", id="only spaces and a zero-width space"
    ),
    pytest.param(
        {"request": a_request("x" * 11), "tenant": a_tenant(quota={"maxTextLength": 10})},
        Reason.TEXT_TOO_LONG,
        "11 characters",
        id="too long",
    ),
    pytest.param(
        {"request": a_request("x" * 11), "tenant": a_tenant(quota={"charactersPerDay": 20})},
        Reason.EXCEEDS_HALF_OF_DAILY_QUOTA,
        "the request asks for 11 characters, Tenant acme allows 20 a day, of which one request may take half",
        id="more than half of a day",
    ),
    pytest.param(
        {"tenant": a_tenant(quota={"requestsPerDay": 10, "timeZone": "Asia/Taipei"}, used={"requests": 10})},
        Reason.DAILY_QUOTA_EXCEEDED,
        "Tenant acme: 10 of 10 requests of this day are used, and the request asks for 1; the next day begins at"
        " 2026-11-25T00:00:00+08:00 (Asia/Taipei)",
        id="the day's requests are used up",
    ),
    pytest.param(
        {"tenant": a_tenant(allowedModels=["other"])}, Reason.MODEL_NOT_ALLOWED, "not kokoro", id="model not allowed"
    ),
    pytest.param(
        {"request": a_request(voice="zf_xiaobei"), "tenant": a_tenant(allowedVoices=["af_heart"])},
        Reason.VOICE_NOT_ALLOWED,
        "af_heart",
        id="voice not allowed",
    ),
    pytest.param(
        {"request": a_request(voice="af_heart(2)+zf_xiaobei"), "tenant": a_tenant(allowedVoices=["af_heart"])},
        Reason.VOICE_NOT_ALLOWED,
        "not zf_xiaobei (in af_heart(2)+zf_xiaobei)",
        id="a voice of the mix not allowed",
    ),
    pytest.param(
        {"request": a_request(voice="af_heart(2)+zf_xiaobie(0.5)")},
        Reason.VOICE_NOT_FOUND,
        "no voice zf_xiaobie (in af_heart(2)+zf_xiaobie(0.5)); did you mean zf_xiaobei?",
        id="misspelt voice of a mix",
    ),
    pytest.param(
        {"request": a_request(voice="af_hart")}, Reason.VOICE_NOT_FOUND, "did you mean af_heart?", id="misspelt voice"
    ),
    pytest.param({"request": a_request(language="ko")}, Reason.LANGUAGE_NOT_SUPPORTED, "en, zh, ja", id="language"),
    pytest.param(
        {"request": a_request(language="zh-CN"), "model": FAST, "models": [FAST, a_model(), a_model(name="other")]},
        Reason.LANGUAGE_NOT_SUPPORTED,
        "SpeechModel fast cannot speak zh-CN; it speaks en; set spec.model to kokoro or other",
        id="a language that other models speak",
    ),
    pytest.param(
        {
            "request": a_request(language="zh"),
            "model": FAST,
            "models": [FAST, a_model(), a_model(name="new", ready=False)],
            "tenant": a_tenant(allowedModels=["fast", "new"]),
        },
        Reason.LANGUAGE_NOT_SUPPORTED,
        "it speaks en",
        id="a language that no model of the tenant speaks",
    ),
    pytest.param(
        {"request": a_request(voice="a+b"), "model": FAST},
        Reason.VOICE_NOT_FOUND,
        "SpeechModel fast does not mix voices; it has a, b",
        id="a mix for a model that mixes none",
    ),
    pytest.param(
        {"request": a_request(timestamps="word"), "model": FAST},
        Reason.NOT_SUPPORTED_YET,
        "spec.timestamps is word, but SpeechModel fast does not tell when words are heard; sentence is accepted",
        id="times of words from a model that tells none",
    ),
    pytest.param(
        {"request": a_request(instructions="Whisper."), "model": FAST, "models": [FAST, a_model()]},
        Reason.NOT_SUPPORTED_YET,
        "spec.instructions are given, but SpeechModel fast takes none; leave them out",
        id="instructions that no model follows",
    ),
    pytest.param(
        {
            "request": a_request(instructions="Whisper."),
            "models": [FAST, a_model(), a_model(name="actor", takes_instructions=True)],
        },
        Reason.NOT_SUPPORTED_YET,
        "SpeechModel kokoro takes none; set spec.model to actor, or leave them out",
        id="instructions that another model follows",
    ),
    pytest.param(
        {"tenant": a_tenant(allowedVoices=["bm_lewis"])},
        Reason.VOICE_NOT_FOUND,
        "bm_lewis",
        id="none of the allowed voices exists",
    ),
]


@pytest.mark.parametrize(("changes", "reason", "said"), REJECTED)
def test_what_can_never_start_is_rejected_with_what_was_asked(
    changes: dict[str, Any], reason: Reason, said: str
) -> None:
    decision = decide(seen(**changes))
    assert isinstance(decision, Reject)
    assert decision.reason == reason
    assert said in decision.message
    assert "set spec.model" not in decision.message or "set spec.model" in said


WAITING = [
    pytest.param({"tenant_problem": "Suspended: x"}, Reason.WAITING_FOR_TENANT, id="tenant not ready"),
    pytest.param({"model": a_model(ready=False)}, Reason.WAITING_FOR_MODEL, id="model not probed"),
]


def test_what_a_probe_did_not_say_stops_nobody() -> None:
    unsaid = a_model(mixes_voices=None, tells_words=None)
    asked = a_request(voice="af_heart+zf_xiaobei", timestamps="word")
    assert isinstance(decide(seen(request=asked, model=unsaid)), Admit)


def test_instructions_go_to_a_model_that_follows_them() -> None:
    actor = a_model(takes_instructions=True)
    assert isinstance(decide(seen(request=a_request(instructions="Whisper."), model=actor)), Admit)


@pytest.mark.parametrize(("changes", "reason"), WAITING)
def test_what_resolves_by_itself_waits(changes: dict[str, Any], reason: Reason) -> None:
    decision = decide(seen(**changes))
    assert isinstance(decision, Wait)
    assert decision.reason == reason


def test_who_waits_for_a_turn_is_told_what_for_and_at_which_place_of_the_tenants_own_line() -> None:
    at_limit = no_room(a_tenant(quota={"concurrentRequests": 2}), a_model(), 2, 4)
    assert (at_limit.reason, at_limit.position) == (Reason.WAITING_FOR_CONCURRENCY, 4)
    assert at_limit.message == "Tenant acme runs 2 of 2 concurrent requests; ahead of this one in the tenant's line: 3"
    full = no_room(a_tenant(quota={"concurrentRequests": 2}), a_model(), 1, 1)
    assert (full.reason, full.message) == (Reason.WAITING_FOR_SANDBOX, "SpeechModel kokoro has no free sandbox")


def test_facts_of_another_bundle_do_not_count() -> None:
    other = a_model(digest="sha256:" + "cd" * 32)
    decision = decide(seen(model=other.model_copy(update={"status": a_model().status})))
    assert decision == Wait(
        Reason.WAITING_FOR_MODEL,
        "SpeechModel kokoro is not Ready: Probing; its Ready condition says more",
        "acme",
    )


def test_an_edit_that_the_probe_does_not_read_stops_nobody() -> None:
    model = a_model(warmPool={"maxSandboxes": 4})
    changed = model.model_copy(update={"metadata": model.metadata.model_copy(update={"generation": 2})})
    assert isinstance(decide(seen(model=changed)), Admit)


WAITED = {"phase": "Queued", "tenant": "acme", "conditions": [
    {"type": "Admitted", "status": "False", "reason": "WaitingForSandbox", "lastTransitionTime": "2026-11-24T12:00:00Z"}
]}  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "reason", "said"),
    [
        ({"tenant": None}, Reason.WAITING_FOR_TENANT, "no Tenant lists namespace acme in spec.namespaces any more"),
        ({"model": None}, Reason.WAITING_FOR_MODEL, "spec.model is not set and no SpeechModel is marked spec.default any more"),
    ],
)  # fmt: skip
def test_a_request_that_waited_is_not_rejected_for_what_may_come_back(
    missing: dict[str, Any], reason: Reason, said: str
) -> None:
    assert decide(seen(request=a_request(status=WAITED), **missing)) == Wait(reason, said, "acme")


UNREADABLE_TENANT = UnreadableTenant(
    metadata=a_tenant().metadata, problem="spec.gpu", namespaces=["acme"], status=TenantStatus()
)
UNREADABLE_MODEL = UnreadableModel(
    metadata=a_model().metadata, problem="spec.gpu", default=True, status=a_model().status
)


@pytest.mark.parametrize(
    ("changes", "reason", "said"),
    [
        (
            {"tenant": UNREADABLE_TENANT, "tenant_problem": "Unreadable: spec.gpu"},
            Reason.WAITING_FOR_TENANT,
            "Tenant acme is not Ready: Unreadable: spec.gpu",
        ),
        (
            {"model": UNREADABLE_MODEL},
            Reason.WAITING_FOR_MODEL,
            "SpeechModel kokoro is not Ready: Unreadable; its Ready condition says more",
        ),
        (
            {
                "model": a_model(nodeSelector={"pool": "a", "zone": "x"}),
                "tenant": a_tenant(sandbox={"nodeSelector": {"pool": "b", "zone": "x"}}),
            },
            Reason.WAITING_FOR_NODES,
            "SpeechModel kokoro is on nodes with pool=a, Tenant acme on nodes with pool=b",
        ),
    ],
    ids=["unreadable Tenant", "unreadable SpeechModel", "nodes apart"],
)
def test_what_an_administrator_mends_is_waited_for(changes: dict[str, Any], reason: Reason, said: str) -> None:
    assert decide(seen(**changes)) == Wait(reason, said, "acme")
    assert decide(seen(**changes, request=a_request(voice="nobody"))) == Wait(reason, said, "acme")


def test_every_rejection_names_what_it_rests_on() -> None:
    grounds = {reason: grounds_of(Reject(reason, ""), seen()) for reason in _RESTS_ON}
    rejected = {case.values[1] for case in REJECTED}
    assert grounds.keys() == rejected
    assert grounds[Reason.TEXT_TOO_LONG] == {(TENANT, "acme")}
    assert grounds[Reason.VOICE_NOT_FOUND] == {(TENANT, "acme"), (SPEECH_MODEL, "kokoro")}
    assert grounds_of(Reject(Reason.MODEL_NOT_FOUND, ""), seen(model=None)) == {(SPEECH_MODEL, "")}


VOICES = [
    pytest.param({}, {}, {}, "", id="nobody says: the bundle decides by language"),
    pytest.param({"voice": "zf_xiaobei"}, {}, {}, "zf_xiaobei", id="the request says"),
    pytest.param({"voice": "zf_xiaobei+af_heart(3)"}, {}, {}, "zf_xiaobei+af_heart(3)", id="the request mixes"),
    pytest.param(
        {"voice": "zf_xiaobei+af_heart(3)"},
        {"allowedVoices": ["af_heart", "zf_xiaobei"]},
        {"defaultVoice": "af_heart"},
        "zf_xiaobei+af_heart(3)",
        id="the request mixes what it may",
    ),
    pytest.param({}, {"allowedVoices": ["zf_xiaobei"]}, {}, "zf_xiaobei", id="the tenant may use one only"),
    pytest.param({}, {}, {"defaultVoice": "af_heart"}, "af_heart", id="the model has a default"),
    pytest.param(
        {},
        {"allowedVoices": ["zf_xiaobei"]},
        {"defaultVoice": "af_heart"},
        "zf_xiaobei",
        id="the model's default is not allowed",
    ),
    pytest.param({}, {"allowedVoices": ["gone", "af_heart"]}, {}, "af_heart", id="the first allowed one that exists"),
]


@pytest.mark.parametrize(("request_spec", "tenant_spec", "model_spec", "voice"), VOICES)
def test_voice(
    request_spec: dict[str, Any], tenant_spec: dict[str, Any], model_spec: dict[str, Any], voice: str
) -> None:
    decision = decide(
        seen(request=a_request(**request_spec), tenant=a_tenant(**tenant_spec), model=a_model(**model_spec))
    )
    assert isinstance(decision, Admit)
    assert decision.voice == voice


def test_request_waits_for_a_store_that_cannot_be_used() -> None:
    decision = decide(seen(store_problem="StoreAway: no answer"))
    assert decision == Wait(
        Reason.WAITING_FOR_STORE, "audio cannot be stored at present: StoreAway: no answer", tenant="acme"
    )


def test_what_can_never_run_does_not_wait_for_the_store() -> None:
    decision = decide(seen(store_problem="StoreAway: no answer", request=a_request(voice="nobody")))
    assert isinstance(decision, Reject)
