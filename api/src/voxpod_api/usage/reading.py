"""The history of a tenant's use, as the operator stored it."""

from pydantic import ValidationError

from voxpod_api.audio_store import AudioStore
from voxpod_api.errors import NotStored, StoreError, not_now
from voxpod_crds.tenant import Tenant
from voxpod_crds.usage_history import UsageHistory


async def history_of(store: AudioStore, tenant: Tenant) -> UsageHistory:
    """An empty one for a tenant that has no day behind it. Raises ApiError."""
    url = tenant.status.usage_history_url
    if not url:
        raise not_now(503, "usage_history_unknown", "the operator has not told yet where earlier days are kept", 5)
    try:
        return UsageHistory.model_validate_json(await store.read(url))
    except NotStored:
        return UsageHistory()
    except StoreError as error:
        raise not_now(503, "store_unavailable", str(error), 2) from None
    except ValidationError:
        raise not_now(503, "usage_history_unknown", "the history of use is of another version", 60) from None
