"""What a CustomResourceDefinition says beside the fields of its model: names, columns, and rules that span fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from voxpod_crds.speech_model import ModelSource, SpeechModel
from voxpod_crds.tenant import AUDIO_STAYS, REQUEST_STAYS, Tenant
from voxpod_crds.tts_request import OPUS_RATES, TTSRequest, TTSRequestSpec


@dataclass(frozen=True)
class Column:
    """One column of `kubectl get`; those with `wide` are shown with `-o wide` only."""

    name: str
    json_path: str
    type: Literal["string", "integer", "number", "boolean", "date"] = "string"
    wide: bool = False


@dataclass(frozen=True)
class Rule:
    """A CEL rule; `field` is the direct child that the API server's error names, else the object of the rule itself."""

    rule: str
    message: str
    field: str | None = None
    reason: Literal["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired"] = "FieldValueInvalid"

    def to_schema(self) -> dict[str, str]:
        """The entry of x-kubernetes-validations."""
        path = {"fieldPath": f".{self.field}"} if self.field else {}
        return {"rule": self.rule, "message": self.message, "reason": self.reason, **path}


@dataclass(frozen=True)
class Definition:
    """One kind. `rules` and `extensions` are keyed by the path of the object that they belong to."""

    model: type[BaseModel]
    plural: str
    short_name: str
    scope: Literal["Cluster", "Namespaced"]
    columns: tuple[Column, ...]
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    selectable: tuple[str, ...] = ()
    """Paths that `kubectl get --field-selector` accepts (Kubernetes 1.31 or newer; older ones ignore the list)."""
    max_name_length: int = 253

    @property
    def kind(self) -> str:
        """The kind, which is the model's name."""
        return self.model.__name__


def unchangeable(model: type[BaseModel], *, but: str) -> tuple[Rule, ...]:
    """One rule for each field of `model` except `but`, so that a new field cannot be forgotten.

    The rules sit on the object, because one on the field itself is not asked when the field is added or removed. They
    spell out `has`: `self.?text == oldSelf.?text` loses the field's length and exceeds the API server's cost budget.
    """
    rules = []
    for attribute, info in model.model_fields.items():
        name = info.alias or attribute
        always_there = info.is_required() or (info.default is not None and info.default_factory is None)
        same = f"self.{name} == oldSelf.{name}"
        if not always_there:
            same = f"has(self.{name}) == has(oldSelf.{name}) && (!has(self.{name}) || {same})"
        message = f"cannot change after creation, only {but} can: create a new {model.__name__.removesuffix('Spec')}"
        rules.append(Rule(same, message, name, "FieldValueForbidden"))
    return tuple(rule for rule in rules if rule.field != but)


def exactly_one(*names: str) -> Rule:
    """The rule that one of these fields is set and the others are not."""
    present = ", ".join(f"has(self.{name})" for name in names)
    return Rule(f"[{present}].filter(is_set, is_set).size() == 1", f"needs exactly one of {', '.join(names)}")


_SET = {"x-kubernetes-list-type": "set"}
_CONDITIONS = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
_WORDS = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["word"]}
_HOLDS = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["uid"]}
_SECONDS = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["at"]}
_LABEL_KEY = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
_NODE_SELECTOR_RULE = Rule(
    f'!has(self.nodeSelector) || self.nodeSelector.all(key, key.size() <= 317 && key.matches("{_LABEL_KEY}"))',
    "keys must be label names, such as disktype or example.com/disktype",
    "nodeSelector",
)
_TOLERATION_RULES = (
    # What core/v1 demands of a Toleration, so that no sandbox pod is refused for it later.
    Rule(
        'has(self.key) && self.key != "" || self.?operator.orValue("Equal") == "Exists"',
        "without a key the operator must be Exists",
    ),
    Rule('!has(self.value) || self.?operator.orValue("Equal") == "Equal"', "operator Exists takes no value", "value"),
    Rule(
        '!has(self.tolerationSeconds) || self.?effect.orValue("") == "NoExecute"',
        "only effect NoExecute takes seconds",
        "tolerationSeconds",
    ),
)
_TIME_ZONE_RULE = Rule(
    # a name that the API server's own copy of the IANA database does not have is an error of the rule, and refused
    '!has(self.timeZone) || timestamp("2026-01-01T00:00:00Z").getFullYear(self.timeZone) > 0',
    "must be a time zone of the IANA database, such as Asia/Taipei",
    "timeZone",
)
_READY = Column("Ready", '.status.conditions[?(@.type=="Ready")].status')
_READY_REASON = Column("Reason", '.status.conditions[?(@.type=="Ready")].reason')
_AGE = Column("Age", ".metadata.creationTimestamp", "date")

