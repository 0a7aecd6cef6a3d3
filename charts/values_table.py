"""`python3 charts/values_table.py [--check]`: writes the table of values in docs/chart.md from values.yaml's comments.

Standard library only. It reads the dialect that values.yaml keeps to: one key a line, its comment in the lines above.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VALUES = ROOT / "charts" / "voxpod" / "values.yaml"
PAGE = ROOT / "docs" / "chart.md"
BEGIN = "<!-- values: written by charts/values_table.py -->\n"
END = "<!-- end of values -->\n"

_KEY = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z]\w*):(?: (?P<value>.*))?")


def rows(text: str) -> list[tuple[str, str, str]]:
    """(path, default, comment) of every documented key."""
    found: list[tuple[str, str, str]] = []
    parents: list[str] = []
    comment: list[str] = []
    block: tuple[int, int] | None = None
    for line in text.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        if block is not None and line.lstrip().startswith("#") and depth > block[0]:
            found.pop()  # documented keys inside: a section, not a value
        elif block is not None and line.strip() and depth > block[0]:
            path, default, why = found[block[1]]
            found[block[1]] = (path, f"{default} {line.strip()}".strip(), why)
            continue
        block = None
        match = _KEY.fullmatch(line)
        if line.lstrip().startswith("#"):
            comment.append(line.strip("# "))
        elif match:
            parents[depth:] = [match["key"]]
            if comment and (match["value"] or depth):
                found.append((".".join(parents), match["value"] or "", " ".join(comment)))
                block = None if match["value"] else (depth, len(found) - 1)
            comment = []
        else:
            comment = []
    return found


def table(text: str) -> str:
    """The Markdown table."""
    lines = ["| value | default | what it is |", "|---|---|---|"]
    lines += [f"| `{path}` | `{default}` | {comment} |" for path, default, comment in rows(text)]
    return "\n".join(lines) + "\n"


def page_with_table(page: str, text: str) -> str:
    """The page with the part between its markers written anew; ValueError without the markers."""
    if BEGIN not in page or END not in page:
        raise ValueError(f"{PAGE.name} has no lines {BEGIN.strip()!r} and {END.strip()!r}")
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}{table(text)}{END}{rest.partition(END)[2]}"


def main(arguments: list[str]) -> int:
    """0 when the page is up to date or was written, 1 when --check finds that it is not."""
    page = PAGE.read_text(encoding="utf-8")
    wanted = page_with_table(page, VALUES.read_text(encoding="utf-8"))
    if arguments == ["--check"]:
        if page != wanted:
            print("docs/chart.md does not fit values.yaml: run python3 charts/values_table.py", file=sys.stderr)
        return int(page != wanted)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
