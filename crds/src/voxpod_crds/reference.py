"""The generated pages: docs/reasons.md (every reason of a condition) and docs/api.md (every field of the resources)."""

from collections.abc import Iterator

from voxpod_crds.base import API_VERSION
from voxpod_crds.conditions import Reason
from voxpod_crds.crd import object_schema
from voxpod_crds.definitions import Definition
from voxpod_crds.schema import Schema

GENERATED = "Generated from {source} by `python -m voxpod_crds.generate`; do not edit."

REASON_GROUPS: dict[str, tuple[str, str, tuple[Reason, ...]]] = {
    "Wait": (
        "Admitted is False, phase Queued",
        "Nothing to do: the request goes on by itself as soon as it can, or ends at its deadline.",
        (
            Reason.WAITING_FOR_CONCURRENCY,
            Reason.WAITING_FOR_RATE,
            Reason.WAITING_FOR_QUOTA,
            Reason.WAITING_FOR_SANDBOX,
            Reason.WAITING_FOR_MODEL,
            Reason.WAITING_FOR_TENANT,
            Reason.WAITING_FOR_CAPACITY,
            Reason.WAITING_FOR_NODES,
            Reason.WAITING_FOR_NEWER_VERSION,
            Reason.WAITING_FOR_STORE,
        ),
    ),
    "Never": (
        "Admitted and Complete are False, Failed is True, phase Rejected",
        "Waiting does not help: change what the message names, then create the request again.",
        (
            Reason.NAMESPACE_WITHOUT_TENANT,
            Reason.MODEL_NOT_FOUND,
            Reason.MODEL_NOT_ALLOWED,
            Reason.VOICE_NOT_FOUND,
            Reason.VOICE_NOT_ALLOWED,
            Reason.LANGUAGE_NOT_SUPPORTED,
            Reason.TEXT_EMPTY,
            Reason.TEXT_TOO_LONG,
            Reason.DAILY_QUOTA_EXCEEDED,
            Reason.EXCEEDS_HALF_OF_DAILY_QUOTA,
            Reason.NOT_SUPPORTED_YET,
        ),
    ),
    "Under way": (
        "Admitted is True; Dispatched says how far",
        "The request holds a slot of its tenant.",
        (
            Reason.ADMITTED,
            Reason.SANDBOX_STARTING,
            Reason.SANDBOX_UNSCHEDULABLE,
            Reason.SANDBOX_REFUSED,
            Reason.IMAGE_PULL_FAILED,
            Reason.BUNDLE_INVALID,
            Reason.RETRYING,
            Reason.WAITING_FOR_STORE,
            Reason.CLAIMED,
            Reason.UPLOADING,
        ),
    ),
    "Ended": (
        "Complete is True with phase Succeeded; it is False, and Failed is True, with phase Cancelled or Failed",
        "The request is over; it is not tried again.",
        (
            Reason.SUCCEEDED,
            Reason.CANCELLED,
            Reason.DEADLINE_EXCEEDED,
            Reason.INPUT_REFUSED,
            Reason.TEXT_EMPTY,
            Reason.LANGUAGE_NOT_SUPPORTED,
            Reason.VOICE_NOT_FOUND,
            Reason.NOT_SUPPORTED_YET,
            Reason.ENGINE_FAILED,
            Reason.BUNDLE_INVALID,
            Reason.IMAGE_PULL_FAILED,
            Reason.OUT_OF_MEMORY,
            Reason.SANDBOX_START_TIMEOUT,
            Reason.SANDBOX_LOST,
            Reason.SANDBOX_HUNG,
            Reason.SANDBOX_REFUSED,
            Reason.UPLOAD_FAILED,
            Reason.VERIFICATION_FAILED,
            Reason.NAMESPACE_WITHOUT_TENANT,
            Reason.MODEL_NOT_FOUND,
            Reason.SOURCE_NOT_ALLOWED,
        ),
    ),
    "Ready": (
        "Ready, of Tenant and SpeechModel",
        "Whether requests can use the resource.",
        (
            Reason.READY,
            Reason.SUSPENDED,
            Reason.NAMESPACE_CONFLICT,
            Reason.TIME_ZONE_UNKNOWN,
            Reason.UNREADABLE,
            Reason.NOT_SUPPORTED_YET,
            Reason.PROBING,
            Reason.SOURCE_NOT_ALLOWED,
            Reason.PREPARING_NODES,
            Reason.NO_NODES,
            Reason.NODE_FULL,
            Reason.DELIVERY_FAILED,
            Reason.BUNDLE_INVALID,
            Reason.IMAGE_PULL_FAILED,
            Reason.OUT_OF_MEMORY,
            Reason.ENGINE_FAILED,
            Reason.SANDBOX_STARTING,
            Reason.SANDBOX_UNSCHEDULABLE,
            Reason.SANDBOX_REFUSED,
            Reason.SANDBOX_LOST,
        ),
    ),
    "QuotaPressure": (
        "QuotaPressure, of Tenant",
        "How much of the daily limits is used: True from 80 % on. Requests that run are not counted before they end.",
        (
            Reason.QUOTA_LEFT,
            Reason.QUOTA_NEARLY_USED,
            Reason.QUOTA_USED_UP,
        ),
    ),
    "StoreReachable": (
        "StoreReachable, of SpeechModel",
        "Whether audio can be stored: looked at when the operator starts and each minute, the same for every model.",
        (
            Reason.STORE_USABLE,
            Reason.STORE_AWAY,
            Reason.STORE_REFUSES,
        ),
    ),
}
"""Heading -> the condition, what its reader does, the reasons. A reason may stand in two groups."""

