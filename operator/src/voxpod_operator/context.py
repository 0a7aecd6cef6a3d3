"""What every reconcile and the dispatch endpoint share: settings, view, queue, gateways, clock."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from voxpod_crds.base import ResourceKey
from voxpod_crds.speech_model import NodesStatus
from voxpod_crds.tts_request import TTSRequest, TTSRequestStatus
from voxpod_operator.certificates import DispatchCertificate
from voxpod_operator.cluster.addresses import Addresses
from voxpod_operator.cluster.gateway import ClusterGateway
from voxpod_operator.cluster.kinds import JOB, SPEECH_MODEL, TENANT, TTS_REQUEST, Kind
from voxpod_operator.cluster.reading import Request, UnreadableRequest
from voxpod_operator.cluster.view import REMEMBERED_GONE, ClusterView, WorkKey
from voxpod_operator.cluster.warnings import Warnings
from voxpod_operator.idle import IdleSandboxes
from voxpod_operator.policy import stored_objects
from voxpod_operator.policy.archive_book import ArchiveBook
from voxpod_operator.policy.book import Book, Slot
from voxpod_operator.policy.bulletin import Bulletin
from voxpod_operator.policy.charges import Due
from voxpod_operator.policy.ledger import NotNow
from voxpod_operator.policy.pool import PoolBook
from voxpod_operator.policy.progress import ProgressBook
from voxpod_operator.policy.store_state import StoreState
from voxpod_operator.policy.transitions import difference
from voxpod_operator.reuse import Reuse
from voxpod_operator.settings import OperatorSettings
from voxpod_operator.storage.object_store import ObjectStore
from voxpod_operator.tenant_series import label_of, own_series
from voxpod_operator.workqueue import Lane, WorkQueue


@dataclass
class Serving:
    """Since when this process answers sandboxes; None before it leads."""

    since: datetime | None = None
    term: int = 0
    """Grows with each leader: the Lease's resourceVersion when this process took it. What it writes into a ledger bears it."""


class Deleted(OrderedDict[str, Due]):
    """By UID, what requests are charged that were deleted; the oldest goes when there are too many."""

    def remember(self, uid: str, due: Due) -> None:
        """Keep it until the tenant's ledger has it."""
        self[uid] = due
        if len(self) > REMEMBERED_GONE:
            self.popitem(last=False)


@dataclass
class LastLook:
    """What the last look at the object store found (`store_check`)."""

    state: StoreState = field(default_factory=StoreState)
    closely_at: float = float("-inf")
    """Monotonic time of the last close look."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    trouble: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the store cannot be used."""


