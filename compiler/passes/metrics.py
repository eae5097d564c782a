"""Reads `metrics` of an output: which named fields are measurements, in which unit, and within which bounds.

In: the node of `metrics` and the output's pattern. Out: PlanMetrics. It is written as other sections are, a mapping of names
or a list of bodies with a `name`, or as a list of bare names; a unit can stand for a body.

    {ttft: ms, tps: {unit: tok/s, min: 1}}  ->  PlanMetric("ttft", "ms"), PlanMetric("tps", "tok/s", 1)
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

from ..diagnostics import Reporter, Span, did_you_mean
from ..ir.expr import RunText, display
from ..ir.plan import PlanMetric
from ..ir.tree import Mapping, Node, Scalar, Sequence, to_python
from ..outputs.awk import paths
from ..outputs.checks import number_text
from ..outputs.pattern import shown
from .fields import read_number, read_text
from .scope import Names

_KEYS = ("name", "unit", "min", "max", "description")


def read_metrics(node: Node | None, pattern: str, scope: Names, report: Reporter) -> tuple[PlanMetric, ...]:
    types = {shown(path): is_number for path, is_number in paths([pattern]).items()}
    found = []
    for name, span, body in _listed(node):
        bounds = _bounds(name, body, scope, report)
        if bounds != (None, None):
            _check_field(name, span, types, report)
        elif name not in types:
            message = f"'{name}' is no named field of the pattern"
            report.warning("output-metric", message, span, help=did_you_mean(name, types, what="fields"))
        found.append(PlanMetric(name, _unit(body, scope, report), *bounds))
    return tuple(found)


def _listed(node: Node | None) -> Iterator[tuple[str, Span, Node | None]]:
    """The names, where they stand, and what is said of each."""
    if isinstance(node, Mapping):
        yield from ((name, entry.key_span, entry.value) for name, entry in node.entries.items())
    for item in node if isinstance(node, Sequence) else ():
        name = item.get("name") if isinstance(item, Mapping) else item
        if isinstance(name, Scalar):
            yield name.text, name.span, item if isinstance(item, Mapping) else None


def _unit(body: Node | None, scope: Names, report: Reporter) -> str:
    """`metrics: {ttft: ms}` or `metrics: {ttft: {unit: ms}}`."""
    node = body.get("unit") if isinstance(body, Mapping) else body
    if not isinstance(node, Scalar) or not isinstance(to_python(node), str):
        return ""
    text = read_text(node, scope, report)
    if isinstance(text, RunText) and not text.is_constant:
        report.error("runtime-value", f"the unit is {display(text)}, which is known only when the job runs", node.span)
        return ""
    return "" if text is None else display(text).strip()


def _bounds(name: str, body: Node | None, scope: Names, report: Reporter) -> tuple[float | None, float | None]:
    if not isinstance(body, Mapping):
        return None, None
    for key, entry in body.entries.items():
        if key not in _KEYS:
            message = f"'{key}' of the metric '{name}' says nothing"
            report.warning("output-metric", message, entry.key_span, help=did_you_mean(key, _KEYS, what="keys"))
    least, most = (_bound(body.get(key), f"{key} of the metric '{name}'", scope, report) for key in ("min", "max"))
    if least is not None and most is not None and least > most:
        message = f"no value of '{name}' is both at least {number_text(least)} and at most {number_text(most)}"
        report.error("output-check", message, body.entries["min"].value.span, help="exchange min and max")
    return least, most


def _bound(node: Node | None, what: str, scope: Names, report: Reporter) -> float | None:
    if node is None or to_python(node) is None:
        return None
    return read_number(node, scope, what, report, minimum=-math.inf, maximum=sys.float_info.max)


def _check_field(name: str, span: Span, types: dict[str, bool], report: Reporter) -> None:
    """A bound that nothing could be held against would be kept by everything."""
    if name not in types:
        message = f"'{name}' has bounds, but is no named field of the pattern: nothing would be checked"
        report.error("output-check", message, span, help=did_you_mean(name, types, what="fields"))
    elif not types[name]:
        report.error(
            "output-check",
            f"'{name}' is text in the pattern, which is neither below nor above a number",
            span,
            help=f"give the field a type of numbers, such as {{{name}:g}} (docs/outputs.md)",
        )
