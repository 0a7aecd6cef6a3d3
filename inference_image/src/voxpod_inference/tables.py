"""Dictionaries that cost nothing to open: a sorted text file, memory-mapped, searched by halving.

Parsing the English lexicon as JSON takes 0.1 s and 40 MB in every sandbox; a mapped file takes none of either, and all
sandboxes of a node share its pages.
"""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path

_REMEMBERED = 2048
"""Keys whose values are kept: a sentence that is too long for one breath is read again by its clauses."""


class SortedTable:
    """Lines `key<TAB>value`, sorted by the key's UTF-8 bytes, each key once."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._found: dict[str, str | None] = {}

    def get(self, key: str) -> str | None:
        """The value of `key`, or None."""
        if key not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[key] = self._search(key)
        return self._found[key]

    def _search(self, key: str) -> str | None:
        wanted = key.encode()
        position = self._lower_bound(wanted)
        line = self._line_at(position)
        found, _, value = line.partition(b"\t")
        return value.decode() if found == wanted and line else None

    def has_prefix(self, prefix: str) -> bool:
        """Whether some key starts with `prefix`."""
        wanted = prefix.encode()
        return self._map[(start := self._lower_bound(wanted)) : start + len(wanted)] == wanted

    def _lower_bound(self, key: bytes) -> int:
        """Offset of the first line whose key is not less than `key`; the end of the file when all are."""
        low, high = 0, len(self._map)
        while low < high:
            middle = self._map.rfind(b"\n", low, (low + high) // 2) + 1 or low
            line = self._line_at(middle)
            if line.partition(b"\t")[0] < key:
                low = middle + len(line) + 1
            else:
                high = middle
        return low

    def _line_at(self, offset: int) -> bytes:
        end = self._map.find(b"\n", offset)
        return self._map[offset:end] if end >= 0 else b""


def write_table(path: Path, entries: Iterable[tuple[str, str]]) -> None:
    """Write a table that `SortedTable` reads; ValueError when a key occurs twice or a separator occurs in a field."""
    lines = sorted((key.encode(), value.encode()) for key, value in entries)
    for (key, value), following in zip(lines, [*lines[1:], (b"", b"")], strict=True):
        if key == following[0] or not key or b"\t" in key or b"\n" in key + value:
            raise ValueError(f"not a table entry: {key.decode()!r}")
    path.write_bytes(b"".join(_rows(lines)))


def _rows(lines: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    for key, value in lines:
        yield key + b"\t" + value + b"\n"
