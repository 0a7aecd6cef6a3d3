import pytest
from voxpod_bench.percentiles import Spread, percentile, spread


@pytest.mark.parametrize(
    ("percent", "value"),
    [(0, 1), (5, 1), (50, 10), (51, 11), (95, 19), (100, 20)],
)
def test_percentiles_of_twenty_are_values_that_occur(percent: float, value: float) -> None:
    assert percentile([*range(20, 0, -1)], percent) == value


def test_one_value_is_every_percentile() -> None:
    assert spread([7.5]) == Spread(7.5, 7.5, 7.5)


def test_no_values_have_none() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)
