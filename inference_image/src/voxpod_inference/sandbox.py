"""Entry point of a single-use sandbox: `python -m voxpod_inference.sandbox`, settings from the environment.

Exit code 0: spoken, or not needed; 1: failed, the report says why; 143: told to end.
"""

import os
import sys

from voxpod_inference import log
from voxpod_inference.process import prepare_process
from voxpod_inference.settings import SettingsError, sandbox_settings


def main() -> int:
    """Run the sandbox; returns the exit code."""
    prepare_process()
    try:
        settings = sandbox_settings(os.environ)
    except SettingsError as error:
        log.event("settings are wrong", "ERROR", error=str(error))
        return 1
    from voxpod_inference.worker import run  # numpy starts threads: only after prepare_process

    report = run(settings)
    return 0 if report is None or report.failure is None else 1


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Not sys.exit: freeing a model that the kernel frees anyway takes longer than speaking a word.
    os._exit(code)
