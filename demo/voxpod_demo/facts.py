"""`kubeconfig` and `s3`: what other programs need to reach the demo, and nothing else, on standard output."""

import json
import sys

from voxpod_demo.forward import STORE_PORT, STORE_SERVICE
from voxpod_demo.session import running
from voxpod_demo.settings import SYSTEM_NAMESPACE, Settings
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
    endpoint = target.lasting_endpoint()
    if not endpoint:
        endpoint = f"127.0.0.1:{STORE_PORT}"
        forward = target.kubectl().argv(
            "-n", SYSTEM_NAMESPACE, "port-forward", f"service/{STORE_SERVICE}", str(STORE_PORT)
        )
        print(f"this endpoint answers while this runs: {' '.join(forward)}", file=sys.stderr)
    facts = {
        "endpoint": endpoint,
        "accessKey": keys.access_key,
        "secretKey": keys.secret_key,
        "bucket": BUCKET,
        "secure": False,
        "region": REGION,
    }
    print(json.dumps(facts, indent=2))
