"""Checks a bundle on a node before anything relies on it: every file whole, the model loads, a word is spoken.

Exit code 0 with BundleFacts as termination message, or 1 with a Report that says what is wrong.
"""

import os
import sys

from voxpod_crds.sandbox_protocol import BundleFacts, Report, Timings, termination_message
from voxpod_inference import log
from voxpod_inference.bundle import open_bundle
from voxpod_inference.engines.registry import load_engine
from voxpod_inference.errors import BundleError, SpeechError, unexpected
from voxpod_inference.process import milliseconds_since_start, prepare_process, write_termination_log
from voxpod_inference.settings import BundleSettings, SettingsError, bundle_settings


def main() -> int:
    """Run the probe; returns the exit code."""
    prepare_process()
    try:
        settings = bundle_settings(os.environ)
    except SettingsError as error:
        log.event("settings are wrong", "ERROR", error=str(error))
        return 1
    try:
        found = facts(settings)
        message, code = termination_message(found), 0
        log.event("bundle is whole", digest=found.digest, voices=len(found.voices), boot_ms=milliseconds_since_start())
    except Exception as error:
        failed = error if isinstance(error, SpeechError) else unexpected(error)
        message, code = termination_message(Report("", Timings(), failure=failed.as_failure())), 1
        log.event("bundle is unusable", "ERROR", reason=failed.reason, error=str(failed))
    write_termination_log(settings.termination_log, message)
    return code


def facts(settings: BundleSettings) -> BundleFacts:
    """What the bundle is and can, after a check of all of it; SpeechError otherwise."""
    bundle = open_bundle(settings.bundle, settings.bundle_digest)
    if complaints := bundle.complaints():
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise BundleError(f"{bundle.root}: {complaints[0]}{more}")
    bundle = bundle.with_flow_steps(settings.flow_steps)
    model = load_engine(bundle, settings.cpu_limit, settings.prepared)
    for _ in model.speak(model.prepare("ok", language="auto")):
        pass
    manifest, engine = bundle.manifest, model.engine
    return BundleFacts(
        manifest.digest,
        tuple(manifest.voices),
        manifest.languages,
        manifest.sample_rate,
        engine=engine.name,
        mixes_voices=engine.mixes_voices,
        tells_words=engine.tells_words,
        takes_instructions=manifest.takes_instructions,
        flow_steps=manifest.flow_steps or 0,
    )


if __name__ == "__main__":
    sys.exit(main())