@dataclass(frozen=True)
class Context:
    """One operator process."""

    settings: OperatorSettings
    gateway: ClusterGateway
    store: ObjectStore
    addresses: Addresses
    warnings: Warnings
    view: ClusterView
    queue: WorkQueue[WorkKey]
    now: Callable[[], datetime]
    certificate: DispatchCertificate
    idle: IdleSandboxes
    """Who waits for work at this leader."""
    reuse: Reuse = field(default_factory=Reuse)
    """Who may serve several requests of one tenant."""
    pools: PoolBook = field(default_factory=PoolBook)
    """What this leader has seen of each model's pool."""
    book: Book = field(default_factory=Book)
    """Who waits and who holds a slot. The view keeps it, `reconcile.schedule` gives slots away."""
    archive: ArchiveBook = field(default_factory=ArchiveBook)
    """What has ended, and whether it is archived. `reconcile.archive` keeps it."""
    archive_locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """By tenant: its records are stored in order."""
    serving: Serving = field(default_factory=Serving)
    last_look: LastLook = field(default_factory=LastLook)
    nodes: dict[str, NodesStatus] = field(default_factory=dict)
    """By SpeechModel, where its nodes stood at the last look."""
    bulletin: Bulletin = field(default_factory=Bulletin)
    """Events that are to be written."""
    progress: ProgressBook = field(default_factory=ProgressBook)
    """What sandboxes told this leader; in memory only."""
    pauses: dict[str, NotNow] = field(default_factory=dict)
    """Tenants whose ledger has no room for the first of their line at present: none of their requests is granted a slot."""
    deleted: Deleted = field(default_factory=Deleted)
    """What requests that were deleted are charged, until it is in their tenant's ledger."""
    concluding: set[str] = field(default_factory=set)
    """UIDs of requests whose report is being verified: a sandbox that reports many times at once gets one verification."""

    def tenant_label(self, tenant: str | None) -> str:
        """What the tenant is called in the label of a metric."""
        return label_of(tenant, own_series(self.view, self.settings.metrics_max_tenants))

    def keep_book(self, uid: str, request: Request | None) -> None:
        """Enter a new version of a request (None: it is gone) into the book; a slot that comes free is given away anew."""
        if isinstance(request, TTSRequest | UnreadableRequest) and not ended(request):
            status = request.status
            if status.sandbox is not None:
                self.book.held_by(uid, Slot(status.tenant or "", status.model or ""))
                self.idle.wake(status.sandbox.job_name)
                self.reuse.wake(status.sandbox.job_name)
                return
            freed = self.book.without_slot(uid)
        else:
            self.progress.forget(uid)
            freed = self.book.gone(uid)
            for tenant in self.pauses:  # what ended may leave room
                self.enqueue(TENANT, ResourceKey("", tenant), Lane.URGENT)
            if request is None:
                self.archive.gone(uid)
        if freed:
            self.schedule()

    def schedule(self) -> None:
        """Have free slots given away now."""
        self.queue.add(SCHEDULE, Lane.DECIDING)

    def job_key(self, name: str) -> ResourceKey:
        """The key of a Job in the sandbox namespace."""
        return ResourceKey(self.settings.sandbox_namespace, name)

    def enqueue(self, kind: Kind, key: ResourceKey, lane: Lane = Lane.NORMAL) -> None:
        """Have an object reconciled now."""
        self.queue.add(WorkKey(kind.plural, key), lane)

    def enqueue_job(self, name: str) -> None:
        """Have a Job of the sandbox namespace looked at now."""
        self.enqueue(JOB, self.job_key(name), Lane.URGENT)

    def look_at_nodes_again(self) -> None:
        """Have the nodes of all SpeechModels looked at; what changes within half a second is looked at together."""
        self.queue.add_after(COLLECTION, NODES_TOGETHER_SECONDS)
        for model in self.view.models():
            self.queue.add_after(WorkKey(SPEECH_MODEL.plural, model.metadata.key), NODES_TOGETHER_SECONDS)

    def discard_audio_of(self, request: TTSRequest) -> None:
        """Have what a sandbox may have stored removed once it is surely gone: nobody will be told where it is."""
        if request.status.attempt is not None and request.status.tenant:
            self.discard(stored_objects.keys(request))

    def discard(self, keys: list[str]) -> None:
        """Have objects removed once the sandboxes that may store them are surely gone."""
        for key in keys:
            folder, _, name = key.partition("/")
            self.queue.add_after(WorkKey(AUDIO, ResourceKey(folder, name)), DISCARD_SECONDS)

    def look_at_pool(self, model: str) -> None:
        """Have a model's waiting sandboxes brought to the number that is wanted."""
        self.queue.add(WorkKey(POOL, ResourceKey("", model)))

    def refresh_counts(self, tenant: str | None, model: str | None) -> None:
        """Have the counts in a Tenant's and SpeechModel's status brought up to date, and what has ended charged."""
        for kind, name, delay in ((TENANT, tenant, 1), (SPEECH_MODEL, model, 3)):
            if name:
                self.queue.add_after(WorkKey(kind.plural, ResourceKey("", name)), delay * COUNTS_DELAY_SECONDS)

    async def write_status(self, request: TTSRequest, status: TTSRequestStatus) -> None:
        """Store a request's new status if it differs; the view has it before this returns. Raises Conflict."""
        patch = difference(request.status.to_wire(), status.to_wire())
        if not patch:
            return
        stored = await self.gateway.patch_status(
            TTS_REQUEST, request.metadata.key, patch, request.metadata.resource_version
        )
        self.view.observe(TTS_REQUEST, stored)


def ended(request: TTSRequest | UnreadableRequest) -> bool:
    """Whether the request's status has a terminal phase."""
    return request.status.phase is not None and request.status.phase.terminal


AUDIO = "audio"
"""Plural of the work keys that stand for objects in the store: tenant and file name."""

SCHEDULE = WorkKey("schedule", ResourceKey("", ""))
"""The work key that stands for giving free slots away."""

ANNOUNCE = WorkKey("announce", ResourceKey("", ""))
"""The work key that stands for writing the next Event."""

DIRECTORY = WorkKey("directory", ResourceKey("", ""))
"""The work key that stands for the list of the tenants' namespaces."""

COLLECTION = WorkKey("collection", ResourceKey("", ""))
"""The work key that stands for taking bundles off nodes that nobody wants any more."""

POOL = "pool"
"""Plural of the work keys that stand for a SpeechModel's waiting sandboxes."""

ARCHIVE = "archive"
"""Plural of the work keys that stand for storing the records of a tenant's ended requests."""

RETENTION = "retention"
"""Plural of the work keys that stand for deleting a tenant's ended requests."""

PLACE = "place"
"""Plural of the work keys that stand for telling a request its place in the line."""

LINE = "line"
"""Plural of the work keys that stand for a tenant's line: its first requests are told their places anew."""

NODES_TOGETHER_SECONDS = 0.5
"""Jobs of a thousand nodes change one after the other; looks at all of them are so far apart."""

DISCARD_SECONDS = 30.0
"""Longer than the sandbox of an ended request lives (lifecycle.EXIT_GRACE and its termination)."""

COUNTS_DELAY_SECONDS = 5.0
"""So long a charge waits for others that share its write, and thrice as long what a SpeechModel tells: counts are for people."""
