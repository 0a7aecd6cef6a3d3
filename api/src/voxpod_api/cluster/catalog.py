"""Tenants and SpeechModels as the watches tell them, and the questions that the facade asks of them."""

import logging
from typing import Generic, TypeVar

from pydantic import ValidationError

from voxpod_api.cluster.gateway import Json
from voxpod_crds.model_choice import Offer, model_for
from voxpod_crds.speech_model import SpeechModel
from voxpod_crds.tenant import Tenant

logger = logging.getLogger(__name__)

R = TypeVar("R", Tenant, SpeechModel)


class Shelf(Generic[R]):
    """All objects of one cluster-scoped kind, by name; what this version cannot read is left out and told in the log."""

    def __init__(self, model: type[R]) -> None:
        self._model: type[R] = model
        self._known: dict[str, R] = {}
        self._stale: set[str] = set()

    def get(self, name: str) -> R | None:
        """The object of that name."""
        return self._known.get(name)

    def all(self) -> list[R]:
        """The oldest first."""
        return sorted(self._known.values(), key=_age)

    def list_begins(self) -> None:
        """See Follower."""
        self._stale = set(self._known)

    def put(self, raw: Json) -> None:
        """See Follower."""
        name = raw["metadata"]["name"]
        self._stale.discard(name)
        try:
            self._known[name] = self._model.model_validate(raw)
        except ValidationError as error:
            self._known.pop(name, None)
            fields = sorted({".".join(str(part) for part in e["loc"]) for e in error.errors(include_input=False)})
            logger.warning("not readable", extra={"kind": self._model.__name__, "object": name, "fields": fields})

    def list_ends(self) -> None:
        """See Follower."""
        for name in self._stale:
            self._known.pop(name, None)

    def gone(self, raw: Json) -> None:
        """See Follower."""
        self._known.pop(raw["metadata"]["name"], None)


class Catalog:
    """Who may speak, and with what."""

    def __init__(self) -> None:
        self.tenants = Shelf(Tenant)
        self.models = Shelf(SpeechModel)

    def owner_of(self, namespace: str) -> Tenant | None:
        """The Tenant of a namespace; of several that list it the oldest, as the operator judges."""
        return next((t for t in self.tenants.all() if namespace in t.spec.namespaces), None)

    def default_model(self, tenant: Tenant | None, language: str = "auto", voice: str = "") -> SpeechModel | None:
        """The SpeechModel of a tenant's requests that name none, as the operator judges; of anybody's without a tenant."""
        offers = (
            Offer(m.metadata.name, m.spec.default, m.spec.default_for, m.status.voices) for m in self.models.all()
        )
        name = model_for(offers, tenant.spec if tenant else None, language, voice)
        return self.models.get(name) if name else None


def _age(resource: Tenant | SpeechModel) -> tuple[str, str]:
    created = resource.metadata.creation_timestamp
    return (created.isoformat() if created else "", resource.metadata.name)
