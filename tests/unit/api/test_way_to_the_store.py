"""Where the facade asks for audio whose URL is signed for the address that listeners know."""

import pytest

from voxpod_api.audio_store import route

SIGNED = "https://audio.example.com/speech/acme/u.mp3?X-Amz-Credential=key%2F20261128%2Fus-east-1&X-Amz-Signature=ab%2B"


@pytest.mark.parametrize(
    ("store_url", "asked"),
    [
        pytest.param("", SIGNED, id="as it is signed"),
        pytest.param(
            "http://minio.store.svc:9000",
            SIGNED.replace("https://audio.example.com", "http://minio.store.svc:9000"),
            id="a way within the cluster",
        ),
        pytest.param(
            "https://[fd00::7]",
            SIGNED.replace("audio.example.com", "[fd00::7]"),
            id="an address of IPv6, no port",
        ),
    ],
)
def test_path_and_signature_stay_as_they_are_and_the_host_is_the_signed_one(store_url: str, asked: str) -> None:
    url, host = route(SIGNED, store_url)

    assert (str(url), host) == (asked, "audio.example.com")


def test_a_port_is_part_of_the_name_that_was_signed() -> None:
    assert route("http://192.0.2.1:30900/b/k?X=1", "http://minio:9000")[1] == "192.0.2.1:30900"
