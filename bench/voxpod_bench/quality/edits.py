"""How two sequences differ: Levenshtein distance with the edits themselves. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference: `said` at `position` of what was to be said, `heard` in its place; either may be empty."""

    position: int
    said: str
    heard: str


def edits(said: Sequence[str], heard: Sequence[str]) -> list[Edit]:
    """The fewest substitutions, deletions and insertions that make `heard` of `said`, in order."""
    table = _distances(said, heard)
    i, j, found = len(said), len(heard), list[Edit]()
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            if said[i] != heard[j]:
                found.append(Edit(i, said[i], heard[j]))
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            found.append(Edit(i, said[i], ""))
        else:
            j -= 1
            found.append(Edit(max(0, i - 1), "", heard[j]))
    return found[::-1]


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many edits there are."""
    return _distances(said, heard)[-1][-1]


def _distances(said: Sequence[str], heard: Sequence[str]) -> list[list[int]]:
    table = [list(range(len(heard) + 1))]
    for i, one in enumerate(said, 1):
        before, row = table[-1], [i]
        for j, other in enumerate(heard, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (one != other)))
        table.append(row)
    return table
