"""The generated schema and the pydantic model accept the same specs, so that what the API server stores can be read."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from pydantic import BaseModel, ValidationError

from crd_samples import Refused, accepted, accepted_names, for_python, refused
from voxpod_crds.base import API_VERSION
from voxpod_crds.crd import object_schema
from voxpod_crds.definitions import DEFINITIONS, Definition
from voxpod_crds.tenant import MOST_CORES, TenantSpec
from voxpod_crds.tts_request import MAX_TEXT, TTSRequestSpec

BY_KIND = {definition.kind: definition for definition in DEFINITIONS}
SCHEMAS = {kind: object_schema(definition) for kind, definition in BY_KIND.items()}


def validator(kind: str, part: str | None = None) -> Draft202012Validator:
    """A JSON schema validator of a whole kind or of its spec or status."""
    schema = SCHEMAS[kind] if part is None else SCHEMAS[kind]["properties"][part]
    return Draft202012Validator(as_json_schema(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


def as_json_schema(schema: Any) -> Any:
    """A structural schema as Python's jsonschema must have it to mean the same.

    Python's `$` also matches before a last newline, Go's does not, and it has no classes of Unicode;
    x-kubernetes-int-or-string stands for two types.
    """
    if not isinstance(schema, dict):
        return schema
    out = {name: as_json_schema(child) for name, child in schema.items()}
    if isinstance(pattern := out.get("pattern"), str):
        out["pattern"] = for_python(pattern.removesuffix("$") + r"\Z")
    if out.get("x-kubernetes-int-or-string") is True:
        out["type"] = ["integer", "string"]
    return out


@pytest.mark.parametrize("name", accepted_names())
def test_sample_fits_schema_and_model(name: str) -> None:
    sample = accepted(name)
    assert sample["apiVersion"] == API_VERSION
    validator(sample["kind"]).validate(sample)
    BY_KIND[sample["kind"]].model.model_validate(sample)


@pytest.mark.parametrize("name", [name for name in accepted_names() if name.endswith("-full")])
def test_full_sample_uses_every_field_and_comes_back_unchanged(name: str) -> None:
    sample = accepted(name)
    model = BY_KIND[sample["kind"]].model.model_validate(sample)
    for part in ("spec", "status"):
        wire = getattr(model, part).to_wire()
        paths = fields(SCHEMAS[sample["kind"]]["properties"][part])
        leaves = {path for path in paths if not path.startswith(("source.", "delivery."))}  # one of several is set
        assert leaves <= set(fields_given(sample[part]))
        assert wire == with_cpu_as_text(sample[part])


def with_cpu_as_text(part: Any) -> Any:
    """Pydantic reads the integer that users may write for cpu as text, which is how pods have it."""
    if isinstance(part, dict):
        return {k: str(v) if k == "cpu" else with_cpu_as_text(v) for k, v in part.items()}
    if isinstance(part, list):
        return [with_cpu_as_text(item) for item in part]
    return float(part) if isinstance(part, float) else part


def fields(schema: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted paths of all objects' properties."""
    found = []
    for name, child in schema.get("properties", {}).items():
        found += [prefix + name, *fields(child.get("items", child), f"{prefix}{name}.")]
    return found


def fields_given(value: Any, prefix: str = "") -> list[str]:
    """Dotted paths of what a sample sets."""
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for name, child in item.items():
                found += [prefix + name, *fields_given(child, f"{prefix}{name}.")]
    return found


@pytest.mark.parametrize("case", refused(), ids=lambda case: case.id)
def test_bad_sample_is_refused_by_the_schema_unless_it_needs_a_rule(case: Refused) -> None:
    errors = list(validator(case.manifest["kind"]).iter_errors(case.manifest))
    if case.rule:
        assert not errors
        return
    error = best_match(errors)
    assert error is not None
    where = error.json_path.removeprefix("$.")
    assert case.field.startswith(where)


MODEL_IS_LAXER = {
    "Tenant: tenant name too long": "the model does not read the limit of metadata.name",
    "SpeechModel: model name too long": "the model does not read the limit of metadata.name",
    "TTSRequest: ssml a string": "pydantic reads yes as true",
}


@pytest.mark.parametrize("case", [case for case in refused() if not case.rule], ids=lambda case: case.id)
def test_bad_sample_is_refused_by_the_model_too(case: Refused) -> None:
    model = BY_KIND[case.manifest["kind"]].model
    if case.id in MODEL_IS_LAXER or "must be of type" in case.says:
        return
    with pytest.raises(ValidationError) as caught:
        model.model_validate(case.manifest)
    (error,) = caught.value.errors()
    assert case.field.startswith(".".join(str(part) for part in error["loc"][:2]))


printable = st.text(min_size=1, max_size=60)
words = st.from_regex(r"[^\s<>/]([^\n<>/]{0,20}[^\s<>/])?", fullmatch=True)

