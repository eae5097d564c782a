"""A table of what runs gave: its columns, and a row for each measurement.

In: rows of named values. Out: Table; where two columns would have the same name, a variable or output gets a prefix.

    Column("ttft", "output", "ms")
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["row", "variable", "output", "more"]
Scalar = str | int | float | bool
Cell = Scalar | tuple[Scalar | None, ...] | None
"""None is what is not there; a tuple is what an output gave several times."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[-+][0-9]+)?")
LISTS: dict[str, Callable[[Sequence[float]], float]] = {
    "min": min,
    "max": max,
    "sum": sum,
    "mean": statistics.fmean,
    "median": statistics.median,
}
"""What may become of several numbers."""


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is row (which measurement it is), variable, output, or more (how it went); `unit` is for people."""

    name: str
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`base` is the task whose replica it is; empty for a run without tasks."""

    base: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of many runs."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    workflows: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def of_kind(self, kind: Kind) -> list[Column]:
        return [column for column in self.columns if column.kind == kind]

    def values(self, name: str) -> list[Cell]:
        return [row.cells.get(name) for row in self.rows]

    def with_lists(self, how: str) -> Table:
        """With one value for each list of an output: `all` leaves them, the others are first, last and those of LISTS."""
        outputs = {column.name for column in self.of_kind("output")}
        if how == "all":
            return self
        rows = (
            {name: one_of(cell, how) if name in outputs else cell for name, cell in row.cells.items()}
            for row in self.rows
        )
        return replace(self, rows=tuple(Row(old.base, new) for old, new in zip(self.rows, rows, strict=True)))


@dataclass(slots=True)
class Raw:
    """A row before its columns have names."""

    base: str
    row: dict[str, Cell]
    variables: dict[str, Cell]
    outputs: dict[str, Cell]
    more: dict[str, Cell]
    units: Mapping[str, str] = field(default_factory=dict)


def table_of(raw: Sequence[Raw], variables: Iterable[str]) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    """Columns in the order row, variables as given, outputs as they come, more."""
    first, more = (list(dict.fromkeys(name for one in raw for name in getattr(one, kind))) for kind in ("row", "more"))
    outputs = list(dict.fromkeys(name for one in raw for name in one.outputs))
    taken = {*first, *more}
    swept = {name: _free(name, taken, "variable") for name in dict.fromkeys(variables)}
    given = {name: _free(name, {*taken, *swept.values()}, "output") for name in outputs}
    columns = [
        *(Column(name, "row") for name in first),
        *(Column(name, "variable") for name in swept.values()),
        *(Column(given[name], "output", _unit(raw, name)) for name in outputs),
        *(Column(name, "more", "s" if name.endswith("seconds") else "") for name in more),
    ]
    rows = [
        {
            **one.row,
            **{name: one.variables.get(old) for old, name in swept.items()},
            **{name: one.outputs.get(old) for old, name in given.items()},
            **one.more,
        }
        for one in raw
    ]
    for name in swept.values():
        _as_numbers(rows, name)
    return tuple(columns), tuple(Row(one.base, cells) for one, cells in zip(raw, rows, strict=True))


def one_of(cell: Cell, how: str) -> Cell:
    """One value of several; None when they are not all numbers, where that matters."""
    if not isinstance(cell, tuple):
        return cell
    if how in ("first", "last"):
        return (cell[0] if how == "first" else cell[-1]) if cell else None
    numbers = [value for value in cell if is_number(value)]
    if not numbers or len(numbers) < sum(value is not None for value in cell):
        return None
    return LISTS[how]([value for value in numbers if isinstance(value, (int, float))])


def is_number(cell: Cell) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _free(name: str, taken: set[str], kind: str) -> str:
    return name if name not in taken else f"{kind}.{name}"


def _unit(raw: Sequence[Raw], output: str) -> str:
    return " or ".join(sorted({one.units[output] for one in raw if one.units.get(output)}))


def _as_numbers(rows: Sequence[dict[str, Cell]], name: str) -> None:
    """A variable is text in a run. Where each value is spelt as a number is, all are numbers: a version such as 1.10 is none."""
    cells = [row[name] for row in rows if row[name] is not None]
    numbers = [_number(cell) for cell in cells]
    if not cells or None in numbers:
        return
    for row in rows:
        row[name] = None if row[name] is None else _number(row[name])


def _number(cell: Cell) -> int | float | None:
    if not isinstance(cell, str) or len(cell) > 24 or not _NUMBER.fullmatch(cell):
        return None
    number = float(cell) if {*cell} & {*".e"} else int(cell)
    return number if str(number) == cell else None
