"""Lookups in a mapped, sorted text file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxpod_inference.tables import SortedTable, write_table

KEYS = st.text(alphabet="ab-'我zé", min_size=1, max_size=5)


@given(entries=st.dictionaries(KEYS, st.text(alphabet="xyz ", max_size=3), min_size=1), others=st.lists(KEYS))
def test_table_answers_like_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, str], others: list[str]
) -> None:
    path = tmp_path_factory.mktemp("table") / "table.tsv"
    write_table(path, entries.items())
    table = SortedTable(path)
    for key in [*entries, *others]:
        assert table.get(key) == entries.get(key)
        assert table.has_prefix(key) == any(k.startswith(key) for k in entries)


@pytest.mark.parametrize("entries", [[("a", "1"), ("a", "2")], [("a\tb", "1")], [("a", "1\n2")], [("", "1")]])
def test_what_no_table_can_hold_is_refused(tmp_path: Path, entries: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match="not a table entry"):
        write_table(tmp_path / "table.tsv", entries)
