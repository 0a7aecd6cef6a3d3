"""Which model and voice a name means."""

import pytest

from facade_samples import a_catalog, a_model_json, a_tenant_json
from voxpod_api.aliases import MODEL_ALIASES, VOICE_ALIASES
from voxpod_api.errors import ApiError
from voxpod_api.openai.catalogue import models_document, voices_document
from voxpod_api.speech.choice import Aliases, choose, usable_models
from voxpod_crds.tenant import Tenant
from voxpod_crds.voices import voice_shares

ALIASES = Aliases(MODEL_ALIASES, VOICE_ALIASES)
OPENAI_VOICES = "alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse"


def tenant(**spec: object) -> Tenant:
    return Tenant.model_validate(a_tenant_json(**spec))  # type: ignore[arg-type]


KOKORO = a_model_json("kokoro", voices=("af_heart", "af_alloy", "zf_xiaobei", "echo"))
SMALL = a_model_json("small", voices=("solo",), default=False)
UNREAD = a_model_json("unread", voices=(), default=False)


@pytest.mark.parametrize(
    ("model", "voice", "chosen"),
    [
        pytest.param("tts-1", "alloy", ("kokoro", "af_alloy"), id="OpenAI's names"),
        pytest.param("tts-1-hd", "marin", ("kokoro", "af_heart"), id="a newer voice"),
        pytest.param("tts-1", "cedar", ("kokoro", None), id="an alias whose voice is not there: the model's own"),
        pytest.param("tts-1", "echo", ("kokoro", "echo"), id="a voice that is really called so"),
        pytest.param(None, None, ("kokoro", None), id="nothing named"),
        pytest.param("small", "solo", ("small", "solo"), id="ours"),
        pytest.param("kokoro", "af_heart(2)+af_alloy", ("kokoro", "af_heart(2)+af_alloy"), id="a mix"),
        pytest.param("unread", "anything", ("unread", "anything"), id="voices not read yet: the operator says"),
    ],
)
def test_names_that_are_known(model: str | None, voice: str | None, chosen: tuple[str, str | None]) -> None:
    found = choose(a_catalog(KOKORO, SMALL, UNREAD), tenant(), ALIASES, model, voice)
    assert (found.model, found.voice) == chosen


@pytest.mark.parametrize(
    ("model", "voice", "allowed", "param"),
    [
        pytest.param("gpt-4o", "alloy", {}, "model", id="unknown model"),
        pytest.param("small", "af_heart", {}, "voice", id="a voice of another model"),
        pytest.param("kokoro", "af_heart+nobody", {}, "voice", id="a mix with a stranger"),
        pytest.param("kokoro", "af_heart(0)", {}, "voice", id="no mix"),
        pytest.param("kokoro", None, {"allowedModels": ["small"]}, "model", id="model not allowed"),
        pytest.param("tts-1", None, {"allowedModels": ["small"]}, "model", id="default model not allowed"),
        pytest.param("kokoro", "af_heart", {"allowedVoices": ["af_alloy"]}, "voice", id="voice not allowed"),
    ],
)
def test_names_that_are_not_there_or_not_allowed(
    model: str, voice: str | None, allowed: dict[str, list[str]], param: str
) -> None:
    with pytest.raises(ApiError) as caught:
        choose(a_catalog(KOKORO, SMALL), tenant(**allowed), ALIASES, model, voice)
    assert (caught.value.status, caught.value.param) == (400, param)


def test_an_alias_reaches_only_voices_that_the_tenant_may_use() -> None:
    found = choose(a_catalog(KOKORO), tenant(allowedVoices=["af_heart"]), ALIASES, "tts-1", "alloy")
    assert found.voice is None


@pytest.mark.parametrize(
    ("model", "voice", "language", "chosen"),
    [
        pytest.param(None, None, "en", ("quick", None), id="nothing named but the language"),
        pytest.param("tts-1", None, "en", ("quick", None), id="a name that means the default"),
        pytest.param(None, "alloy", "en", ("kokoro", "af_alloy"), id="an alias of a voice that only the default has"),
        pytest.param(None, None, "auto", ("kokoro", None), id="no language"),
        pytest.param("kokoro", None, "en", ("kokoro", None), id="another model named"),
    ],
)
def test_a_model_may_be_the_default_of_a_language(
    model: str | None, voice: str | None, language: str, chosen: tuple[str, str | None]
) -> None:
    quick = a_model_json("quick", voices=("solo",), default=False, defaultFor=["en"])
    found = choose(a_catalog(KOKORO, quick), tenant(), ALIASES, model, voice, language)
    assert (found.model, found.voice) == chosen


def test_without_a_default_model_a_name_is_needed() -> None:
    with pytest.raises(ApiError, match="default model"):
        choose(a_catalog(SMALL), tenant(), ALIASES, "tts-1", None)


def test_every_name_of_openai_is_an_alias_of_a_voice() -> None:
    assert " ".join(sorted(VOICE_ALIASES)) == OPENAI_VOICES
    assert all(len(voice_shares(voice)) == 1 for voice in VOICE_ALIASES.values())


def test_lists_show_what_a_tenant_may_use_and_filter() -> None:
    catalog = a_catalog(KOKORO, SMALL)
    only = tenant(allowedModels=["small"])
    assert [m["id"] for m in models_document(usable_models(catalog, only), ALIASES, "kokoro")["data"]] == ["small"]
    every = usable_models(catalog, None)
    listed = voices_document(every, None, ALIASES, "", "zh", 0)["data"]
    assert [v["id"] for v in listed] == ["zf_xiaobei"]
    assert len(voices_document(every, None, ALIASES, "", "", 2)["data"]) == 2
    assert [v["id"] for v in voices_document(every, None, ALIASES, "small", "", 0)["voices"]] == ["solo"]
