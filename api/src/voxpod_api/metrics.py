"""Prometheus metrics of the facade: names, units and the fixed sets of label values. docs/http-api.md explains them."""

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter("voxpod_facade_calls_total", "Calls answered, by route and status.", ["route", "status"])
CALL_SECONDS = Histogram(
    "voxpod_facade_call_seconds",
    "Head of the call to the first byte of the answer.",
    ["route"],
    buckets=(0.005, 0.025, 0.1, 0.35, 1, 2.5, 5, 10, 30, 120),
)
IN_FLIGHT = Gauge("voxpod_facade_in_flight", "Calls that are served at present.")
SHED = Counter("voxpod_facade_shed_total", "Calls turned away since too many were served.")
REPEATS = Counter("voxpod_facade_repeats_total", "Calls answered from a request that another call had made.")
CANCELLED = Counter("voxpod_facade_cancelled_total", "Requests cancelled since nobody waited for them any more.")
LIVE_STREAMS = Counter("voxpod_facade_live_streams_total", "Live audio that sandboxes sent or tried to.", ["status"])
LIVE_REFUSED = Counter("voxpod_facade_live_refused_total", "Connections to the live port beyond what it holds.")
LIVE_HELD = Gauge("voxpod_facade_live_held_bytes", "Live audio that waits for slow listeners.")
WATCH_FAILURES = Counter("voxpod_facade_watch_failures_total", "Watches that ended with an error.", ["kind"])
CREDENTIALS_UNREADABLE = Gauge(
    "voxpod_facade_credentials_unreadable",
    "1 while a file of credentials cannot be read and the version before counts.",
)
ISSUER_FAILURES = Counter(
    "voxpod_facade_issuer_failures_total", "Times that the keys of the tokens' issuer could not be fetched."
)
WEBHOOKS = Counter("voxpod_facade_webhooks_total", "Attempts to tell a receiver of a task's end.", ["result"])
NOT_ASKED = Counter(
    "voxpod_facade_cluster_not_asked_total", "Calls to the API server not made, since it did not answer those before."
)
