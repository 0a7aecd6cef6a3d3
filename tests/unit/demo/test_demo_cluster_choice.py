import dataclasses

import pytest

from voxpod_demo.choice import Facts, choose, find_running
from voxpod_demo.errors import DemoError

BARE = Facts(
    context="", local_runs=False, kind_runs=False, docker_answers=False, kind_installed=False, linux=True, root=True
)


def with_facts(**changes: object) -> Facts:
    return dataclasses.replace(BARE, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        pytest.param(
            with_facts(context="mine", local_runs=True, kind_runs=True),
            "named",
            id="a named context wins over what runs",
        ),
        pytest.param(with_facts(docker_answers=True, kind_installed=True), "kind", id="docker and kind"),
        pytest.param(with_facts(docker_answers=True), "local", id="docker without kind"),
        pytest.param(with_facts(kind_installed=True), "local", id="kind without docker"),
        pytest.param(BARE, "local", id="neither"),
        pytest.param(
            with_facts(docker_answers=True, kind_installed=True, local_runs=True),
            "local",
            id="a running local cluster is found again although docker came",
        ),
        pytest.param(with_facts(docker_answers=True, kind_installed=True, root=False), "kind", id="kind needs no root"),
        pytest.param(
            with_facts(docker_answers=True, kind_installed=True, linux=False, root=False),
            "kind",
            id="kind needs no Linux",
        ),
    ],
)
def test_cluster_that_is_taken(facts: Facts, kind: str) -> None:
    assert choose(facts).kind == kind


def test_reason_says_what_was_missing() -> None:
    assert "no Docker engine answers" in choose(BARE).why
    assert "kind is not installed" in choose(with_facts(docker_answers=True)).why


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param(with_facts(root=False), "needs root", id="not root"),
        pytest.param(with_facts(linux=False, root=False), "needs Linux", id="a Mac"),
        pytest.param(
            with_facts(root=False, docker_answers=True), "kind is not installed", id="docker without kind and root"
        ),
    ],
)
def test_machine_that_can_have_no_cluster_is_told_why_and_how_else(facts: Facts, said: str) -> None:
    with pytest.raises(DemoError, match=said) as caught:
        choose(facts)
    assert any("KUBECONTEXT=" in line for line in caught.value.try_next)


def test_sudo_is_only_proposed_on_linux() -> None:
    with pytest.raises(DemoError) as caught:
        choose(with_facts(linux=False, root=False))
    assert not any("sudo" in line for line in caught.value.try_next)


def test_nothing_runs_where_nothing_was_started() -> None:
    assert find_running(with_facts(docker_answers=True, kind_installed=True)) is None
