from pathlib import Path

import pytest

from localcluster.requirements import Requirement, go_version, install_command, report

IPSET = Requirement("ipset", "ipset", "NetworkPolicy")
SECCOMP = Requirement("/usr/include/seccomp.h", "libseccomp-dev", "runc")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("go1.26.8\n", (1, 26, 8), id="release"),
        pytest.param("go1.27", (1, 27, 0), id="no-patch"),
        pytest.param("go1.27rc1", (1, 27, 0), id="candidate"),
        pytest.param("go1.26.6-custom", (1, 26, 6), id="suffix"),
        pytest.param("devel +abc", (), id="unknown"),
    ],
)
def test_go_version_is_read(text: str, version: tuple[int, ...]) -> None:
    assert go_version(text) == version


def test_requirement_is_met_by_a_command_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "some-command"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Requirement("some-command", "p", "x").met()
    assert not Requirement("other-command-that-nobody-has", "p", "x").met()
    assert Requirement(str(command), "p", "x").met()
    assert not Requirement(str(tmp_path / "missing.h"), "p", "x").met()


def test_report_names_everything_at_once_and_the_exact_command() -> None:
    text = report([IPSET, SECCOMP], "Go is not there")
    assert "ipset (NetworkPolicy): Debian package ipset" in text
    assert "Go 1.26.6 or newer is needed" in text
    assert text.endswith("apt-get install --yes --no-install-recommends ipset libseccomp-dev")


def test_nothing_missing_is_an_empty_report() -> None:
    assert report([], None) == ""


def test_package_that_brings_two_things_is_installed_once() -> None:
    twice = [Requirement("a", "pack", "x"), Requirement("b", "pack", "y"), Requirement("c", "other", "z")]
    assert install_command(twice)[-2:] == ["other", "pack"]
