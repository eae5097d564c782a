"""Rows are selected as Python slices, counted from 1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sflowc.source.selection import SelectionError, select_rows


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        ([], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (["3"], [3]),
        (["1:4"], [1, 2, 3]),
        (["1:6:2"], [1, 3, 5]),
        (["1,3,5"], [1, 3, 5]),
        (["[1,3,5]"], [1, 3, 5]),
        (["8:"], [8, 9]),
        ([":3", "2,9"], [1, 2, 9]),
        (["-1"], [9]),
        (["-3:"], [7, 8, 9]),
        (["1:10"], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (["5:1:-2"], [5, 3]),
    ],
)
def test_selection(texts: list[str], rows: list[int]) -> None:
    assert select_rows(texts, 9) == rows


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0", "no row 0"),
        ("10", "no row 10"),
        ("-10", "no row -10"),
        ("1:99", "rows 1 to 9"),
        ("10:11", "rows 1 to 9"),
        ("0:3", "rows 1 to 9"),
        ("4:4", "selects no row"),
        ("x", "no selection"),
        ("1;2", "no selection"),
        ("", "no selection"),
        ("1:5:0", "step"),
    ],
)
def test_what_is_not_there_is_an_error(text: str, why: str) -> None:
    with pytest.raises(SelectionError, match=why):
        select_rows([text], 9)


@given(st.integers(1, 12), st.data())
def test_slices_are_those_of_python(count: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, count))
    stop = data.draw(st.integers(start + 1, count + 1))
    step = data.draw(st.integers(1, 4))
    assert select_rows([f"{start}:{stop}:{step}"], count) == list(range(start, stop, step))
