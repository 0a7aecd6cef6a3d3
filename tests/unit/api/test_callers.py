"""From a credential to a namespace."""

import hashlib
import json
import time
from pathlib import Path

import jwt
import pytest

from facade_samples import a_catalog, a_tenant_json
from voxpod_api.auth.caller import authenticate
from voxpod_api.auth.credentials import Credentials
from voxpod_api.auth.keys import read_keys
from voxpod_api.auth.problem import CredentialsProblem
from voxpod_api.errors import ApiError
from voxpod_api.settings import ApiSettings

SECRET = "0123456789abcdef0123456789abcdef"
JWKS = {"keys": [{"kty": "oct", "alg": "HS256", "k": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}]}
OLD = a_tenant_json("acme", age=100, namespaces=["acme", "acme-dev"])
NEWCOMER = a_tenant_json("greedy", age=10, namespaces=["acme", "greedy"])


def a_key(secret: str = "k", name: str = "ci", namespace: str = "acme") -> dict[str, str]:
    return {"name": name, "sha256": hashlib.sha256(secret.encode()).hexdigest(), "namespace": namespace}


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    (tmp_path / "keys").write_text(json.dumps([a_key(), a_key("lost", "lost", "nobodys")]))
    (tmp_path / "jwks").write_text(json.dumps(JWKS))
    return Credentials(ApiSettings(keys_file=tmp_path / "keys", jwks_file=tmp_path / "jwks", jwt_issuer="i"))


def token(tenant: str, **more: str) -> str:
    claims = {"iss": "i", "aud": "voxpod", "exp": int(time.time()) + 86_400, "sub": "anna", "tenant": tenant, **more}
    return jwt.encode(claims, SECRET, "HS256")


@pytest.mark.parametrize(
    ("secret", "subject", "namespace"),
    [
        pytest.param("k", "key:ci", "acme", id="key"),
        pytest.param(token("acme"), "jwt:anna", "acme", id="token: its tenant's first namespace"),
        pytest.param(token("acme", namespace="acme-dev"), "jwt:anna", "acme-dev", id="token: another of its tenant's"),
        pytest.param(token("greedy", namespace="greedy"), "jwt:anna", "greedy", id="token: what is really its own"),
    ],
)
def test_a_credential_stands_for_one_namespace(
    credentials: Credentials, secret: str, subject: str, namespace: str
) -> None:
    caller = authenticate(f"Bearer {secret}", credentials, a_catalog(OLD, NEWCOMER))
    assert (caller.subject, caller.namespace) == (subject, namespace)


@pytest.mark.parametrize(
    ("secret", "status"),
    [
        pytest.param("K", 401, id="key in another case"),
        pytest.param("k ", 200, id="space after a key"),
        pytest.param("\udcff", 401, id="bytes that are no text"),
        pytest.param("lost", 403, id="key of a namespace without a Tenant"),
        pytest.param(token("nobody"), 403, id="token of no tenant"),
        pytest.param(token("acme", namespace="greedy"), 403, id="token: another tenant's namespace"),
        pytest.param(token("greedy", namespace="acme"), 403, id="token: a namespace that an older Tenant owns"),
        pytest.param(token("greedy"), 403, id="token: whose first namespace an older Tenant owns"),
    ],
)
def test_what_a_credential_does_not_stand_for(credentials: Credentials, secret: str, status: int) -> None:
    found = 200
    try:
        authenticate(f"Bearer {secret}", credentials, a_catalog(OLD, NEWCOMER))
    except ApiError as error:
        found = error.status
    assert found == status


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[", "keys: the file: ", id="no JSON"),
        pytest.param('[{"name": "a", "key": "secret"}]', "sha256", id="a key in the clear"),
        pytest.param(json.dumps([a_key() | {"namespace": "A B"}]), "namespace", id="no namespace"),
        pytest.param(json.dumps([a_key(), a_key("k", "b")]), "same sha256", id="one key twice"),
        pytest.param(json.dumps([a_key(), a_key("l")]), "same name", id="one name twice"),
    ],
)
def test_bad_files_of_keys_are_refused_without_quoting_them(text: str, says: str) -> None:
    with pytest.raises(CredentialsProblem, match=says) as caught:
        read_keys(text)
    assert '"secret"' not in str(caught.value)
    assert a_key()["sha256"] not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({}, "nobody could call", id="no file"),
        pytest.param({"keys_file": "/nowhere"}, "FileNotFoundError", id="file is not there"),
        pytest.param({"jwks_file": "/nowhere"}, "JWT_ISSUER", id="tokens of anybody"),
    ],
)
def test_a_facade_that_nobody_or_anybody_could_call_does_not_start(settings: dict[str, str], says: str) -> None:
    with pytest.raises(CredentialsProblem, match=says):
        Credentials(ApiSettings(**settings))  # type: ignore[arg-type]


def test_a_revoked_token_counts_no_more_from_the_file_s_next_change_on(tmp_path: Path) -> None:
    (tmp_path / "jwks").write_text(json.dumps(JWKS))
    (tmp_path / "revoked").write_text("[]")
    settings = ApiSettings(jwks_file=tmp_path / "jwks", jwt_issuer="i", revoked_file=tmp_path / "revoked")
    credentials, catalog = Credentials(settings), a_catalog(OLD)
    lost, other = f"Bearer {token('acme', jti='lost')}", f"Bearer {token('acme', jti='other')}"
    assert authenticate(lost, credentials, catalog)

    (tmp_path / "revoked").write_text('["lost", "another"]')
    credentials.look()

    with pytest.raises(ApiError) as caught:
        authenticate(lost, credentials, catalog)
    assert (caught.value.status, caught.value.message) == (401, "the token was revoked")
    assert authenticate(other, credentials, catalog)
    assert authenticate(f"Bearer {token('acme')}", credentials, catalog), "one without an id"


@pytest.mark.parametrize("text", ["", "{}", "[1]", '"lost"', "[null]"])
def test_a_list_of_revoked_tokens_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "jwks").write_text(json.dumps(JWKS))
    (tmp_path / "revoked").write_text(text)
    with pytest.raises(CredentialsProblem, match="expected a JSON list of ids"):
        Credentials(ApiSettings(jwks_file=tmp_path / "jwks", jwt_issuer="i", revoked_file=tmp_path / "revoked"))
