"""Tables are read as RFC 4180 has them, every cell with its place."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sflowc.diagnostics import Reporter, Span
from sflowc.source.bulk import Table, check_columns, read_table, row_options

_CELLS = st.text(st.sampled_from('ab ,"\n\r[]=é'), max_size=6)


def read(data: bytes | str) -> tuple[Table | None, list[str]]:
    report = Reporter()
    table = read_table("t.csv", data.encode() if isinstance(data, str) else data, report)
    return table, [f"{found.span} {found.code}" for found in report]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(_CELLS, min_size=2, max_size=2), max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
@example([['a"b', "c,d"], ["two\nlines", ""]], "\r\n", "\ufeff")
def test_what_python_writes_is_read(values: list[list[str]], end: str, mark: str) -> None:
    out = io.StringIO()
    quoting = (
        csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL
    )  # a bare return ends a row, and minimally it is not quoted
    csv.writer(out, lineterminator=end, quoting=quoting).writerows(
        [["sflow_config_file", "A", "B"], *(["f.yaml", *row] for row in values)]
    )
    table, found = read(mark + out.getvalue())
    assert found == []
    assert table is not None
    assert [row.number for row in table.rows] == list(range(1, len(values) + 1))
    for row, written in zip(table.rows, values, strict=True):
        said = {name: cell.text for name, cell in row.cells.items()}
        assert said == {name: text for name, text in zip("AB", written, strict=True) if text.strip()}


def test_places() -> None:
    table, _ = read('\ufeffsflow_config_file,A,B\r\na.yaml b.yaml,"x\r\ny",\r\n\r\nc.yaml,1,2\r\n')
    assert table is not None
    first, second = table.rows
    assert [cell.text for cell in first.files] == ["a.yaml", "b.yaml"]
    assert first.cells["A"].span == Span("t.csv", 2, 15, 3, 3)
    assert first.cells["A"].text == "x\r\ny"
    assert "B" not in first.cells
    assert second.cells["B"].span == Span("t.csv", 5, 10, 5, 11)
    assert table.columns["B"].span == Span("t.csv", 1, 21, 1, 22)


def test_own_columns() -> None:
    table, _ = read("job_name,sflow_config_file,missable_tasks\n big ,a.yaml, x  y_* \n,a.yaml,\n")
    assert table is not None
    assert table.columns == {}
    first, second = table.rows
    assert first.job_name is not None
    assert first.job_name.text == " big "
    assert first.missable == ("x", "y_*")
    assert second.job_name is None
    assert second.missable == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["t.csv:1:1 csv-header"]),
        ("\n\n", ["t.csv:1:1 csv-header"]),
        ("A,B\n1,2\n", ["t.csv:1:1 csv-header"]),
        ("sflow_config_file,A,A\n", ["t.csv:1:21 csv-header"]),
        ("sflow_config_file,\n", ["t.csv:1:19 csv-header"]),
        ("sflow_config_file,A\nx\ny,1,2\n", ["t.csv:2:1 csv-width", "t.csv:3:1 csv-width"]),
        ('sflow_config_file,A\nx,"y\n', ["t.csv:2:3 csv-syntax"]),
        ('sflow_config_file,A\nx,"y"z\n', ["t.csv:2:3 csv-syntax"]),
        ("sflow_config_file,A\n ,1\n", ["t.csv:2:1 csv-cell"]),
        (b"sflow_config_file\n\xff\n", ["t.csv:2:1 not-utf-8"]),
    ],
)
def test_mistakes(text: str | bytes, found: list[str]) -> None:
    assert read(text) == (None, found)


def test_a_row_says_what_its_files_declare() -> None:
    table, _ = read("sflow_config_file,V,M,X\na.yaml,1,fs:///m,7\nb.yaml,,,8\n")
    assert table is not None
    declared = {1: (frozenset("V"), frozenset("M")), 2: (frozenset("X"), frozenset[str]())}
    report = Reporter()
    check_columns(table, declared, report)
    assert [f"{found.span} {found.code}" for found in report] == ["t.csv:2:18 unused-cell"]
    assert [
        (option.name, option.text, option.span(1, 0, 1).column) for option in row_options(table.rows[0], *declared[1])
    ] == [
        ("--set", "V=1", 8),
        ("--artifact", "M=fs:///m", 10),
    ]


def test_a_column_that_nobody_declares() -> None:
    table, _ = read("sflow_config_file,PROT\na.yaml,1\n")
    assert table is not None
    report = Reporter()
    check_columns(table, {1: (frozenset(["PORT"]), frozenset())}, report)
    (found,) = report
    assert (found.code, found.help) == ("unknown-column", "did you mean 'PORT'?")