TENANT = Definition(
    model=Tenant,
    plural="tenants",
    short_name="vten",
    scope="Cluster",
    max_name_length=63,
    columns=(
        _READY,
        Column("Active", ".status.active", "integer"),
        Column("Waiting", ".status.waiting", "integer"),
        Column("Requests", ".status.usedOfLimit.requests"),
        Column("Chars", ".status.usedOfLimit.characters"),
        Column("Audio s", ".status.usedOfLimit.audioSeconds"),
        # A string: of type date, kubectl shows how long ago it was, and a moment to come as <invalid>.
        Column("Resets", ".status.resetTime"),
        _AGE,
        Column(_READY_REASON.name, _READY_REASON.json_path, wide=True),
        Column("Max active", ".spec.quota.concurrentRequests", "integer", wide=True),
        Column("Max text", ".spec.quota.maxTextLength", "integer", wide=True),
        Column("Weight", ".spec.weight", "integer", wide=True),
        Column("Namespaces", ".spec.namespaces", wide=True),
        Column("Models", ".spec.allowedModels", wide=True),
    ),
    rules={
        "spec.sandbox.tolerations[]": _TOLERATION_RULES,
        "spec.sandbox": (_NODE_SELECTOR_RULE,),
        "spec.quota": (_TIME_ZONE_RULE,),
        "spec.retention": (
            Rule(
                f'!has(self.request) || self.request.matches("{REQUEST_STAYS}")',
                "is 60s at least and 999d at most, such as 72h",
                "request",
            ),
            Rule(
                f'!has(self.audio) || self.audio.matches("{AUDIO_STAYS}")',
                "is a number of whole days, 1d to 9999d, such as 30d",
                "audio",
            ),
        ),
    },
    extensions={
        "spec.namespaces": _SET,
        "spec.allowedModels": _SET,
        "spec.allowedVoices": _SET,
        "status.holds": _HOLDS,
        "status.lastMinute": _SECONDS,
        "status.conditions": _CONDITIONS,
    },
)

TTS_REQUEST = Definition(
    model=TTSRequest,
    plural="ttsrequests",
    short_name="ttsr",
    scope="Namespaced",
    columns=(
        Column("Phase", ".status.phase"),
        # Conditions are appended as a request moves on, so the last one tells where it stands and why.
        Column("Reason", ".status.conditions[-1:].reason"),
        Column("Position", ".status.queuePosition", "integer"),
        Column("Voice", ".status.voice"),
        Column("Audio s", ".status.audio.durationSeconds", "number"),
        _AGE,
        Column("URI", ".status.audio.uri", wide=True),
        Column("Model", ".status.model", wide=True),
        Column("Tenant", ".status.tenant", wide=True),
        Column("Job", ".status.sandbox.jobName", wide=True),
    ),
    rules={
        "spec": (
            *unchangeable(TTSRequestSpec, but="cancel"),
            Rule(
                "self.cancel || !oldSelf.cancel",
                "cannot be taken back once it is true",
                "cancel",
                "FieldValueForbidden",
            ),
            Rule(
                f'self.format != "opus" || !has(self.sampleRate) || self.sampleRate in {list(OPUS_RATES)}',
                f"opus has {', '.join(map(str, OPUS_RATES))}: take one of them, or another format",
                "sampleRate",
            ),
        ),
        "spec.lexicon[]": (exactly_one("sayAs", "ipa", "pinyin"),),
    },
    extensions={"spec.lexicon": _WORDS, "status.conditions": _CONDITIONS},
    selectable=(".status.phase", ".status.tenant"),
)

SPEECH_MODEL = Definition(
    model=SpeechModel,
    plural="speechmodels",
    short_name="vmodel",
    scope="Cluster",
    max_name_length=63,
    columns=(
        Column("Engine", ".status.engine"),
        _READY,
        _READY_REASON,
        Column("Idle", ".status.idle", "integer"),
        Column("Busy", ".status.busy", "integer"),
        Column("Starting", ".status.starting", "integer"),
        Column("Max", ".spec.warmPool.maxSandboxes", "integer"),
        Column("Nodes", ".status.nodes.ready", "integer"),
        Column("Default", ".spec.default", "boolean"),
        _AGE,
        Column("Languages", ".status.languages", wide=True),
        Column("Digest", ".spec.digest", wide=True),
    ),
    rules={
        "spec.source": (exactly_one(*(f.alias or name for name, f in ModelSource.model_fields.items())),),
        "spec": (
            _NODE_SELECTOR_RULE,
            Rule(
                "!has(self.delivery) || !(has(self.delivery.image) || has(self.delivery.objectStore))"
                " || has(self.source.hostPath)",
                "brings the bundle into a folder of the node: source must be hostPath, which names the folder",
                "delivery",
            ),
        ),
        "spec.delivery": (
            Rule(
                "!(has(self.image) && has(self.objectStore))",
                "brings the bundle from image or from objectStore, not from both",
            ),
        ),
        "spec.tolerations[]": _TOLERATION_RULES,
        "spec.warmPool": (
            # the rules are tried on the object's own default as well, {}, before its fields have theirs
            Rule(
                "self.?minIdle.orValue(0) <= self.?maxSandboxes.orValue(8)", "must not be above maxSandboxes", "minIdle"
            ),
            Rule(
                "!has(self.maxIdle) || self.maxIdle >= self.?minIdle.orValue(0)", "must not be below minIdle", "maxIdle"
            ),
            Rule(
                "!has(self.shapes) || self.shapes.all(a, self.shapes.exists_one(b, a.tenant == b.tenant))",
                "must name each tenant once",
                "shapes",
            ),
        ),
        "spec.warmPool.schedule[]": (_TIME_ZONE_RULE,),
    },
    extensions={
        "spec.defaultFor": _SET,
        "status.voices": _SET,
        "status.languages": _SET,
        "status.conditions": _CONDITIONS,
    },
)

DEFINITIONS = (TENANT, TTS_REQUEST, SPEECH_MODEL)
