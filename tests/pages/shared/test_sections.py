"""Tables of a page's sections."""

from faces.pages.shared.sections import Act, Cell, Grid

STEP = Cell("", acts=(Act("终止", "/x/"),))
HEADS = ("名称", "金额", "操作")


def shown(rows):
    grid = Grid(HEADS, rows, numbers=frozenset({1}))
    return grid.heads, [[(head, cell.text, is_number) for head, cell, is_number in line] for line in grid.lines]


def test_steps_stand_in_their_column_as_soon_as_one_row_has_any():
    heads, lines = shown([("甲", 1, Cell("")), ("乙", 2, STEP)])

    assert heads == [("名称", False), ("金额", True), ("操作", False)]
    assert [len(line) for line in lines] == [3, 3]


def test_column_in_which_nobody_has_a_step_is_left_out():
    heads, lines = shown([("甲", 1, Cell("")), ("乙", 2, Cell(""))])

    assert heads == [("名称", False), ("金额", True)]
    assert lines == [[("名称", "甲", False), ("金额", 1, True)], [("名称", "乙", False), ("金额", 2, True)]]


def test_words_that_are_empty_keep_their_column():
    heads, _lines = shown([("甲", "", STEP)])

    assert len(heads) == 3
    assert Grid(HEADS, []).heads == [("名称", False), ("金额", False), ("操作", False)]
