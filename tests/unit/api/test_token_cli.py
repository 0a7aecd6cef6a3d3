"""voxpod-token: what it mints, the facade takes; what it refuses, it refuses for the facade's reason."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from voxpod_api.auth.keys import read_keys
from voxpod_api.auth.tokens import Claims, read_token_keys
from voxpod_api.token_cli import main

ISSUER = ("--issuer", "https://login.example.com")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """said("mint", ...) -> what it printed, with exit code 0."""

    def run(*arguments: object) -> str:
        assert main([str(one) for one in arguments]) == 0, capsys.readouterr().err
        return capsys.readouterr().out.strip()

    return run


@pytest.fixture(params=["EdDSA", "ES256", "RS256"])
def keys(request: pytest.FixtureRequest, tmp_path: Path, said: Any) -> tuple[Path, Path]:
    """Files of a private key and of the JWK set that goes with it."""
    private, public = tmp_path / "private.json", tmp_path / "jwks.json"
    public.write_text(said("new-key", private, "--alg", request.param))
    return private, public


def test_a_minted_token_is_taken_for_what_it_was_minted(keys: tuple[Path, Path], said: Any) -> None:
    private, public = keys
    token = said(
        "mint",
        private,
        *ISSUER,
        "--tenant",
        "acme",
        "--namespace",
        "acme-ci",
        "--subject",
        "ann",
        "--scope",
        "speech:read",
    )

    taken = read_token_keys(public.read_text(), ISSUER[1], "voxpod", "tenant", 0).claims(token)

    assert taken == Claims("ann", "acme", "acme-ci", frozenset(["speech:read"]), taken.id)
    assert len(taken.id) == 32, "it can be revoked"
    told = json.loads(said("inspect", token, "--jwks", public, *ISSUER))
    assert told["taken_for"] == {"tenant": "acme", "subject": "ann", "scopes": ["speech:read"]}


def test_private_key_is_the_owner_s_alone_and_never_in_the_set(keys: tuple[Path, Path]) -> None:
    private, public = keys
    assert private.stat().st_mode & 0o077 == 0
    assert json.loads(private.read_text())["d"] not in public.read_text()


def test_private_key_is_not_written_over(keys: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    before = keys[0].read_text()
    assert main(["new-key", str(keys[0])]) == 1
    assert keys[0].read_text() == before
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("minted", "judged", "why"),
    [
        pytest.param(["--seconds", "-10"], [], "the token has expired", id="over"),
        pytest.param(["--audience", "other"], [], "not meant for Voxpod", id="for somebody else"),
        pytest.param([], ["--issuer", "https://evil.example.com"], "from another issuer", id="another issuer"),
        pytest.param([], ["--tenant-claim", "team"], "has no claim", id="another claim"),
    ],
)
def test_inspect_says_why_a_token_is_refused(
    tmp_path: Path, said: Any, capsys: pytest.CaptureFixture[str], minted: list[str], judged: list[str], why: str
) -> None:
    private, public = tmp_path / "private.json", tmp_path / "jwks.json"
    public.write_text(said("new-key", private))
    token = said("mint", private, *ISSUER, "--tenant", "acme", *minted)

    assert main(["inspect", token, "--jwks", str(public), *ISSUER, *judged]) == 1
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kty": "OKP"}'])
def test_what_is_no_private_key_signs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (tmp_path / "key").write_text(text)
    assert main(["mint", str(tmp_path / "key"), *ISSUER, "--tenant", "acme"]) == 1
    assert "a private JWK is expected" in capsys.readouterr().err


def test_public_half_signs_nothing(keys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half = tmp_path / "half.json"
    half.write_text(json.dumps(json.loads(keys[1].read_text())["keys"][0]))
    assert main(["mint", str(half), *ISSUER, "--tenant", "acme"]) == 1
    assert "it cannot sign" in capsys.readouterr().err


def test_an_api_key_fits_its_entry(said: Any) -> None:
    made = json.loads(said("api-key", "--name", "ci", "--namespace", "acme", "--scope", "speech:write"))
    found = read_keys(json.dumps([made["entry"]])).find(made["key"])
    assert found is not None
    assert (found.name, found.namespace, found.scopes) == ("ci", "acme", ["speech:write"])
    assert made["entry"]["sha256"] == hashlib.sha256(made["key"].encode()).hexdigest()
