"""Readies a node for a model: its bundle brought if need be and checked whole, its weights prepared for the node's
processor. With VOXPOD_COLLECT it takes that away again.

Exit code 0 with NodeFacts as termination message, or 1 with a Report that says what is wrong. Nothing half done stays behind.
"""

import errno
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voxpod_crds.sandbox_protocol import NodeFacts, Report, Timings, termination_message
from voxpod_inference import log
from voxpod_inference.bundle import Bundle, open_bundle
from voxpod_inference.errors import DELIVERY_FAILED, NODE_FULL, BundleError, SpeechError, unexpected
from voxpod_inference.process import milliseconds_since_start, write_termination_log
from voxpod_inference.settings import BundleSettings, SettingsError, bundle_settings

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a delivery is told by its environment."""

    model: BundleSettings
    bring_from: str
    """VOXPOD_BRING_FROM: folder that the bundle is copied from; empty for none."""
    bring_url: str
    """VOXPOD_BRING_URL: presigned GET of an archive that it is unpacked from; empty for none. Without both it is there already."""
    object_store_ca_pem: str
    """VOXPOD_OBJECT_STORE_CA_PEM: authority of an https:// object store; empty for the system's."""
    collect: bool
    """VOXPOD_COLLECT: take away what an earlier delivery brought or prepared, since nobody wants it any more."""


def node_settings(environ: Mapping[str, str]) -> NodeSettings:
    """The settings of a delivery."""
    return NodeSettings(
        bundle_settings(environ),
        environ.get("VOXPOD_BRING_FROM", ""),
        environ.get("VOXPOD_BRING_URL", ""),
        environ.get("VOXPOD_OBJECT_STORE_CA_PEM", ""),
        bool(environ.get("VOXPOD_COLLECT")),
    )


def main() -> int:
    """Ready the node; returns the exit code."""
    # as process 1 of a container it would ignore it; an exception lets what was begun be removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        settings = node_settings(os.environ)
    except SettingsError as error:
        log.event("settings are wrong", "ERROR", error=str(error))
        return 1
    try:
        made = collect(settings.model) if settings.collect else ready(settings)
        message, code = termination_message(made), 0
        log.event("node is ready", weights=made.weights, brought=made.brought, ms=milliseconds_since_start())
    except Exception as error:
        failed = error if isinstance(error, SpeechError) else _of_the_disk(error, settings.model.bundle.parent)
        message, code = termination_message(Report("", Timings(), failure=failed.as_failure())), 1
        log.event("node is not ready", "ERROR", reason=failed.reason, error=str(failed))
    write_termination_log(settings.model.termination_log, message)
    return code


def ready(settings: NodeSettings) -> NodeFacts:
    """Bring, check and prepare; SpeechError or OSError otherwise."""
    from voxpod_inference.prepare import prepare, prune
    from voxpod_inference.prepared import PreparedError, folder_of

    bundle, brought = _bundle(settings)
    root = settings.model.prepared or folder_of(bundle)
    try:
        weights = prepare(bundle, root, lambda what: log.event(what))
    except PreparedError as error:
        raise SpeechError("infrastructure", DELIVERY_FAILED, str(error)) from None
    for name in prune(bundle, root):
        log.event("removed what nobody will load again", folder=name)
    return NodeFacts(bundle.manifest.digest, weights.kind, brought)


def collect(model: BundleSettings) -> NodeFacts:
    """Remove the bundle that was brought, or the weights that were prepared beside one; nothing else. OSError."""
    from voxpod_inference.delivery import take_away

    take_away(model.prepared or model.bundle, keep_folder=model.prepared is not None)
    return NodeFacts(model.bundle_digest.removeprefix("sha256:"), "")


def _bundle(settings: NodeSettings) -> tuple[Bundle, bool]:
    """The bundle, every file of it checked, and whether it was brought just now."""
    from voxpod_inference.delivery import bring, copied_from, fetched_from

    model = settings.model
    if settings.bring_from or settings.bring_url:
        fill = (
            copied_from(Path(settings.bring_from), model.bundle_digest)
            if settings.bring_from
            else fetched_from(settings.bring_url, settings.object_store_ca_pem)
        )
        brought = bring(model.bundle, model.bundle_digest, fill)
        return open_bundle(model.bundle, model.bundle_digest), brought
    bundle = open_bundle(model.bundle, model.bundle_digest)
    if complaints := bundle.complaints():
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise BundleError(f"{bundle.root}: {complaints[0]}{more}")
    return bundle, False


def _of_the_disk(error: Exception, folder: Path) -> SpeechError:
    """What an error means to who looks after the node."""
    if not isinstance(error, OSError):
        return unexpected(error)
    if error.errno in _FULL:
        free = shutil.disk_usage(folder).free >> 20
        said = f"the disk is full, {free} MiB are left; what was begun was removed"
        return SpeechError("infrastructure", NODE_FULL, said)
    where = error.filename or folder
    return SpeechError("infrastructure", DELIVERY_FAILED, f"{where}: {error.strerror or error}")


if __name__ == "__main__":
    sys.exit(main())
