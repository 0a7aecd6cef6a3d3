"""The sandbox names reasons as plain strings; they are the contract's."""

from voxpod_crds.conditions import Reason
from voxpod_inference import errors


def test_reasons_of_the_sandbox_are_reasons_of_the_contract() -> None:
    used = {name: value for name, value in vars(errors).items() if name.isupper() and not name.startswith("_")}
    assert len(used) >= 10
    for name, value in used.items():
        assert Reason[name].value == value


def test_long_message_is_cut_to_what_the_protocol_carries() -> None:
    assert len(errors.InputError(errors.TEXT_EMPTY, "x" * 5000).as_failure().message) == 1024
