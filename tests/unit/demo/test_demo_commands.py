import sys

import pytest

from voxpod_demo import commands
from voxpod_demo.errors import DemoError


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_failed_program_is_named_with_its_code_and_last_words() -> None:
    with pytest.raises(DemoError, match="ended with exit code 3") as caught:
        commands.output(python("import sys; sys.stderr.write('no such thing'); sys.exit(3)"))
    assert caught.value.details == ("no such thing",)


def test_program_that_is_not_there_is_named() -> None:
    for call in (commands.output, lambda argv: commands.stream(argv, print)):
        with pytest.raises(DemoError, match="/nowhere/tool cannot be run: No such file"):
            call(["/nowhere/tool"])


def test_stream_tells_each_line_of_both_outputs() -> None:
    lines: list[str] = []
    commands.stream(python("import sys; print('out'); sys.stdout.flush(); print('err', file=sys.stderr)"), lines.append)
    assert lines == ["out", "err"]


def test_stream_keeps_stdout_apart_when_asked() -> None:
    lines: list[str] = []
    kept = commands.stream(
        python("import sys; print('x' * 200_000); print('progress', file=sys.stderr)"), lines.append, keep_stdout=True
    )
    assert lines == ["progress"]
    assert kept == "x" * 200_000 + "\n"


def test_stream_that_fails_shows_the_end_of_what_was_said() -> None:
    with pytest.raises(DemoError) as caught:
        commands.stream(python("[print(i) for i in range(100)]; raise SystemExit(1)"), lambda line: None)
    assert caught.value.details == tuple(str(i) for i in range(85, 100))


@pytest.mark.parametrize(("code", "expected"), [("pass", True), ("raise SystemExit(1)", False)])
def test_succeeds_tells_the_exit_code(code: str, expected: bool) -> None:
    assert commands.succeeds(python(code)) is expected


def test_program_that_is_not_there_does_not_succeed() -> None:
    assert not commands.succeeds(["/nowhere/tool"])
