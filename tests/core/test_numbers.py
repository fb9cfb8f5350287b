"""Ids as addresses and forms write them."""

import pytest

from foundation.core.numbers import MOST_ID, id_of


@pytest.mark.parametrize(("text", "found"), [("1", 1), ("007", 7), (str(MOST_ID), MOST_ID)])
def test_digits_name_an_id(text, found):
    assert id_of(text) == found


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "1.0", "²", "１", "٣", " 1", "1\n", "x", str(MOST_ID + 1), "9" * 40]
)
def test_what_no_row_can_have_names_none(text):
    assert id_of(text) is None
