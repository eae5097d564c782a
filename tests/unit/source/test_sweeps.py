"""Sweeps of the command line become the rows of a table."""

import csv

import pytest
from sflowc.source.sweeps import SweepError, csv_text, sweep_rows


def test_each_combination_the_last_name_first() -> None:
    names, rows = sweep_rows(["A=1,2", "B=x, y"], zipped=False)
    assert names == ["A", "B"]
    assert rows == [["1", "x"], ["1", "y"], ["2", "x"], ["2", "y"]]


def test_side_by_side() -> None:
    assert sweep_rows(["A=1,2", "B=x,y"], zipped=True)[1] == [["1", "x"], ["2", "y"]]


def test_commas_inside_a_value() -> None:
    assert sweep_rows(["C=[1, 2],[3]", 'D="a,b",{"x": 1, "y": 2}'], zipped=True)[1] == [
        ["[1, 2]", '"a,b"'],
        ["[3]", '{"x": 1, "y": 2}'],
    ]


@pytest.mark.parametrize(
    ("sweeps", "zipped", "why"),
    [
        (["A"], False, "no sweep"),
        (["=1"], False, "no sweep"),
        (["A=1,,2"], False, "empty value"),
        (["A="], False, "empty value"),
        (["A=1", "A=2"], False, "twice"),
        (["A=1,2", "B=1,2,3"], True, "A has 2, B has 3"),
    ],
)
def test_mistakes(sweeps: list[str], zipped: bool, why: str) -> None:
    with pytest.raises(SweepError, match=why):
        sweep_rows(sweeps, zipped=zipped)


def test_csv_is_read_back() -> None:
    rows = [["a", "b,c"], ['"', "x\ny"]]
    assert list(csv.reader(csv_text(rows).splitlines(keepends=True))) == rows
