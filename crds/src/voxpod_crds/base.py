"""What all resource models share: camelCase on the wire, frozen in memory, and fields that are honest about what works."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

GROUP = "voxpod.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

HONOURED = "x-voxpod-honoured"
"""Schema extension naming the only values of a field that this version acts upon; the CRD generator drops it."""


class ResourceKey(NamedTuple):
    """Which object: a typed pair, so that `ns/name` and `name/ns` cannot be mixed up. Cluster-scoped: namespace is ''."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class ApiModel(BaseModel):
    """A piece of a resource: camelCase aliases as Kubernetes writes them, immutable, unknown fields ignored.

    Unknown fields are ignored rather than refused: the API server drops what its CRD does not know, and a status may hold
    what a newer version wrote. Who must not act without them asks `unknown`.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    def to_wire(self) -> dict[str, Any]:
        """This piece as JSON-ready camelCase without the fields that are None (Kubernetes has no explicit nulls)."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _own(annotations: Any) -> Any:
    if not isinstance(annotations, dict):
        return annotations or {}
    return {key: value for key, value in annotations.items() if str(key).startswith(f"{GROUP}/")}


class ObjectMeta(ApiModel):
    """The part of metadata that Voxpod reads."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    annotations: Annotated[dict[str, str], BeforeValidator(_own)] = Field(default_factory=dict)
    """Voxpod's own: kubectl keeps whole objects in others."""

    @property
    def key(self) -> ResourceKey:
        """Namespace and name of the object."""
        return ResourceKey(self.namespace, self.name)


def not_honoured_yet(
    default: Any = None, *, description: str, only: tuple[Any, ...] | None = None, **constraints: Any
) -> Any:
    """A field that exists in the API while this version acts only upon its default (or the values in `only`).

    The description says so, and `unhonoured` finds a spec that asks for more, so that admission refuses it instead of
    silently doing something else.
    """
    honoured = only if only is not None else (default,)
    said = ", ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in honoured if v is not None)
    suffix = f"This version only honours: {said}." if said else "Not honoured yet: leave it unset."
    return Field(
        default, description=f"{description} {suffix}", json_schema_extra={HONOURED: list(honoured)}, **constraints
    )


def unhonoured(piece: BaseModel, path: str = "spec") -> list[str]:
    """Paths of the fields of `piece` (and of what is nested in it) that ask for what this version does not do yet."""
    found: list[str] = []
    for name, field in type(piece).model_fields.items():
        value = getattr(piece, name)
        where = f"{path}.{field.alias or name}"
        if (honoured := _honoured_values(field)) is not None and value not in honoured:
            found.append(where)
        elif isinstance(value, BaseModel):
            found += unhonoured(value, where)
    return found


def _honoured_values(field: FieldInfo) -> list[Any] | None:
    extra = field.json_schema_extra
    values = extra.get(HONOURED) if isinstance(extra, dict) else None
    return values if isinstance(values, list) else None


def unknown(model: type[BaseModel], raw: Any, path: str = "spec") -> Iterator[str]:
    """Paths of what `raw` (JSON of a `model`, or a list of them) says in fields that the model does not have.

    The CRD is newer than the reader then, and somebody asked for something: a field that a version adds has no default in
    the schema (a test holds us to that), so that it is not there unless it was set.
    """
    for number, item in enumerate(raw if isinstance(raw, list) else []):
        yield from unknown(model, item, f"{path}[{number}]")
    if not isinstance(raw, dict):
        return
    nested = _nested_models(model)
    for name, value in raw.items():
        if value is None:
            continue
        if name not in nested:
            yield f"{path}.{name}"
        elif (below := nested[name]) is not None:
            yield from unknown(below, value, f"{path}.{name}")


@cache
def _nested_models(model: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """Names of the fields on the wire, with the model of those that hold one (or a list of them)."""
    return {field.alias or name: _model_in(field.annotation) for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
