"""What is wrong with a setting is told when the operator starts."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from voxpod_operator.settings import OperatorSettings

NEEDED = {
    "namespace": "voxpod-system",
    "pod_name": "operator-0",
    "pod_ip": "127.0.0.1",
    "sandbox_image": "inference:1",
    "sandbox_model_roots": ["/models"],
    "dispatch_tls_dir": Path("/tls"),
    "object_store_endpoint": "store:9000",
    "object_store_bucket": "audio",
    "object_store_access_key": "a",
    "object_store_secret_key": "s",
}


def test_authority_of_the_store_that_is_no_certificate() -> None:
    with pytest.raises(ValidationError) as told:
        OperatorSettings(**NEEDED, object_store_ca_pem="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")  # type: ignore[arg-type]
    (problem,) = told.value.errors(include_input=False)
    assert problem["loc"] == ("object_store_ca_pem",)
    assert "no certificates in PEM" in problem["msg"]
