"""What all resource models share: camelCase on the wire, frozen in memory, and fields that are honest about what works."""

from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
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

    Unknown fields are ignored rather than refused because the API server prunes them on write, and an object stored by a
    newer version must stay readable by an older one.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    def to_wire(self) -> dict[str, Any]:
        """This piece as JSON-ready camelCase without the fields that are None (Kubernetes has no explicit nulls)."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class ObjectMeta(ApiModel):
    """The part of metadata that Voxpod reads."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None

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