WAITING = """
## Waiting for a request

Condition `Complete` is there once a request has ended: True with audio, False without. So a pipeline waits for it to
be there, and then asks how the request ended (kubectl 1.31 or newer):

```sh
kubectl -n acme wait ttsr/hello --for=jsonpath='{.status.conditions[?(@.type=="Complete")]}' --timeout=10m
test "$(kubectl -n acme get ttsr/hello -o jsonpath='{.status.phase}')" = Succeeded
```

`kubectl wait --for=condition=Complete` returns for audio only; `--for=condition=Failed` for every end without it (phase
Failed, Rejected or Cancelled), as with Jobs. A request ends at `spec.deadlineSeconds` at the latest.""".splitlines()
"""How a pipeline follows a request, tried by tests/e2e/test_crds_on_api_server.py."""


def reasons_page() -> str:
    """docs/reasons.md."""
    lines = [
        "# Reasons",
        "",
        f"<!-- {GENERATED.format(source='crds/src/voxpod_crds/conditions.py')} -->",
        "",
        "Every condition in the status of a TTSRequest, Tenant or SpeechModel has one of these reasons, and a message",
        "with the particulars. `kubectl get ttsr` shows the reason of the last condition; `kubectl describe ttsr NAME`",
        "shows all of them, and the Events (docs/running.md). Events are for people and go after an hour:",
        "programs read the conditions.",
    ]
    for heading, (condition, advice, reasons) in REASON_GROUPS.items():
        lines += [
            "",
            f"## {heading}",
            "",
            f"Condition: {condition}. {advice}",
            "",
            "| reason | what it means |",
            "|---|---|",
        ]
        lines += [f"| `{reason.value}` | {_cell(reason.__doc__ or '')} |" for reason in reasons]
    return "\n".join(lines) + "\n"


def api_page(definitions: tuple[Definition, ...]) -> str:
    """docs/api.md."""
    lines = [
        "# API reference",
        "",
        f"<!-- {GENERATED.format(source='crds/src/voxpod_crds')} -->",
        "",
        f"Three kinds, all `apiVersion: {API_VERSION}`; `kubectl explain` says the same on the cluster.",
        "",
        (
            '- Lengths of text are counted in Unicode code points: "日本語" is 3, and so is "👍🏽!". The API server'
            " counts alike,"
        ),
        "  though its message for a text that is too long speaks of bytes.",
        (
            "- A field that is null counts as absent. An unknown field is refused by kubectl; a client that does not"
            " ask for"
        ),
        "  strict validation loses it.",
        "- Text is stored as it is, control characters included; half of a surrogate pair becomes U+FFFD.",
        (
            "- Where a description says that this version does not honour a field yet, a request that uses it is"
            " rejected with"
        ),
        "  reason `NotSupportedYet` rather than ignored.",
        *WAITING,
    ]
    for definition in definitions:
        lines += _kind(definition)
    return "\n".join(lines) + "\n"


def _kind(definition: Definition) -> Iterator[str]:
    schema = object_schema(definition)
    scope = "in a namespace" if definition.scope == "Namespaced" else "cluster-wide"
    yield from (
        "",
        f"## {definition.kind}",
        "",
        f"{schema['description']} Lives {scope}; short name `{definition.short_name}`.",
    )
    if definition.max_name_length < 253:
        yield from ("", f"`metadata.name` has at most {definition.max_name_length} characters.")
    for part in ("spec", "status"):
        node = schema["properties"][part]
        yield from ("", f"### {definition.kind} {part}", "", node["description"], "")
        yield from ("| field | type | default | limits | meaning |", "|---|---|---|---|---|")
        for path, child, required in _fields(node, part):
            cells = (f"`{path}`", type_name(child), _default(child, required), _limits(child), child["description"])
            yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    if definition.rules:
        yield from ("", f"### {definition.kind} rules", "")
        for path, rules in definition.rules.items():
            yield from (f"- `{path}{f'.{rule.field}' if rule.field else ''}`: {rule.message}." for rule in rules)


def _fields(node: Schema, path: str) -> Iterator[tuple[str, Schema, bool]]:
    """Every field below `node`, depth first, with its path and whether it must be given."""
    for name, child in node.get("properties", {}).items():
        where = f"{path}.{name}"
        yield where, child, name in node.get("required", ())
        yield from _fields(child.get("items", child), where + ("[]" if "items" in child else ""))


def type_name(node: Schema) -> str:
    """The type as a reader says it: `list of string`, `map of string`, `integer or string`."""
    if node.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if "items" in node:
        return f"{'set' if node.get('x-kubernetes-list-type') == 'set' else 'list'} of {type_name(node['items'])}"
    if "additionalProperties" in node:
        return f"map of {type_name(node['additionalProperties'])}"
    return "time" if node.get("format") == "date-time" else str(node["type"])


def _default(node: Schema, required: bool) -> str:
    if required:
        return "required"
    default = node.get("default")
    return "" if default in (None, {}) else f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _limits(node: Schema) -> str:
    said = []
    if "enum" in node:
        said.append(", ".join(f"`{value}`" for value in node["enum"]))
    for low, high, unit in (
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " entries"),
    ):
        if text := _range(node.get(low), node.get(high)):
            said.append(text + unit)
    if "pattern" in node:
        said.append(f"matches `{node['pattern']}`")
    inner = node.get("items", node.get("additionalProperties"))
    if inner and "properties" not in inner and (text := _limits(inner)):
        said.append(f"each: {text}")
    return "; ".join(said)


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:,} to {high:,}"
    if high is not None:
        return f"up to {high:,}"
    return f"at least {low:,}" if low is not None else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
