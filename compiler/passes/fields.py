"""Reads a field that may hold an expression as what the field wants: a number, a boolean, text, a duration.

In: a node and a scope. Out: the value, or None after a diagnostic at the node. Text that reads as a number is one.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter
from ..expr.evaluate import evaluate_scalar, evaluate_text
from ..expr.values import Namespace, has_holes, to_text
from ..ir.expr import RunText, Text, display
from ..ir.tree import Node, Scalar, Sequence

_DURATION = re.compile(r"\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+(?:\.\d+)?)s)?\s*")
_TRUE = frozenset(("true", "1", "yes", "y", "on"))
_FALSE = frozenset(("false", "0", "no", "n", "off"))


def read_value(node: Node, scope: Namespace, report: Reporter) -> object:
    """A node as a plain value, its expressions evaluated, in lists and mappings too."""
    if isinstance(node, Scalar):
        return evaluate_scalar(node, scope, report)
    if isinstance(node, Sequence):
        return [read_value(item, scope, report) for item in node]
    return {key: read_value(entry.value, scope, report) for key, entry in node.entries.items()}


def read_text(node: Node, scope: Namespace, report: Reporter) -> Text | None:
    """A scalar as text: what was written, its expressions replaced."""
    if isinstance(node, Scalar):
        return evaluate_text(node, scope, report)
    report.error("wrong-type", "this must be text", node.span)
    return None


def _constant(node: Node, scope: Namespace, what: str, report: Reporter) -> tuple[bool, object]:
    """The value of a scalar whose content must be known now; false after a diagnostic."""
    errors = report.error_count
    value = read_value(node, scope, report)
    if report.error_count > errors:
        return False, None
    if isinstance(value, RunText) or has_holes(value):
        shown = display(to_text(value))
        report.error("runtime-value", f"{what} is {shown}, which is known only when the job runs", node.span)
        return False, None
    return True, value


def read_integer(
    node: Node, scope: Namespace, what: str, report: Reporter, *, minimum: int | None = None
) -> int | None:
    """A whole number, at least `minimum`."""
    ok, value = _constant(node, scope, what, report)
    return _integer_of(value, node, what, report, minimum) if ok else None


def _integer_of(value: object, node: Node, what: str, report: Reporter, minimum: int | None = None) -> int | None:
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif (isinstance(value, str) and re.fullmatch(r"\s*[-+]?\d{1,18}\s*", value)) or (
        isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    ):
        number = int(value)
    if number is None:
        report.error("not-a-number", f"{what} must be a whole number, not {_shown(value)}", node.span)
        return None
    if minimum is not None and number < minimum:
        report.error("too-small", f"{what} must be at least {minimum}, not {number}", node.span)
        return None
    return number


def read_number(
    node: Node, scope: Namespace, what: str, report: Reporter, *, minimum: float = 0, maximum: float = 1e12
) -> float | None:
    """A number, at least `minimum`; whole ones stay whole."""
    ok, value = _constant(node, scope, what, report)
    if not ok:
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            pass
        else:
            value = int(value) if value.is_integer() else value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) > maximum:
        report.error("not-a-number", f"{what} must be a number, not {_shown(value)}", node.span)
        return None
    if value < minimum:
        report.error("too-small", f"{what} must be at least {minimum:g}, not {value:g}", node.span)
        return None
    return value


def read_boolean(node: Node, scope: Namespace, what: str, report: Reporter) -> bool | None:
    """true or false, or text that reads as one."""
    ok, value = _constant(node, scope, what, report)
    if not ok:
        return None
    read = boolean_of(value)
    if read is None:
        report.error("not-a-boolean", f"{what} must be true or false, not {_shown(value)}", node.span)
    return read


def boolean_of(value: object) -> bool | None:
    """A value as a boolean; None when it reads as none."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return None


def read_duration(node: Node, scope: Namespace, what: str, report: Reporter) -> float | None:
    """Seconds, from a number or from text such as 90s, 30m, 2h, 1h30m, 1d."""
    ok, value = _constant(node, scope, what, report)
    if not ok:
        return None
    seconds: float | None = None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str):
        seconds = duration_of(value)
    if seconds is None or not 0 < seconds < 1e9:
        report.error(
            "bad-duration",
            f"{what} must be a time, not {_shown(value)}",
            node.span,
            help="give seconds, or such as 90s, 30m, 2h, 1h30m, 1d",
        )
        return None
    return seconds


def duration_of(text: str) -> float | None:
    """The seconds of a text such as 1h30m, or None."""
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", text):
        return float(text)
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part) if part else 0.0 for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def read_integers(node: Node, scope: Namespace, what: str, report: Reporter) -> tuple[int, ...] | None:
    """A list of whole numbers, or a single one; an expression may give either."""
    if isinstance(node, Sequence):
        numbers = [read_integer(item, scope, what, report) for item in node]
    else:
        ok, value = _constant(node, scope, what, report)
        if not ok:
            return None
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        numbers = [_integer_of(item, node, what, report) for item in values]
    return None if None in numbers else tuple(number for number in numbers if number is not None)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
