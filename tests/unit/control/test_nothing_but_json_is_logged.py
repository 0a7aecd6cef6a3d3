"""What nobody caught, in the main thread or another, a warning, a wrong setting: each is a JSON line as well."""

import json
import subprocess
import sys

import pytest

RUN = [sys.executable, "-c"]


def lines_of(program: str) -> list[dict[str, str]]:
    code = f"import sys, threading, warnings\nfrom voxpod_operator import logs\nlogs.configure('INFO')\n{program}"
    done = subprocess.run([*RUN, code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("program", "level", "key"),
    [
        pytest.param("raise RuntimeError('two\\nlines')", "CRITICAL", "exc_info", id="uncaught"),
        pytest.param(
            "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()", "CRITICAL", "exc_info", id="in a thread"
        ),
        pytest.param("warnings.warn('old')", "WARNING", "message", id="a warning"),
    ],
)
def test_what_python_itself_would_write(program: str, level: str, key: str) -> None:
    (line,) = lines_of(program)
    assert (line["level"], line["service"]) == (level, "voxpod-operator")
    assert line[key]


def test_a_wrong_setting_is_told_by_name_and_ends_with_two() -> None:
    program = "from voxpod_operator.__main__ import main; main()"
    done = subprocess.run([*RUN, program], env={"VOXPOD_WORKERS": "0"}, capture_output=True, text=True, check=False)
    told = {line["setting"]: line["error"] for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 2
    assert "VOXPOD_WORKERS" in told
    assert told["VOXPOD_NAMESPACE"] == "Field required"
    assert done.stderr == ""
