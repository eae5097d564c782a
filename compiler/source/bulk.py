"""A table of workflows: CSV as RFC 4180 has it, every cell with its place.

In: the bytes of a CSV. Out: a Table of its rows; or the same from sweeps. A row names workflow files and says values for variables
and artifacts. The rules are those of the language's section on bulk input.

    read_table("sweep.csv", b"sflow_config_file,PORT\\na.yaml b.yaml,80\\n", report).rows[0].cells["PORT"].text == "80"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..diagnostics import Label, Reporter, Span, did_you_mean
from .overrides import Option

FILES, JOB_NAME, MISSABLE = "sflow_config_file", "job_name", "missable_tasks"
_OWN = (FILES, JOB_NAME, MISSABLE)
_FIELD = re.compile(r'(?P<quoted>"(?:[^"]|"")*")(?P<junk>[^,\r\n]*)|(?P<plain>[^,\r\n]*)')
_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, without quotes, and where it stands."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Row:
    """One workflow. `number` counts from 1; `cells` are those of variables and artifacts that are not empty."""

    number: int
    span: Span
    files: tuple[Cell, ...]
    job_name: Cell | None = None
    missable: tuple[str, ...] = ()
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are those of variables and artifacts, with their headings."""

    name: str
    columns: Mapping[str, Cell]
    rows: tuple[Row, ...]


def read_table(name: str, data: bytes, report: Reporter) -> Table | None:
    """The rows of a CSV; None after mistakes, of which all are reported."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.error(
            "not-utf-8",
            f"byte {data[error.start]:#04x} is not UTF-8",
            Span(name, line, 1),
            help="save the file as UTF-8",
        )
        return None
    records = [record for record in _records(name, text, report) if len(record) > 1 or record[0].text]
    if report.has_errors:
        return None
    if not records:
        report.error("csv-header", "the table is empty", Span(name, 1, 1), help=f"it needs a heading with {FILES}")
        return None
    headings = _headings(records[0], report)
    rows = []
    for number, record in enumerate(records[1:], start=1):
        if len(record) != len(records[0]):
            report.error(
                "csv-width",
                f"this row has {len(record)} cell{'s' if len(record) > 1 else ''}, the heading {len(records[0])}",
                _whole(record),
                help="an empty cell needs its comma, and a comma in a cell needs quotes around the cell",
            )
        elif headings is not None:
            rows.append(_row(number, dict(zip(headings, record, strict=True)), _whole(record), report))
    if headings is None or report.has_errors:
        return None
    return Table(name, {key: cell for key, cell in headings.items() if key not in _OWN}, tuple(rows))


def check_columns(
    table: Table, declared: Mapping[int, tuple[frozenset[str], frozenset[str]]], report: Reporter
) -> None:
    """Reports columns that no row's files declare, and cells that say something to files that do not want it.

    `declared` are the names of the variables and of the artifacts of each row's files, by the row's number.
    """
    known = {number: variables | artifacts for number, (variables, artifacts) in declared.items()}
    everywhere: frozenset[str] = frozenset().union(*known.values())
    for column, heading in table.columns.items():
        if column not in everywhere:
            report.error(
                "unknown-column",
                f"'{column}' is neither a variable nor an artifact of any row's files",
                heading.span,
                help=did_you_mean(column, everywhere, what="variables and artifacts"),
            )
            continue
        for row in table.rows:
            cell = row.cells.get(column)
            if cell and row.number in known and column not in known[row.number]:
                report.warning(
                    "unused-cell",
                    f"the files of row {row.number} declare no '{column}'",
                    cell.span,
                    help="leave the cell empty",
                )


def row_options(row: Row, variables: frozenset[str], artifacts: frozenset[str]) -> tuple[Option, ...]:
    """What a row says of the variables and artifacts that its files declare."""
    return tuple(
        Option("--set" if column in variables else "--artifact", f"{column}={cell.text}", cell.span)
        for column, cell in row.cells.items()
        if column in variables or column in artifacts
    )


def _records(name: str, text: str, report: Reporter) -> Iterator[list[Cell]]:
    at, line, begin = 0, 1, 0
    record: list[Cell] = []
    while at < len(text) or record:
        found = _FIELD.match(text, at)
        assert found is not None  # its last alternative takes nothing
        inside = text[at : found.end()]
        breaks = list(_END.finditer(inside))
        last = at + breaks[-1].end() if breaks else begin
        span = Span(name, line, at - begin + 1, line + len(breaks), found.end() - last + 1)
        cell = Cell(_content(found, span, report), span)
        at, line, begin = found.end(), line + len(breaks), last
        record.append(cell)
        if text[at : at + 1] == ",":
            at += 1
            continue
        yield record
        record = []
        end = _END.match(text, at)
        if end is not None:
            at, line, begin = end.end(), line + 1, end.end()


def _content(found: re.Match[str], span: Span, report: Reporter) -> str:
    if found["quoted"] is None:
        plain = found["plain"]
        if plain.startswith('"'):
            report.error(
                "csv-syntax", "this quote is never closed", span, help='a quote inside quotes is written twice, ""'
            )
        return plain
    if found["junk"]:
        report.error(
            "csv-syntax",
            "text stands behind the closing quote",
            span,
            help='a quote inside quotes is written twice, ""',
        )
    return found["quoted"][1:-1].replace('""', '"')


def _headings(record: list[Cell], report: Reporter) -> dict[str, Cell] | None:
    headings: dict[str, Cell] = {}
    errors = report.error_count
    for cell in record:
        key = cell.text.strip()
        if not key:
            report.error(
                "csv-header", "a column has no heading", cell.span, help="give it the name of a variable or an artifact"
            )
        elif key in headings:
            first = Label(headings[key].span, "first here")
            report.error("csv-header", f"two columns are called '{key}'", cell.span, labels=[first])
        headings[key] = cell
    if FILES not in headings:
        report.error(
            "csv-header",
            f"the table has no column '{FILES}'",
            _whole(record),
            help="it names the files of each row, relative to the table, with spaces between",
        )
    return headings if report.error_count == errors else None


def _row(number: int, cells: dict[str, Cell], span: Span, report: Reporter) -> Row:
    files = tuple(Cell(word, cells[FILES].span) for word in cells[FILES].text.split())
    if not files:
        report.error(
            "csv-cell", f"row {number} names no workflow file", cells[FILES].span, help=f"'{FILES}' needs at least one"
        )
    name = cells.get(JOB_NAME)
    return Row(
        number,
        span,
        files,
        job_name=name if name and name.text.strip() else None,
        missable=tuple(cells[MISSABLE].text.split()) if MISSABLE in cells else (),
        cells={key: cell for key, cell in cells.items() if key not in _OWN and cell.text.strip()},
    )


def _whole(record: list[Cell]) -> Span:
    first, last = record[0].span, record[-1].span
    return Span(first.file, first.line, first.column, last.end_line, last.end_column)
