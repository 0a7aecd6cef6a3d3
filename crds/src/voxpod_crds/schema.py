"""A pydantic model as the structural OpenAPI v3 schema that a CustomResourceDefinition holds.

The API server refuses `$ref`, `const`, numeric exclusive bounds and unions, and silently drops some other keywords.
So the converter works from an allow list: it translates what it knows and raises on everything else.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from voxpod_crds.base import HONOURED

Schema = dict[str, Any]

_DROPPED = frozenset({"title", "$defs", "examples", HONOURED})
_COPIED = frozenset(
    [
        "description",
        "enum",
        "pattern",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
        "multipleOf",
    ]
)
_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})
_FORMATS = frozenset({"date-time", "date", "uuid", "uri", "ipv4", "ipv6", "int32", "int64"})
"""Formats that mean the same to pydantic and to the API server (`duration` does not: ISO 8601 against Go's)."""


class UnsupportedSchema(ValueError):
    """A field says what a structural schema cannot say; the message begins with the field's path."""

    def __init__(self, path: str, problem: str) -> None:
        """Name the field and what is wrong with it."""
        super().__init__(f"{path}: {problem}")
        self.path = path


def structural_schema(model: type[BaseModel], path: str) -> Schema:
    """The structural schema of `model`; `path` (such as `spec`) begins the paths in errors.

    `X | None` becomes an optional X, since Kubernetes prunes nulls. An optional object whose fields have defaults gets
    the default {}, from which the API server fills in the rest. Raises UnsupportedSchema.
    """
    schema = model.model_json_schema(by_alias=True)
    return _Converter(schema.get("$defs", {})).convert(schema, path)


class _Converter:
    """Walks one JSON schema with its definitions; `_open` holds the definitions being expanded, to notice recursion."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._open: list[str] = []

    def convert(self, node: Schema, path: str) -> Schema:
        """One node and everything below it."""
        if "$ref" in node:
            return self._referenced(node, path)
        if "anyOf" in node:
            return self.convert(_without_null(node, path), path)
        out: Schema = {}
        for keyword, value in node.items():
            if keyword not in _DROPPED:
                out.update(self._keyword(keyword, value, node, path))
        if out.get("type") not in _TYPES and not out.get("x-kubernetes-int-or-string"):
            raise UnsupportedSchema(path, f"needs one type of {', '.join(sorted(_TYPES))}, has {out.get('type')!r}")
        if out.get("type") == "number" and (rules := _fractions(out)):
            out["x-kubernetes-validations"] = rules
        if "properties" in out and "additionalProperties" in out:
            raise UnsupportedSchema(
                path, "has both named properties and free ones; structural schemas allow one of the two"
            )
        return out

    def _referenced(self, node: Schema, path: str) -> Schema:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name in self._open:
            raise UnsupportedSchema(path, f"contains itself ({name}); a structural schema is a finite tree")
        self._open.append(name)
        siblings = {k: v for k, v in node.items() if k != "$ref"}
        converted = self.convert({**self._definitions[name], **siblings}, path)
        self._open.pop()
        return converted

    def _keyword(self, keyword: str, value: Any, node: Schema, path: str) -> Schema:
        """What one keyword becomes; empty when it has no place in a structural schema and means nothing there."""
        if keyword in _COPIED or keyword == "type" or keyword.startswith("x-kubernetes-"):
            return {keyword: value}
        match keyword:
            case "const":
                return {"enum": [value]}
            case "required":
                return {"required": list(value)}
            case "exclusiveMinimum" | "exclusiveMaximum":
                return {keyword: True, keyword.removeprefix("exclusive").lower(): value}
            case "format" if value in _FORMATS:
                return {"format": value}
            case "default":
                return {} if value is None else {"default": _without_nulls(value)}
            case "properties":
                required = node.get("required", ())
                return {"properties": {n: self._property(c, f"{path}.{n}", n in required) for n, c in value.items()}}
            case "items" if isinstance(value, dict):
                return {"items": self.convert(value, f"{path}[]")}
            case "additionalProperties" if value is False:
                return {}  # the API server prunes unknown fields, which is as strict as it gets
            case "additionalProperties" if isinstance(value, dict):
                return {"additionalProperties": self.convert(value, f"{path}[*]")}
        raise UnsupportedSchema(path, f"{keyword}: {value!r} has no counterpart in a structural schema")

    def _property(self, node: Schema, path: str, required: bool) -> Schema:
        out = self.convert(node, path)
        if required or "default" in node or "default" in out:
            return out
        children = out.get("properties", {})
        if any("default" in child for child in children.values()):
            if missing := [name for name in out.get("required", ()) if "default" not in children[name]]:
                raise UnsupportedSchema(path, f"cannot default to {{}}, because {', '.join(missing)} must be given")
            out["default"] = {}
        return out


def _fractions(number: Schema) -> list[Schema]:
    """CEL rules for bounds that are no whole numbers.

    The API server truncates such a bound where the value is written as a whole number (`minimum: 0.25` takes `0`:
    k8s.io/kube-openapi compares integers as integers), so a speed of 0 was stored.
    """
    bounds = ((number.get("minimum"), ">=", "at least"), (number.get("maximum"), "<=", "at most"))
    fractional = [bound for bound in bounds if bound[0] is not None and bound[0] != int(bound[0])]
    return [{"rule": f"self {sign} {value}", "message": f"must be {said} {value}"} for value, sign, said in fractional]


def _without_null(node: Schema, path: str) -> Schema:
    options = [option for option in node["anyOf"] if option != {"type": "null"}]
    if len(options) != 1:
        raise UnsupportedSchema(path, "is a union; only `X | None` is structural")
    return {**options[0], **{k: v for k, v in node.items() if k != "anyOf"}}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return value


def extend(schema: Schema, path: str, extension: Mapping[str, Any]) -> None:
    """Add keywords at `path` (`spec.sandbox.tolerations[]`) of an object's schema; UnsupportedSchema if it is not there."""
    node = schema
    for step in filter(None, path.replace("[]", ".[]").split(".")):
        below = node.get("items") if step == "[]" else node.get("properties", {}).get(step)
        if below is None:
            raise UnsupportedSchema(path, f"there is no {step} to extend")
        node = below
    node.update(extension)


def unreadable(schema: Schema, path: str) -> list[str]:
    """What a reader or the CEL cost estimate would miss: a description, the bound of a string, list or map."""
    found = []
    kind = schema.get("type")
    if "description" not in schema and not path.endswith(("[]", "[*]")):
        found.append(f"{path}: no description")
    if kind == "string" and not {"maxLength", "enum", "format"} & schema.keys():
        found.append(f"{path}: no maxLength")
    if kind == "array" and "maxItems" not in schema:
        found.append(f"{path}: no maxItems")
    if "additionalProperties" in schema and "maxProperties" not in schema:
        found.append(f"{path}: no maxProperties")
    for name, child in schema.get("properties", {}).items():
        found += unreadable(child, f"{path}.{name}")
    for keyword, suffix in (("items", "[]"), ("additionalProperties", "[*]")):
        if keyword in schema:
            found += unreadable(schema[keyword], path + suffix)
    return found
