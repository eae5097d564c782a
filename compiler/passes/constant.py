"""Reads a part of a workflow once when it holds no expression: then it means the same in whatever row of a table.

In: a function that reads a part in a scope. Out: the same one, which computes once for the same part that no expression shapes,
and tells each time what is wrong with it.

    read_output = once_if_constant(_read_output)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from ..diagnostics import Diagnostic, Reporter
from ..expr.template import has_expression
from ..ir.memo import by_identity
from ..ir.tree import scalars
from .scope import Names

P = TypeVar("P")
T = TypeVar("T")

_NO_NAMES = Names("name", {})


def once_if_constant(read: Callable[[P, Names, Reporter], T]) -> Callable[[P, Names, Reporter], T]:
    """The function with a memory. What it returns never changes, and depends on the part and the names in its expressions alone."""

    @by_identity
    def constant(part: P) -> tuple[T, tuple[Diagnostic, ...]] | None:
        if any(has_expression(scalar.text) for scalar in scalars(part)):
            return None
        report = Reporter()
        return read(part, _NO_NAMES, report), tuple(report)

    @functools.wraps(read)
    def remembered(part: P, scope: Names, report: Reporter) -> T:
        known = constant(part)
        if known is None:
            return read(part, scope, report)
        value, found = known
        for diagnostic in found:
            report.add(diagnostic)
        return value

    return remembered
