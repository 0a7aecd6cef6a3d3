"""Which model a request gets that names none: the rule that operator and facade share."""

import pytest

from voxpod_crds.model_choice import Offer, model_for
from voxpod_crds.tenant import TenantSpec

KOKORO = Offer("kokoro", True, (), ("af_heart", "zf_xiaobei"))
HIBARI = Offer("hibari", False, ("en",), ("heart",))
COSY = Offer("cosy", False, ("ko", "yue"), ())
OFFERS = (KOKORO, HIBARI, COSY)


@pytest.mark.parametrize(
    ("language", "voice", "granted", "chosen"),
    [
        pytest.param("en", "", {}, "hibari", id="the one for the language"),
        pytest.param("en-GB", "", {}, "hibari", id="whatever the region"),
        pytest.param("auto", "", {}, "kokoro", id="the language is not known: the default"),
        pytest.param("fr", "", {}, "kokoro", id="none is for the language: the default"),
        pytest.param("en", "heart", {}, "hibari", id="its own voice"),
        pytest.param("en", "af_heart", {}, "kokoro", id="a voice that it has not"),
        pytest.param("en", "heart+af_heart", {}, "kokoro", id="a mix that it has not"),
        pytest.param("ko", "anybody", {}, "cosy", id="its voices are not known yet"),
        pytest.param("en", "", {"allowedModels": ["kokoro"]}, "kokoro", id="the tenant may not use it"),
        pytest.param("en", "", {"allowedVoices": ["af_heart"]}, "kokoro", id="the tenant may use none of its voices"),
        pytest.param("fr", "", {"allowedModels": ["hibari"]}, "kokoro", id="nothing it may use: a name to refuse"),
        pytest.param("en", "", {"allowedModels": ["hibari"]}, "hibari", id="the only one that it may use"),
    ],
)
def test_the_best_that_the_tenant_may_use(
    language: str, voice: str, granted: dict[str, list[str]], chosen: str
) -> None:
    grants = TenantSpec.model_validate({"namespaces": ["acme"], **granted})
    assert model_for(OFFERS, grants, language, voice) == chosen


def test_the_oldest_of_several_counts() -> None:
    other = HIBARI._replace(name="other")
    assert model_for((other, HIBARI, KOKORO), None, "en") == "other"
    assert model_for((KOKORO, KOKORO._replace(name="newer")), None, "auto") == "kokoro"


def test_without_a_default_there_is_none() -> None:
    assert model_for((HIBARI, COSY), None, "auto") is None
    assert model_for((HIBARI, COSY), None, "en") == "hibari"
