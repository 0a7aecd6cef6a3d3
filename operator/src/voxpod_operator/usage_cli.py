"""`voxpod-usage`: what tenants used in a month, from the usage archive in the bucket. docs/usage.md has samples."""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from voxpod_operator.errors import StoreError
from voxpod_operator.policy import usage_files, usage_report
from voxpod_operator.policy.usage_report import UnreadableArchive, Usage
from voxpod_operator.storage.object_store import ObjectStore, open_store
from voxpod_operator.usage_reader import by_day, usage_by_day

FORMATS = {"table": usage_report.as_table, "csv": usage_report.as_csv, "json": usage_report.as_json}


class SettingsMissing(Exception):
    """The environment does not say which store, or with which keys."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 when the store fails or its archive cannot be read, 2 when an option or the environment is wrong."""
    asked = _parser().parse_args(arguments)
    try:
        store = store_of(os.environ, asked.endpoint, asked.bucket)
        rows = asyncio.run(usage(store, asked.tenant, asked.month, daily=asked.daily))
    except SettingsMissing as error:
        print(f"voxpod-usage: {error}", file=sys.stderr)
        return 2
    except (StoreError, UnreadableArchive) as error:
        print(f"voxpod-usage: the archive cannot be read: {error}", file=sys.stderr)
        return 1
    if not any(row.ended for row in rows):
        print(f"voxpod-usage: nothing is archived for {asked.month}", file=sys.stderr)
    sys.stdout.write(FORMATS[asked.format](rows))
    return 0


async def usage(store: ObjectStore, tenants: Sequence[str], month: str, *, daily: bool) -> list[Usage]:
    """A row a tenant (no tenants: all), or one for each of its days. Raises StoreError, UnreadableArchive."""
    try:
        rows: list[Usage] = []
        for tenant in tenants or await store.folders(usage_files.PREFIX):
            found = by_day(await store.under(f"{usage_files.folder(tenant)}{month}-"))
            days = [row async for row in usage_by_day(store, tenant, found)]
            rows += days if daily else [usage_report.total(tenant, month, days)]
        return rows
    finally:
        store.close()


def store_of(environment: Mapping[str, str], endpoint: str = "", bucket: str = "") -> ObjectStore:
    """The store that the environment names, as the operator's does (VOXPOD_OBJECT_STORE_...) or as AWS tools' does.

    Raises SettingsMissing.
    """

    def of(ours: str, *aws: str) -> str:
        return next((environment[n] for n in (f"VOXPOD_OBJECT_STORE_{ours}", *aws) if environment.get(n)), "")

    bucket = bucket or of("BUCKET")
    access, secret = of("ACCESS_KEY", "AWS_ACCESS_KEY_ID"), of("SECRET_KEY", "AWS_SECRET_ACCESS_KEY")
    region = of("REGION", "AWS_REGION", "AWS_DEFAULT_REGION") or "us-east-1"
    endpoint = endpoint or of("ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") or f"s3.{region}.amazonaws.com"
    if not bucket:
        raise SettingsMissing("which bucket? Use --bucket, or set VOXPOD_OBJECT_STORE_BUCKET")
    if not access or not secret:
        raise SettingsMissing(
            "no keys: set VOXPOD_OBJECT_STORE_ACCESS_KEY and VOXPOD_OBJECT_STORE_SECRET_KEY, or AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY"
        )
    bundle = environment.get("AWS_CA_BUNDLE", "")
    url = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
    plain = url.scheme == "http" or (not url.scheme and of("SECURE").lower() in ("false", "0"))
    try:
        pem = of("CA_PEM") or (Path(bundle).read_text(encoding="utf-8") if bundle else "")
        token = None if of("ACCESS_KEY") else environment.get("AWS_SESSION_TOKEN")
        return open_store(
            url.netloc + url.path.rstrip("/"),
            access,
            secret,
            bucket,
            secure=not plain,
            region=region,
            ca_pem=pem,
            session_token=token,
        )
    except (OSError, ValueError) as error:
        raise SettingsMissing(f"the store {endpoint!r} cannot be used: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voxpod-usage",
        description="What tenants used in a month (UTC), from the archive in the bucket.",
        epilog="The store's keys come from the environment: VOXPOD_OBJECT_STORE_*, as the operator has them, or AWS_*.",
    )
    parser.add_argument("--tenant", action="append", default=[], type=_tenant, help="may be given again; default: all")
    parser.add_argument(
        "--month", type=_month, default=f"{datetime.now(UTC):%Y-%m}", help="such as 2026-11; default: now"
    )
    parser.add_argument("--daily", action="store_true", help="a row for each day")
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.add_argument("--bucket", default="", help="default: VOXPOD_OBJECT_STORE_BUCKET")
    parser.add_argument("--endpoint", default="", help="host:port or URL of the store; default: from the environment")
    return parser


def _month(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no month such as 2026-11")
    return text


def _tenant(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,62}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a Tenant")
    return text


if __name__ == "__main__":
    sys.exit(main())