tts_request_specs = st.fixed_dictionaries(
    {"text": printable | st.integers(9_990, MAX_TEXT).map(lambda n: "👋" * n)},
    optional={
        "model": st.none() | st.from_regex(r"[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?", fullmatch=True),
        "voice": (
            st.none()
            | st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
            | st.from_regex(r"[a-z_]{1,9}(\([1-9]\))?(\+[a-z_]{1,9}(\(0\.[1-9]\))?){0,7}", fullmatch=True)
        ),
        "language": st.sampled_from(["auto", "en", "zh-Hant", "yue", "pt-BR"]),
        "speed": st.floats(0.25, 4) | st.integers(1, 4),
        "format": st.sampled_from(["wav", "mp3", "flac", "ogg", "opus", "pcm"]),
        "sample_rate": st.none() | st.sampled_from([8_000, 16_000, 22_050, 24_000, 44_100, 48_000]),
        "loudness": st.floats(-30, -10) | st.integers(-30, -10),
        "lexicon": st.lists(
            st.fixed_dictionaries({"word": words, "say_as": words})
            | st.fixed_dictionaries({"word": words, "ipa": words}),
            max_size=3,
        ),
        "timestamps": st.sampled_from(["none", "sentence", "word"]),
        "ssml": st.booleans(),
        "priority": st.integers(0, 9),
        "deadline_seconds": st.integers(5, 86_400),
        "seed": st.none() | st.integers(0, 2**31 - 1),
        "cancel": st.booleans(),
    },
)


@given(tts_request_specs)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_every_valid_request_fits_the_schema_and_comes_back(spec: dict[str, Any]) -> None:
    model = TTSRequestSpec(**spec)
    validator("TTSRequest", "spec").validate(model.to_wire())
    assert TTSRequestSpec.model_validate(model.to_wire()) == model


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a structural schema of ours allows."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "properties" in schema:
        required = schema.get("required", ())
        children = {name: values(child) for name, child in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: child for name, child in children.items() if name in required},
            optional={name: child for name, child in children.items() if name not in required},
        )
    if "additionalProperties" in schema:
        return st.dictionaries(st.text(max_size=5), values(schema["additionalProperties"]), max_size=3)
    if "items" in schema:
        return st.lists(values(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
    if schema.get("x-kubernetes-int-or-string"):
        return st.integers(schema["minimum"], schema["maximum"]) | text(schema)
    return scalar(schema)


def scalar(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A number, a boolean or a text within the schema's bounds."""
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1))
        case "number":
            return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)
    if schema.get("format") == "date-time":
        return st.sampled_from(["2026-11-24T18:00:00Z", "2026-02-28T23:59:59.999999+09:00", "1970-01-01T00:00:00Z"])
    return text(schema)


def text(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """A text within the schema's pattern and lengths."""
    low, high = schema.get("minLength", 0), schema["maxLength"]
    if "pattern" in schema:
        return st.from_regex(for_python(schema["pattern"]), fullmatch=True).filter(lambda s: low <= len(s) <= high)
    return st.text(min_size=low, max_size=min(high, 30))


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.kind)
@pytest.mark.parametrize("part", ["spec", "status"])
def test_model_reads_everything_that_the_schema_allows(definition: Definition, part: str) -> None:
    schema = SCHEMAS[definition.kind]["properties"][part]
    model = definition.model.model_fields[part].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)

    @given(values(schema))
    @settings(max_examples=50, suppress_health_check=list(HealthCheck))
    def reads(value: Any) -> None:
        assert validator(definition.kind, part).is_valid(value)
        wire = model.model_validate(value).model_dump(mode="json", by_alias=True, exclude_none=True)
        assert validator(definition.kind, part).is_valid(wire)

    reads()


@pytest.mark.parametrize("cpu", [1, MOST_CORES, "1", "9" * 16])
def test_cpu_is_read_at_both_edges(cpu: int | str) -> None:
    validator("Tenant", "spec").validate({"namespaces": ["a"], "sandbox": {"cpu": cpu}})
    assert TenantSpec.model_validate({"namespaces": ["a"], "sandbox": {"cpu": cpu}}).sandbox.cpu == str(cpu)


@pytest.mark.parametrize("space", [chr(code) for code in range(0x3001) if chr(code).isspace() or code == 0x200B])
def test_schema_and_model_have_the_same_white_space(space: str) -> None:
    """U+001C to U+001F are white space to Python only, U+200B to nobody: they stay."""
    for word in (f"{space}a", f"a{space}"):
        spec = {"text": "a", "lexicon": [{"word": word, "sayAs": "b"}]}
        try:
            TTSRequestSpec.model_validate(spec)
            taken = True
        except ValidationError:
            taken = False
        assert validator("TTSRequest", "spec").is_valid(spec) == taken == (space in "\x1c\x1d\x1e\x1f\u200b")


@pytest.mark.parametrize("speed", [float("nan"), float("inf"), float("-inf")])
def test_speed_is_a_finite_number(speed: float) -> None:
    with pytest.raises(ValidationError):
        TTSRequestSpec(text="Hello", speed=speed)
