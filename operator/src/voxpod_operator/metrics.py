"""Prometheus metrics: names, units and the fixed sets of label values. docs/metrics.md explains them."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS_ENDED = Counter(
    "voxpod_requests_ended_total", "Requests that ended, by phase and reason.", ["phase", "reason"]
)
TTS_REQUESTS = Counter("tts_request_total", "Requests that ended, by tenant and phase.", ["tenant", "status"])
TTS_DURATION = Histogram(
    "tts_duration_seconds",
    "Creation of a request to its success.",
    ["tenant"],
    buckets=(0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 3600),
)
TTS_WAIT = Histogram(
    "tts_wait_seconds",
    "Creation of a request to the assignment of the sandbox that it ended with.",
    ["tenant"],
    buckets=(0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
TTS_QUEUE = Gauge("tts_queue_length", "Requests that hold no sandbox yet.", ["tenant"])
QUOTA_REMAINING = Gauge("quota_remaining", "What a tenant's daily quota leaves.", ["tenant", "resource"])
SANDBOX_STARTS = Counter(
    "voxpod_sandbox_starts_total", "Sandboxes that took work, by how they had started.", ["model", "start"]
)
EVENTS = Counter("voxpod_events_total", "Kubernetes Events, by what became of them.", ["outcome"])
REQUESTS = Gauge("voxpod_requests", "Requests that have not ended, by phase.", ["phase"])
QUEUE_SECONDS = Histogram(
    "voxpod_request_queue_seconds",
    "Creation of a request to the assignment of a sandbox.",
    buckets=(0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
STARTUP_SECONDS = Histogram(
    "voxpod_sandbox_startup_seconds",
    "Assignment of a sandbox to its claim.",
    buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 120),
)
SYNTHESIS_SECONDS = Histogram(
    "voxpod_synthesis_seconds", "Claim to last sample.", buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600)
)
REAL_TIME_FACTOR = Histogram(
    "voxpod_real_time_factor", "Synthesis time over audio time.", buckets=(0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 4)
)
AUDIO_SECONDS = Counter("voxpod_audio_seconds_total", "Seconds of audio made.")
CHARACTERS = Counter("voxpod_characters_total", "Code points spoken.")
ESTIMATE_RATIO = Histogram(
    "voxpod_speech_estimate_ratio",
    "Seconds of audio made over the seconds estimated before; what is held of a quota is 1.25 of the estimate.",
    buckets=(0.25, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 4),
)
WEIGHTS = Counter(
    "voxpod_sandbox_weights_total",
    "Requests spoken, by the weights that the sandbox had: prepared for its node, prepared-onnx without the native"
    " library, or the plain bundle.",
    ["weights"],
)
RETRIES = Counter(
    "voxpod_request_retries_total", "Sandboxes that were replaced, by the reason of the failure.", ["reason"]
)
SLOTS_GIVEN_BACK = Counter(
    "voxpod_slots_given_back_total", "Sandboxes that the cluster did not take in time, by reason.", ["reason"]
)
SANDBOXES = Gauge("voxpod_sandboxes", "Sandboxes of a model: idle, starting in its pool, or busy.", ["model", "state"])
CLAIMS = Counter("voxpod_dispatch_claims_total", "Answers to claims, by HTTP status.", ["code"])
PROGRESS = Counter("voxpod_dispatch_progress_total", "Answers to progress, by HTTP status.", ["code"])
RESULTS = Counter("voxpod_dispatch_results_total", "Answers to results, by HTTP status.", ["code"])
DISPATCH_CONNECTIONS = Gauge("voxpod_dispatch_connections", "Open connections to the dispatch endpoint.")
DISPATCH_REFUSED = Counter(
    "voxpod_dispatch_connections_refused_total",
    "Connections that the dispatch endpoint refused or closed, by cause.",
    ["cause"],
)
DISPATCH_CERTIFICATE = Gauge(
    "voxpod_dispatch_certificate_not_after_timestamp_seconds",
    "Unix time at which the certificate that is served ends.",
)
RECONCILES = Counter("voxpod_reconciles_total", "Reconciles, by kind and outcome.", ["kind", "outcome"])
QUEUE_LENGTH = Gauge("voxpod_workqueue_length", "Keys that wait for a worker.")
API_CALL_SECONDS = Histogram(
    "voxpod_api_call_seconds",
    "Kubernetes API calls; code 0 is no answer.",
    ["verb", "kind", "code"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10),
)
STORE_UP = Gauge("voxpod_store_up", "1 while the object store answers and takes what this replica sends.")
STORE_CHECKS = Counter("voxpod_store_checks_total", "Looks at the object store, by outcome.", ["outcome"])
STORE_ORPHANS = Gauge("voxpod_store_orphans", "Objects of requests that do not exist any more, at the last sweep.")
STORE_ORPHAN_BYTES = Gauge("voxpod_store_orphan_bytes", "Their size.")
STORE_REMOVALS = Counter("voxpod_store_removals_total", "Removals of unwanted objects, by outcome.", ["outcome"])
USAGE_ARCHIVED = Counter("voxpod_usage_archived_total", "Records of ended requests that were stored.")
USAGE_WAITING = Gauge("voxpod_usage_waiting", "Ended requests whose record is not stored yet.")
USAGE_LOST = Counter("voxpod_usage_lost_total", "Requests that were deleted before their record was stored.")
STALE_ADDRESSES = Gauge(
    "voxpod_stale_addresses", "Hosts whose last address sandboxes still get, since DNS does not answer."
)
LOOP_LAG = Histogram(
    "voxpod_event_loop_lag_seconds",
    "How late a beat of 50 ms came in the event loop: so long nothing else of the operator ran.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
LEADER = Gauge("voxpod_leader", "1 while this replica leads.")
WATCH_MISSED = Counter(
    "voxpod_watch_missed_total", "Changes that a list found and the watch had not told, by kind.", ["kind"]
)
