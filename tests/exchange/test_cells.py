"""How single cells are read."""

import pytest

from faces.exchange import cells
from faces.exchange.sheets import Cell


@pytest.mark.parametrize(("said", "read"), [("机关", 1), ("行政机关", 1), ("　行政单位 ", 1), ("公司", 2)])
def test_other_ways_to_write_a_word_are_read_as_it(said, read):
    reader = cells.one_of({"机关": 1, "公司": 2}, {"行政机关": "机关", "行政单位": "机关"})

    assert reader(Cell(said)) == read


def test_a_word_that_is_none_names_those_that_are_and_not_every_other_way():
    with pytest.raises(cells.CellWrong) as wrong:
        cells.one_of({"机关": 1}, {"行政机关": "机关"})(Cell("局"))

    assert "行政机关" not in wrong.value.message
