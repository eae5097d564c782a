"""A table of collected outputs for the terminal.

In: Table. Out: text; what is missing is a dash.

    task           state      CONCURRENCY  tps (tok/s)  ttft (ms)  took
    bench_8        COMPLETED  8                   1410       42.5  12.1s
"""

from __future__ import annotations

from collections import Counter

from ..runs.table import Cell, Column, Table, is_number
from .paint import Painter, columns, visible
from .report_outputs import value_text
from .runs import ONLY_HOW_LONG, STYLES, took

_NOTHING = "-"


def table_text(table: Table, *, colour: bool = False) -> str:
    """Which measurement it is, its variables, its outputs, how long it took, and why it has none."""
    paint = Painter(colour)
    shown = [column for column in table.columns if _is_shown(table, column)]
    lines = [[visible(label(column)) for column in shown]]
    lines += [[visible(_text(column, row.cells.get(column.name))) for column in shown] for row in table.rows]
    widths = [max(columns(line[i]) for line in lines) for i in range(len(shown))]
    right = [all(is_number(cell) or cell is None for cell in table.values(column.name)) for column in shown]
    states = ["", *(str(row.cells["state"]) for row in table.rows)]
    text = []
    for line, state in zip(lines, states, strict=True):
        cells = [_padded(*each) for each in zip(line, widths, right, strict=True)]
        styled = [
            paint("dim" if not state else STYLES.get(state, "warning"), cell)
            if not state or column.name == "state"
            else cell
            for cell, column in zip(cells, shown, strict=True)
        ]
        text.append("  ".join(styled).rstrip())
    return "\n".join([*text, "", _counts(table, paint)]) + "\n"


def label(column: Column) -> str:
    """A column's name, and its unit."""
    if column.name == "seconds":
        return "took"
    return f"{column.name} ({column.unit})" if column.unit else column.name


def cell_text(cell: Cell) -> str:
    """A value for people: of a list the first ones, of a fraction what matters."""
    if cell is None:
        return _NOTHING
    if isinstance(cell, tuple):
        return value_text(cell)
    if isinstance(cell, float):
        return str(cell) if len(str(cell)) <= 8 else f"{cell:.6g}"
    return value_text(cell)


def _is_shown(table: Table, column: Column) -> bool:
    if column.kind == "more":
        return column.name in ("seconds", "reason") and any(_text(column, cell) for cell in table.values(column.name))
    return column.name == "state" or any(cell is not None for cell in table.values(column.name))


def _text(column: Column, cell: Cell) -> str:
    if column.name == "reason":
        return "" if cell is None or ONLY_HOW_LONG.fullmatch(str(cell)) else str(cell)
    if column.name == "seconds":
        return took(cell) if isinstance(cell, (int, float)) else ""
    return cell_text(cell)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - columns(text))
    return space + text if right else text + space


def _counts(table: Table, paint: Painter) -> str:
    counts = Counter(str(row.cells["state"]) for row in table.rows)
    runs = len({row.cells["directory"] for row in table.rows} - {None})
    parts = [paint(STYLES.get(state, "warning"), f"{count} {state}") for state, count in counts.items()]
    rows = f"{len(table.rows)} row{'s' if len(table.rows) != 1 else ''}"
    return f"{rows} of {runs} run{'s' if runs != 1 else ''}: {', '.join(parts)}"
