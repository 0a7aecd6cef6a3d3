"""Readies a node for a model: its bundle checked whole, its weights prepared for the node's processor.

Exit code 0 with NodeFacts as termination message, or 1 with a Report that says what is wrong. Nothing half done stays behind.
"""

import errno
import os
import shutil
import signal
import sys
from pathlib import Path

from voxpod_crds.sandbox_protocol import NodeFacts, Report, Timings, termination_message
from voxpod_inference import log
from voxpod_inference.bundle import open_bundle
from voxpod_inference.errors import DELIVERY_FAILED, NODE_FULL, BundleError, SpeechError, unexpected
from voxpod_inference.process import milliseconds_since_start, write_termination_log
from voxpod_inference.settings import BundleSettings, SettingsError, bundle_settings

_FULL = (errno.ENOSPC, errno.EDQUOT)


def main() -> int:
    """Ready the node; returns the exit code."""
    # as process 1 of a container it would ignore it; an exception lets what was begun be removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        settings = bundle_settings(os.environ)
    except SettingsError as error:
        log.event("settings are wrong", "ERROR", error=str(error))
        return 1
    try:
        made = ready(settings)
        message, code = termination_message(made), 0
        log.event("node is ready", digest=made.digest, weights=made.weights, ms=milliseconds_since_start())
    except Exception as error:
        failed = error if isinstance(error, SpeechError) else _of_the_disk(error, settings.bundle)
        message, code = termination_message(Report("", Timings(), failure=failed.as_failure())), 1
        log.event("node is not ready", "ERROR", reason=failed.reason, error=str(failed))
    write_termination_log(settings.termination_log, message)
    return code


def ready(settings: BundleSettings) -> NodeFacts:
    """Check and prepare; SpeechError or OSError otherwise."""
    from voxpod_inference.prepare import prepare, prune
    from voxpod_inference.prepared import PreparedError, folder_of

    bundle = open_bundle(settings.bundle, settings.bundle_digest)
    if complaints := bundle.complaints():
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise BundleError(f"{bundle.root}: {complaints[0]}{more}")
    root = folder_of(bundle)
    try:
        weights = prepare(bundle, root, lambda what: log.event(what))
    except PreparedError as error:
        raise SpeechError("infrastructure", DELIVERY_FAILED, str(error)) from None
    for name in prune(bundle, root):
        log.event("removed what nobody will load again", folder=name)
    return NodeFacts(bundle.manifest.digest, weights.kind)


def _of_the_disk(error: Exception, folder: Path) -> SpeechError:
    """What an error means to who looks after the node."""
    if not isinstance(error, OSError):
        return unexpected(error)
    if error.errno in _FULL:
        free = shutil.disk_usage(folder).free if folder.is_dir() else 0
        said = f"{folder}: the disk is full, {free >> 20} MiB are left; what was begun was removed"
        return SpeechError("infrastructure", NODE_FULL, said)
    where = error.filename or folder
    return SpeechError("infrastructure", DELIVERY_FAILED, f"{where} cannot be written: {error.strerror or error}")


if __name__ == "__main__":
    sys.exit(main())
