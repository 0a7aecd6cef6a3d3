"""Why there is no speech, as one exception that becomes the report's `Failure`."""

import os
import traceback

from voxpod_crds.sandbox_protocol import Failure, Fault

LANGUAGE_NOT_SUPPORTED = "LanguageNotSupported"
TEXT_EMPTY = "TextEmpty"
VOICE_NOT_FOUND = "VoiceNotFound"
NOT_SUPPORTED_YET = "NotSupportedYet"
INPUT_REFUSED = "InputRefused"
ENGINE_FAILED = "EngineFailed"
DEADLINE_EXCEEDED = "DeadlineExceeded"
BUNDLE_INVALID = "BundleInvalid"
UPLOAD_FAILED = "UploadFailed"
SANDBOX_REFUSED = "SandboxRefused"
NODE_FULL = "NodeFull"
DELIVERY_FAILED = "DeliveryFailed"
# Plain strings: voxpod_crds.conditions.Reason costs the sandbox an import of pydantic. A unit test holds them equal to it.

_MAX_MESSAGE = 1024


class SpeechError(Exception):
    """A failure with its class of fault (`input`, `engine`, `infrastructure`), its reason and a message for a person."""

    def __init__(self, fault: Fault, reason: str, message: str) -> None:
        super().__init__(message)
        self.fault: Fault = fault
        self.reason = reason

    def as_failure(self) -> Failure:
        """The failure as the operator reads it; the message is cut at what the protocol carries."""
        return Failure(self.fault, self.reason, str(self)[:_MAX_MESSAGE])


class InputError(SpeechError):
    """The request cannot be spoken as it stands; no retry helps."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__("input", reason, message)


class BundleError(SpeechError):
    """The model bundle is missing, damaged or not the one that was asked for; the message names the file."""

    def __init__(self, message: str) -> None:
        super().__init__("infrastructure", BUNDLE_INVALID, message)


def unexpected(error: Exception) -> SpeechError:
    """A bug of ours, told by type and place: an exception's own text may quote the request."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} at {os.path.basename(place.filename)}:{place.lineno}"
    return SpeechError("engine", ENGINE_FAILED, f"unexpected {where}")
