"""A table of collected outputs for programs: CSV, JSON, Parquet.

In: Table. Out: text or bytes, the same for the same table. CSV is for spreadsheets too: no text of a log is a formula there.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..runs.table import Cell, Table, is_number

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_INT64 = range(-(2**63), 2**63)
_WHOLE = ("attempts", "exit_status", "batch_row")
_TIMES = ("seconds", "ready_seconds", "started", "finished", "run_seconds")


class NoLibrary(Exception):
    """What is needed for a format is not installed; the message says how to get it."""


def table_csv(table: Table) -> str:
    """RFC 4180, lines ending with a line feed; what is missing is an empty cell, a list is JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_csv(column.name) for column in table.columns)
    for row in table.rows:
        writer.writerow(_csv(row.cells.get(column.name)) for column in table.columns)
    return text.getvalue()


def table_json(table: Table) -> dict[str, object]:
    """Columns with their units, and a flat object for each row; what is missing is null; schemas/collect.schema.json."""
    return {
        "columns": [asdict(column) for column in table.columns],
        "rows": [{column.name: row.cells.get(column.name) for column in table.columns} for row in table.rows],
    }


def table_parquet(table: Table) -> bytes:
    """Typed columns; units are metadata of their fields. Raises NoLibrary."""
    arrow, parquet = library("pyarrow"), library("pyarrow.parquet")
    arrays, fields = [], []
    for column in table.columns:
        known = None if column.kind != "more" else _known(arrow, column.name)
        type_, values = _typed(arrow, table.values(column.name), known)
        arrays.append(arrow.array(values, type=type_))
        described = {"kind": column.kind, **({"unit": column.unit} if column.unit else {})}
        fields.append(arrow.field(column.name, type_, metadata=described))
    sink = io.BytesIO()
    parquet.write_table(arrow.table(arrays, schema=arrow.schema(fields)), sink)
    return sink.getvalue()


def library(name: str) -> Any:
    """pyarrow or matplotlib, imported when it is needed. Raises NoLibrary."""
    package, _, _ = name.partition(".")
    extra, what = {"pyarrow": ("parquet", "Parquet needs"), "matplotlib": ("plot", "Plots need")}[package]
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NoLibrary(f"{what} {package}: pip install 'sflowc[{extra}]'") from None


def _csv(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return json.dumps(cell, ensure_ascii=False)
    text = cell if isinstance(cell, str) else json.dumps(cell)
    harmless = not isinstance(cell, str) or not text.startswith(_FORMULA) or _NUMBER.fullmatch(text)
    return text if harmless else f"'{text}"


def _known(arrow: Any, name: str) -> Any:
    """The type of what every table has, also where all of it is missing."""
    return arrow.int64() if name in _WHOLE else arrow.float64() if name in _TIMES else arrow.string()


def _typed(arrow: Any, cells: Sequence[Cell], known: Any = None) -> tuple[Any, list[Any]]:
    """The narrowest type that has all values: of a list its items', else text."""
    if any(isinstance(cell, tuple) for cell in cells):
        rows = [cell if isinstance(cell, tuple) else None if cell is None else (cell,) for cell in cells]
        inner, _ = _typed(arrow, [item for row in rows for item in row or ()])
        return arrow.list_(inner), [None if row is None else [_as(arrow, inner, item) for item in row] for row in rows]
    there = [cell for cell in cells if cell is not None]
    if known is not None:
        kind = known
    elif there and all(isinstance(cell, bool) for cell in there):
        kind = arrow.bool_()
    elif there and all(isinstance(cell, int) and not isinstance(cell, bool) and cell in _INT64 for cell in there):
        kind = arrow.int64()
    elif there and all(is_number(cell) and abs(cell) < 1e300 for cell in there):  # type: ignore[arg-type]
        kind = arrow.float64()
    else:
        kind = arrow.string()
    return kind, [_as(arrow, kind, cell) for cell in cells]


def _as(arrow: Any, kind: Any, cell: Cell) -> Any:
    if cell is None:
        return None
    if kind == arrow.string():
        text = cell if isinstance(cell, str) else json.dumps(cell)
        return text.encode("utf-8", "replace").decode()
    return float(cell) if kind == arrow.float64() else cell  # type: ignore[arg-type]
