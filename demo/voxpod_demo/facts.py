"""`kubeconfig`, `s3` and `api`: what other programs need to reach the demo, and nothing else, on standard output."""

import json
import sys

from voxpod_demo.calls import way_of
from voxpod_demo.reach import STORE, by_hand, lasting
from voxpod_demo.session import running
from voxpod_demo.settings import Settings
from voxpod_demo.store import BUCKET, REGION, credentials


def kubeconfig(settings: Settings) -> None:
    """Print the kubeconfig's path."""
    print(running(settings).kubeconfig())


def s3(settings: Settings) -> None:
    """Print the store's endpoint and the operator's credentials as JSON.

    Where no endpoint lasts, the one of the port-forward that standard error names.
    """
    target = running(settings)
    keys = credentials(target.kubectl())
    endpoint = lasting(target, STORE)
    if not endpoint:
        endpoint, forward = by_hand(target, STORE)
        _say_meanwhile(forward)
    facts = {
        "endpoint": endpoint,
        "accessKey": keys.access_key,
        "secretKey": keys.secret_key,
        "bucket": BUCKET,
        "secure": False,
        "region": REGION,
    }
    print(json.dumps(facts, indent=2))


def api(settings: Settings) -> None:
    """Print the HTTP API's address and a key for it as JSON.

    Where no address lasts, the one of the port-forward that standard error names.
    """
    way = way_of(running(settings))
    if way.meanwhile:
        _say_meanwhile(way.meanwhile)
    print(json.dumps({"url": way.url, "token": way.key}, indent=2))


def _say_meanwhile(command: list[str]) -> None:
    print(f"this endpoint answers while this runs: {' '.join(command)}", file=sys.stderr)
