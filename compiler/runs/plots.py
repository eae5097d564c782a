"""What a plot of a table shows: panels, curves, points, and what is missing.

In: Table, and what the user wants: `X=CONCURRENCY Y=tps,ttft SERIES=TP`. Out: Picture, which knows no plotting library.

X is a column, each of Y a panel above it. A curve joins the points that have the same values of SERIES: over a variable from
left to right, over an output (throughput against latency) in the order of the variable that LABEL names. Where several rows
have the same place on a curve, such as runs that were repeated, it goes through their medians. Words stand side by side, and
nothing is joined.
"""

from __future__ import annotations

import re
import shlex
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..diagnostics import did_you_mean
from .table import Cell, Column, Row, Table, is_number, one_of

DRAWN = frozenset({"COMPLETED", "READY", "SKIPPED"})
"""States of a task whose outputs are a measurement: what failed or was stopped may have printed some before."""
KEYS = ("X", "Y", "SERIES", "LABEL", "LOG", "TITLE", "TO")
_DIGITS = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_FORMATS = (".png", ".svg", ".pdf")


class NoPlot(Exception):
    """A plot cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Spec:
    """`series` is None when the table decides; `log` are axes, x or y."""

    x: str
    y: tuple[str, ...]
    series: tuple[str, ...] | None = None
    label: str | None = None
    log: frozenset[str] = frozenset()
    title: str = ""
    to: str = ""

    @property
    def file(self) -> str:
        """Where the picture goes."""
        base = f"{'-'.join(self.y)}-by-{self.x}"
        return self.to or "".join(c if c.isalnum() or c in "-_." else "_" for c in base) + ".png"


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a run."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """`points` are all measurements, `line` what is joined; `gaps` are the places on a variable's axis where there is none."""

    name: str
    points: tuple[Point, ...]
    line: tuple[Point, ...]
    gaps: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the plots."""

    y: Column
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """`ticks` are the places on the x axis that have a name: (place, name). `joined`: whether points are."""

    x: Column
    panels: tuple[Panel, ...]
    legend: str
    label: str
    title: str
    log: frozenset[str]
    ticks: tuple[tuple[float, str], ...] = ()
    missing: tuple[str, ...] = ()
    measured: int = 0
    lost: int = 0
    joined: bool = True


def read_spec(text: str) -> Spec:
    """Raises NoPlot. The words are KEY=VALUE, quoted as for a shell."""
    try:
        words = [word.partition("=") for word in shlex.split(text)]
    except ValueError:
        raise NoPlot(f"cannot read {text!r}: a quote has no end") from None
    given: dict[str, str] = {}
    for key, equals, value in words:
        if key not in KEYS or not equals:
            help_ = did_you_mean(key, KEYS, what="a plot has")
            raise NoPlot(f"'{key}' is nothing that a plot has; {help_}")
        if key in given:
            raise NoPlot(f"{key} is there twice")
        given[key] = value
    for key in ("X", "Y"):
        if not given.get(key):
            raise NoPlot(f"{key}=COLUMN is missing")
    log = frozenset(given.get("LOG", "").lower().replace(",", ""))
    if not log <= {"x", "y"}:
        raise NoPlot("LOG is x, y or xy")
    to = given.get("TO", "")
    if to and not to.lower().endswith(_FORMATS):
        raise NoPlot(f"{to} ends with none of {', '.join(_FORMATS)}")
    series = _names(given["SERIES"]) if "SERIES" in given else None
    return Spec(given["X"], _names(given["Y"]), series, given.get("LABEL"), log, given.get("TITLE", ""), to)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text.split(",") if name))


def picture(table: Table, spec: Spec) -> Picture:
    """Raises NoPlot."""
    x, panels = _column(table, spec.x), [_column(table, name) for name in spec.y]
    rows = _concerned(table, [x, *panels])
    series, label = _told_apart(table, rows, x, panels, spec)
    over_variable = x.kind in ("variable", "row")
    axis = _Axis(x, [row.cells.get(x.name) for row in rows])
    shown = [Panel(y, tuple(_curves(rows, axis, y, series, label, over_variable))) for y in panels]
    if not any(curve.points for panel in shown for curve in panel.curves):
        raise NoPlot(
            f"no row has numbers for {x.name} and {' or '.join(y.name for y in panels)}{_advice(rows, panels)}"
        )
    log = spec.log if axis.is_scale else spec.log - {"x"}
    _check_logarithms(log, shown)
    lost = [row for row in rows if any(_value(row, y) is None for y in panels) or axis.place(row) is None]
    variables = [column for column in table.of_kind("variable") if len(_distinct(rows, column)) > 1]
    return Picture(
        x=x,
        panels=tuple(shown),
        legend=", ".join(column.name for column in series),
        label=label.name if label and not over_variable else "",
        title=spec.title or ", ".join(table.workflows),
        log=log,
        ticks=axis.ticks,
        missing=_counted(_lost(row, variables) for row in lost),
        measured=len(rows) - len(lost),
        lost=len(lost),
        joined=axis.is_scale,
    )


@dataclass(slots=True)
class _Axis:
    """Numbers where they are, or names side by side in the order in which they come."""

    column: Column
    cells: Sequence[Cell]
    is_scale: bool = True
    places: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = [one_of(cell, "median") if isinstance(cell, tuple) else cell for cell in self.cells]
        there = [value for value in values if value is not None]
        self.is_scale = bool(there) and all(is_number(value) for value in there)
        if not self.is_scale:
            self.places = {name: float(i) for i, name in enumerate(dict.fromkeys(map(str, there)))}

    def place(self, row: Row) -> float | None:
        cell = row.cells.get(self.column.name)
        cell = one_of(cell, "median") if isinstance(cell, tuple) else cell
        if not self.is_scale:
            return None if cell is None else self.places[str(cell)]
        return float(cell) if isinstance(cell, (int, float)) else None

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Those of names, and of a variable's few values."""
        if not self.is_scale:
            return tuple((place, name) for name, place in self.places.items())
        values = sorted({cell for cell in self.cells if isinstance(cell, (int, float))})
        few = self.column.kind == "variable" and len(values) <= 12
        return tuple((float(value), str(value)) for value in values) if few else ()


