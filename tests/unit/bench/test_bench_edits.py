import pytest
from voxpod_bench.quality.edits import Edit, distance, edits


@pytest.mark.parametrize(
    ("said", "heard", "found"),
    [
        pytest.param("abc", "abc", [], id="nothing differs"),
        pytest.param("abc", "axc", [Edit(1, "b", "x")], id="substituted"),
        pytest.param("abc", "ac", [Edit(1, "b", "")], id="dropped"),
        pytest.param("abc", "abxc", [Edit(1, "", "x")], id="added"),
        pytest.param("", "x", [Edit(0, "", "x")], id="nothing said"),
        pytest.param("ab", "", [Edit(0, "a", ""), Edit(1, "b", "")], id="nothing heard"),
    ],
)
def test_edits_name_what_differs_and_where(said: str, heard: str, found: list[Edit]) -> None:
    assert edits(said, heard) == found
    assert distance(said, heard) == len(found)
