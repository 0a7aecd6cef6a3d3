"""CustomResourceDefinition manifests of the three kinds, as plain dictionaries."""

from typing import Any

from voxpod_crds.base import GROUP, VERSION
from voxpod_crds.definitions import Column, Definition
from voxpod_crds.schema import Schema, UnsupportedSchema, extend, structural_schema, unreadable

_FIRST = ("description", "type", "x-kubernetes-int-or-string", "default", "enum", "format", "pattern", "required")
_LAST = ("x-kubernetes-validations", "properties", "items", "additionalProperties")


def crd(definition: Definition) -> dict[str, Any]:
    """The manifest of one kind. UnsupportedSchema when the model says something that a CRD cannot, or leaves open."""
    names = {
        "kind": definition.kind,
        "listKind": f"{definition.kind}List",
        "plural": definition.plural,
        "singular": definition.kind.lower(),
        "shortNames": [definition.short_name],
        "categories": ["voxpod"],
    }
    version: dict[str, Any] = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [_column(column) for column in definition.columns],
    }
    if definition.selectable:
        version["selectableFields"] = [{"jsonPath": path} for path in definition.selectable]
    version["schema"] = {"openAPIV3Schema": object_schema(definition)}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{definition.plural}.{GROUP}", "labels": {"app.kubernetes.io/part-of": "voxpod"}},
        "spec": {"group": GROUP, "names": names, "scope": definition.scope, "versions": [version]},
    }


def object_schema(definition: Definition) -> Schema:
    """The whole object's schema: the model's spec and status, and what Kubernetes has in every object."""
    name = {"name": {"type": "string", "maxLength": definition.max_name_length}}
    schema: Schema = {
        "description": (definition.model.__doc__ or "").strip(),
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"description": "Version of the schema of this object.", "type": "string"},
            "kind": {"description": "Kind of this object.", "type": "string"},
            "metadata": {"type": "object", **({"properties": name} if definition.max_name_length < 253 else {})},
        },
    }
    for part in ("spec", "status"):
        model = definition.model.model_fields[part].annotation
        assert isinstance(model, type)
        schema["properties"][part] = structural_schema(model, part)
        if problems := unreadable(schema["properties"][part], part):
            raise UnsupportedSchema(definition.kind, "; ".join(problems))
    for path, extension in definition.extensions.items():
        extend(schema, path, extension)
    for path, rules in definition.rules.items():
        extend(schema, path, {"x-kubernetes-validations": [rule.to_schema() for rule in rules]})
    return _ordered(schema)


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "jsonPath": column.json_path,
        **({"priority": 1} if column.wide else {}),
    }


def _ordered(node: Schema) -> Schema:
    """Keywords in the order in which a person reads them: what it is, its limits, what is inside."""
    middle = [k for k in node if k not in _FIRST and k not in _LAST]
    out = {k: node[k] for k in (*_FIRST, *middle, *_LAST) if k in node}
    if "properties" in out:
        out["properties"] = {name: _ordered(child) for name, child in out["properties"].items()}
    for keyword in ("items", "additionalProperties"):
        if keyword in out:
            out[keyword] = _ordered(out[keyword])
    return out
