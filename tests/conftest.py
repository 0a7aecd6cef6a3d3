import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault: times are never asserted here.
settings.register_profile("voxpod", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("voxpod")

MEASURED = pytest.StashKey[dict[str, str]]()


WITH_KOPF = ("integration/control", "integration/api", "fault")
LEFT_BY_KOPF = (
    "<function BaseConnector.__del__",
    "<function ClientSession.__del__",
    "<function _SelectorTransport",
    "<socket",
)
"""What is never closed when Kopf is told to stop while it logs in anew: its own session to the API server (1.45, once in some
1,000 operators on a busy machine). An operator's process ends then; in a process of tests the garbage collector tells, in any test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests that run whole operators forgive just that."""
    for item in items:
        if any(f"tests/{folder}/" in item.path.as_posix() for folder in WITH_KOPF):
            for what in LEFT_BY_KOPF:
                said = f"ignore:Exception ignored in. {what}:pytest.PytestUnraisableExceptionWarning"
                item.add_marker(pytest.mark.filterwarnings(said))


@pytest.fixture(autouse=True)
def a_closed_pipe_ends_no_process_of_tests() -> Iterator[None]:
    """Our commands end quietly when nobody reads on (`| head`); called in a test's process they leave that behind for the next."""
    before = signal.getsignal(signal.SIGPIPE)
    yield
    signal.signal(signal.SIGPIPE, before)


@pytest.fixture(scope="session")
def measured(pytestconfig: pytest.Config) -> dict[str, str]:
    """What a test puts in here is printed at the end of the session: what was measured, without a limit to hold it to."""
    return pytestconfig.stash.setdefault(MEASURED, {})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of `pytest -n` prints nothing itself."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["measured"] = session.config.stash.get(MEASURED, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """What such a process leaves, from pytest-xdist."""
    config, output = getattr(node, "config"), getattr(node, "workeroutput", {})  # noqa: B009 - it exports no types
    config.stash.setdefault(MEASURED, {}).update(output.get("measured", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for what, value in config.stash.get(MEASURED, {}).items():
        terminalreporter.write_line(f"measured: {what}: {value}")