def _column(table: Table, name: str) -> Column:
    """The column of that name, or the only one that is spelt so but for capitals."""
    column = table.column(name)
    alike = [each for each in table.columns if each.name.lower() == name.lower()]
    column = column or (alike[0] if len(alike) == 1 else None)
    if column is None:
        names = [each.name for each in table.columns if any(cell is not None for cell in table.values(each.name))]
        raise NoPlot(f"there is no column {name}; {did_you_mean(name, names, what='there are')}")
    return column


def _advice(rows: Iterable[Row], panels: Iterable[Column]) -> str:
    """What to do about an output that is spelt as a number is, and was read as text."""
    for y in panels:
        for row in rows:
            cell = row.cells.get(y.name)
            if y.kind == "output" and isinstance(cell, str) and _DIGITS.fullmatch(cell.strip()):
                return f"; {y.name} is text: with a type in its pattern, as in {{{y.name}:g}}, it would be a number"
    return ""


def _check_logarithms(log: frozenset[str], panels: Iterable[Panel]) -> None:
    points = [point for panel in panels for curve in panel.curves for point in curve.points]
    for axis, values in (("x", [point.x for point in points]), ("y", [point.y for point in points])):
        if axis in log and min(values) <= 0:
            raise NoPlot(f"LOG={axis} needs numbers above zero, and there is {min(values):g}")


def _concerned(table: Table, columns: Iterable[Column]) -> list[Row]:
    """Rows of the tasks that give what is plotted, and those of runs that did not come to have tasks."""
    outputs = [column.name for column in columns if column.kind == "output"]
    bases = {row.base for row in table.rows if any(row.cells.get(name) is not None for name in outputs)}
    return [row for row in table.rows if not bases or row.base in bases or not row.base]


