"""Tables in Markdown, aligned so that they read well as plain text too."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int = 1) -> list[str]:
    """The lines of a table; all but the first `text_columns` are aligned to the right, as numbers are."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(_fill(cell, width, column < text_columns) for column, (cell, width) in enumerate(zip(cells, widths, strict=True)))} |"

    rule = [
        ("-" * width) if column < text_columns else ("-" * (width - 1) + ":") for column, width in enumerate(widths)
    ]
    return [line(head), line(rule), *(line(row) for row in rows)]


def _fill(cell: str, width: int, left: bool) -> str:
    return cell.ljust(width) if left else cell.rjust(width)
