"""Tokens: only ours, only in time, only for us, whatever their header says."""

import json
import time

import pytest

from hostile_input import BAD_TOKENS, EC, ED, HOUR, RSA, SECRET, jwk, keys, token
from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.auth.tokens import TokenRefused, read_token_keys


@pytest.mark.parametrize(
    "good",
    [
        pytest.param(token(), id="RS256"),
        pytest.param(token(kid=None), id="without a kid"),
        pytest.param(token(EC, "ES256", "ec"), id="ES256"),
        pytest.param(token(ED, "EdDSA", "ed"), id="EdDSA"),
        pytest.param(token(SECRET, "HS256", "oct"), id="HS256"),
        pytest.param(token(aud=["other", "voxpod"]), id="one audience of two"),
        pytest.param(token(exp=int(time.time()) - HOUR), id="expired within the leeway"),
    ],
)
def test_good_tokens_say_who_calls(good: str) -> None:
    said = keys().claims(good)
    assert (said.subject, said.tenant, said.namespace) == ("anna", "acme", "")


@pytest.mark.parametrize("bad", BAD_TOKENS)
def test_bad_tokens_are_refused(bad: str) -> None:
    with pytest.raises(TokenRefused):
        keys().claims(bad)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{", "JSONDecodeError", id="no JSON"),
        pytest.param('{"keys": []}', "no key", id="no keys"),
        pytest.param('{"keys": [{"kty": "oct", "k": "YWJj", "alg": "HS256"}]}', "at least 32", id="short secret"),
        pytest.param('{"keys": [{"kty": "magic"}]}', "RFC 7517", id="unknown kind of key"),
        pytest.param(json.dumps({"keys": [jwk(RSA, "rsa")]}), "private key", id="the private half"),
    ],
)
def test_unsafe_key_sets_are_refused_without_quoting_them(text: str, says: str) -> None:
    with pytest.raises(CredentialsProblem, match=says) as caught:
        read_token_keys(text, "i", "a", "tenant", 30)
    assert "YWJj" not in str(caught.value)