def _told_apart(
    table: Table, rows: Sequence[Row], x: Column, panels: Sequence[Column], spec: Spec
) -> tuple[list[Column], Column | None]:
    """What makes a curve, and what its points are called, unless that was said: variables that differ."""
    used = {x.name, *(y.name for y in panels)}
    label = _column(table, spec.label) if spec.label else None
    differing = [c for c in table.of_kind("variable") if c.name not in used and len(_distinct(rows, c)) > 1]
    if spec.series is not None:
        series = [_column(table, name) for name in spec.series]
    else:
        series = [column for column in differing if label is None or column.name != label.name]
    if label is None and x.kind not in ("variable", "row"):
        free = [column for column in differing if spec.series is None or column not in series]
        free = [column for column in free if all(is_number(cell) for cell in _distinct(rows, column))] or free
        label = max(free, key=lambda column: len(_distinct(rows, column)), default=None)
        if spec.series is None:
            series = [column for column in series if column != label]
    return series, label


def _distinct(rows: Iterable[Row], column: Column) -> dict[Cell, None]:
    return {row.cells[column.name]: None for row in rows if row.cells.get(column.name) is not None}


def _curves(
    rows: Sequence[Row], axis: _Axis, y: Column, series: Sequence[Column], label: Column | None, over_variable: bool
) -> Iterable[Curve]:
    groups: dict[tuple[Cell, ...], list[Row]] = {}
    for row in rows:
        key = tuple(row.cells.get(column.name) for column in series)
        if not series or any(cell is not None for cell in key):
            groups.setdefault(key, []).append(row)
    for key in sorted(groups, key=lambda cells: [_rank(cell) for cell in cells]):
        points: dict[object, list[Point]] = {}
        gaps = []
        for row in groups[key]:
            place, value = axis.place(row), _value(row, y)
            named = row.cells.get(label.name) if label else None
            if place is not None and value is not None:
                same = place if over_variable else named if label else len(points)
                points.setdefault(same, []).append(Point(place, value, "" if named is None else str(named)))
            elif place is not None and over_variable:
                gaps.append(place)
        if not points and not gaps:
            continue
        line = [_middle(points[same]) for same in sorted(points, key=_rank)]
        name = ", ".join("-" if cell is None else str(cell) for cell in key)
        places = {point.x for point in line}
        all_points = tuple(point for same in points.values() for point in same)
        yield Curve(name, all_points, tuple(line), tuple(sorted({*gaps} - places)))


def _middle(points: Sequence[Point]) -> Point:
    return Point(
        statistics.median(point.x for point in points),
        statistics.median(point.y for point in points),
        points[0].label,
    )


def _rank(cell: object) -> tuple[int, float, str]:
    """Numbers in their order, then text."""
    return (0, float(cell), "") if isinstance(cell, (int, float)) else (1, 0.0, str(cell))


def _value(row: Row, column: Column) -> float | None:
    if row.cells["state"] not in DRAWN:
        return None
    cell = row.cells.get(column.name)
    cell = one_of(cell, "median") if isinstance(cell, tuple) else cell
    return float(cell) if isinstance(cell, (int, float)) and is_number(cell) else None


def _counted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name if count == 1 else f"{name} ({count} times)" for name, count in Counter(names).items())


def _lost(row: Row, variables: Sequence[Column]) -> str:
    """Which one it is, and how it ended, or that it ended well and gave nothing."""
    values = [
        f"{column.name}={row.cells[column.name]}" for column in variables if row.cells.get(column.name) is not None
    ]
    name = " ".join(values) or str(row.cells["task"] or row.cells["run"] or "")
    return f"{name} {'without a value' if row.cells['state'] in DRAWN else row.cells['state']}".strip()
