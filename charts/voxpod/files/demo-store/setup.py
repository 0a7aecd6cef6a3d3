"""Makes the demo store ready: the bucket, and one user who may use that bucket only. Runs beside the server, as often as it starts."""

import os
import pathlib
import signal
import sys
import time

import urllib3
from minio import Minio, MinioAdmin
from minio.credentials import StaticProvider
from minio.error import MinioAdminException, S3Error

POLICY = "voxpod-operator"
READY = pathlib.Path("/tmp/ready")  # noqa: S108  # an emptyDir of this pod


def policy(bucket):
    """What the operator does with its bucket, and no more."""
    objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": objects, "Resource": [f"arn:aws:s3:::{bucket}/*"]},
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
                "Resource": [f"arn:aws:s3:::{bucket}"],
            },
        ],
    }


def set_up(environment):
    """Every step may be repeated."""
    endpoint, region, bucket = environment["MINIO_ENDPOINT"], environment["REGION"], environment["BUCKET"]
    root = StaticProvider(environment["MINIO_ROOT_USER"], environment["MINIO_ROOT_PASSWORD"])
    # short and without urllib3's own retries: the loop below retries
    http = urllib3.PoolManager(timeout=5, retries=False)
    store = Minio(endpoint=endpoint, credentials=root, region=region, secure=False, http_client=http)
    if not store.bucket_exists(bucket_name=bucket):
        store.make_bucket(bucket_name=bucket)
    admin = MinioAdmin(endpoint=endpoint, credentials=root, region=region, secure=False, http_client=http)
    admin.policy_add(POLICY, policy=policy(bucket))
    admin.user_add(environment["ACCESS_KEY"], environment["SECRET_KEY"])
    admin.policy_set(POLICY, user=environment["ACCESS_KEY"])


def main():
    """Set up, say ready, wait for the end of the pod."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        try:
            set_up(os.environ)
            break
        except (S3Error, MinioAdminException, urllib3.exceptions.HTTPError, OSError) as error:
            print(f"demo store not set up yet: {error}", flush=True)
            time.sleep(0.5)
    READY.touch()
    print("demo store is set up", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
