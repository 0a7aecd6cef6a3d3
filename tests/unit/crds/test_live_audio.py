"""Who may be sent a request's sound: what the facade signed for this very request, and nothing that a tenant wrote."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from voxpod_crds.live_audio import MAX_ANNOTATION, Listener, listener_of, sandbox_token, signed

SECRET, OTHER = "s" * 48, "o" * 48
NOW = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
LISTENER = Listener("https://10.1.2.3:8443/v1/live/abc", "PEM", int((NOW + timedelta(minutes=6)).timestamp()))
MADE = signed(SECRET, "acme", "api-1", LISTENER)


def test_listener_of_the_facade_is_read_again() -> None:
    assert listener_of(SECRET, "acme", "api-1", MADE, NOW) == LISTENER


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(MADE), **fields})


@pytest.mark.parametrize(
    "annotation",
    [
        pytest.param(changed(url="https://192.0.2.66:8443/v1/live/abc"), id="another address"),
        pytest.param(changed(url=LISTENER.url + "d"), id="another name"),
        pytest.param(changed(ca_pem="THEIR PEM"), id="another certificate"),
        pytest.param(changed(until=LISTENER.until + 3600), id="a longer time"),
        pytest.param(changed(until=str(LISTENER.until)), id="a number as text"),
        pytest.param(changed(until=None), id="no time"),
        pytest.param(changed(mac="0" * 64), id="a made up signature"),
        pytest.param(changed(mac=""), id="an empty signature"),
        pytest.param(changed(mac=None), id="null for a signature"),
        pytest.param(changed(mac=["x"]), id="a list for a signature"),
        pytest.param(changed(mac="\ud800"), id="half a character"),
        pytest.param(changed(mac="ä" * 64), id="letters beyond ASCII"),
        pytest.param(signed(OTHER, "acme", "api-1", LISTENER), id="signed by who does not know the secret"),
        pytest.param(signed(SECRET, "acme", "api-2", LISTENER), id="of another request"),
        pytest.param(signed(SECRET, "globex", "api-1", LISTENER), id="of another tenant's"),
        pytest.param("", id="empty"),
        pytest.param("null", id="null"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="nothing in it"),
        pytest.param("https://10.1.2.3:8443/", id="no JSON"),
        pytest.param("[" * 4000, id="deep"),
        pytest.param(MADE + " " * MAX_ANNOTATION, id="long"),
    ],
)
def test_what_the_facade_did_not_sign_for_this_request_is_nobody(annotation: str) -> None:
    assert listener_of(SECRET, "acme", "api-1", annotation, NOW) is None


def test_key_that_nobody_knows_is_ignored() -> None:
    assert listener_of(SECRET, "acme", "api-1", changed(sni="evil.example"), NOW) == LISTENER


def test_listener_is_nobody_once_its_time_is_over() -> None:
    assert listener_of(SECRET, "acme", "api-1", MADE, NOW + timedelta(minutes=6)) is None


def test_nobody_listens_where_there_is_no_secret() -> None:
    assert listener_of("", "acme", "api-1", signed("", "acme", "api-1", LISTENER), NOW) is None


def test_token_is_of_one_request_one_pod_and_one_secret() -> None:
    tokens = {
        sandbox_token(secret, request, pod)
        for secret in (SECRET, OTHER)
        for request in ("r1", "r2", "r1p1")
        for pod in ("p1", "p2", "")
    }

    assert len(tokens) == 18
    assert json.loads(MADE)["mac"] not in tokens
