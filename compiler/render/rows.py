"""Diagnostics of many workflows, told together.

In: what was found in each row of a table. Out: each finding once, with the rows that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..diagnostics import Diagnostic, Label, Span

_SHOWN = 5
"""So many rows are named one by one."""


def of_rows(found: Iterable[tuple[int, Span | None, tuple[Diagnostic, ...]]]) -> tuple[Diagnostic, ...]:
    """Findings of rows: each a row's number, its place (None when no table has it) and what was found there.

    Notes are left out: that a task is absent in some rows is what a table is for.
    """
    first: dict[Diagnostic, Span | None] = {}
    rows: dict[Diagnostic, list[int]] = {}
    for number, place, diagnostics in found:
        for diagnostic in diagnostics:
            if diagnostic.severity == "note" and place is not None:
                continue
            first.setdefault(diagnostic, place)
            rows.setdefault(diagnostic, []).append(number)
    merged = [_placed(diagnostic, first[diagnostic], rows[diagnostic]) for diagnostic in first]
    return tuple(sorted(merged, key=Diagnostic.sort_key))


def _placed(diagnostic: Diagnostic, place: Span | None, rows: list[int]) -> Diagnostic:
    if place is None:
        return diagnostic
    note = f"also in {_listed(rows[1:])}" if len(rows) > 1 else ""
    labels = diagnostic.labels
    if diagnostic.span is None or diagnostic.span.file != place.file:
        labels = (*labels, Label(place, f"in row {rows[0]}"))
    return replace(diagnostic, labels=labels, note="\n".join(filter(None, (diagnostic.note, note))))


def _listed(rows: list[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return f"row {shown}" if len(rows) == 1 else f"rows {shown}{more}"
