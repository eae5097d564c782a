"""Sweeps of the command line: the table that somebody did not have to write.

In: `NAME=1,2,4` for each variable. Out: the columns, and a row of values for each combination or, zipped, for each position;
SweepError with the reason when they do not fit.

    sweep_rows(["A=1,2", "B=x,y"], zipped=False) == (["A", "B"], [["1", "x"], ["1", "y"], ["2", "x"], ["2", "y"]])
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable

_VALUE = re.compile(r"""(?:\[[^\]]*\] | \{[^}]*\} | "(?:[^"\\]|\\.)*" | [^,])*""", re.VERBOSE)


class SweepError(ValueError):
    """A sweep that cannot be read, or several that do not go together."""


def sweep_rows(sweeps: Iterable[str], *, zipped: bool) -> tuple[list[str], list[list[str]]]:
    """The names, and the values of each row in the same order; the last name changes first."""
    values: dict[str, list[str]] = {}
    for sweep in sweeps:
        name, equals, text = sweep.partition("=")
        if not equals or not name:
            raise SweepError(f"'{sweep}' is no sweep; write NAME=1,2,4")
        if name in values:
            raise SweepError(f"'{name}' is swept twice")
        values[name] = _split(text)
        if "" in values[name]:
            raise SweepError(f"'{sweep}' has an empty value")
    if zipped and len({len(each) for each in values.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(each)}" for name, each in values.items())
        raise SweepError(f"zipped sweeps have equally many values; {lengths}")
    combined = zip(*values.values(), strict=True) if zipped else itertools.product(*values.values())
    return list(values), [list(row) for row in combined]


def _split(text: str) -> list[str]:
    """At commas, but not inside a list, a mapping or quotes."""
    found, at = [], 0
    while at <= len(text):
        match = _VALUE.match(text, at)
        assert match is not None  # it may be empty
        found.append(match[0].strip())
        at = match.end() + 1
    return found


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Rows as RFC 4180 has them, with line feeds."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
