"""The operators.

In: an operator and the values of its operands. Out: the value, or a Failure that names their types. Operands that wait for
the run are refused unless nothing but their place in the result matters.

    binary("+", "nats://", RunText((Atom("ip", "c", 0),))).display() == "nats://<ip:c:0>"
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..ir.expr import RunText, Text, join
from . import limits
from .failures import Failure
from .formatting import format_percent
from .runtime_text import needs_content
from .values import Nothing, has_holes, kind, length_at_least, run_texts

_BINARY: dict[str, Callable[[Any, Any], object]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda item, container: item in container,
    "not in": lambda item, container: item not in container,
}


def binary(symbol: str, left: object, right: object) -> object:
    """`left symbol right`"""
    if symbol == "+" and isinstance(left, (str, RunText)) and isinstance(right, (str, RunText)):
        return _concatenate(left, right)
    if symbol == "%" and isinstance(left, str):
        return _guarded("'%'", lambda: format_percent(left, right), left, right)
    for operand in (left, right):
        if isinstance(operand, RunText):
            raise needs_content(operand, f"'{symbol}'")
    if symbol == "*":
        limits.check_product(left, right)
    elif symbol == "**":
        limits.check_power(left, right)
    elif symbol == "+" and limits.weight(left) + limits.weight(right) > limits.LIMIT:
        raise limits.too_much("the result is too large")
    return _guarded(f"'{symbol}'", lambda: _BINARY[symbol](left, right), left, right)


def sign(symbol: str, operand: object) -> object:
    """`-operand`, `+operand`"""
    if isinstance(operand, RunText):
        raise needs_content(operand, f"'{symbol}'")
    try:
        return operator.neg(operand) if symbol == "-" else operator.pos(operand)  # type: ignore[arg-type]
    except TypeError:
        raise Failure("expression-type", f"'{symbol}' needs a number, not {kind(operand)}") from None


def compare(symbol: str, left: object, right: object) -> bool:
    """`left symbol right`"""
    if symbol in ("in", "not in"):
        if isinstance(right, dict) and not has_holes(left):
            return _COMPARE[symbol](left, right) if _hashable(left) else _type_failure(symbol, left, right)
        if isinstance(right, (list, tuple)) and not right:
            return symbol == "not in"
    for operand in (left, right):
        for text in run_texts(operand):
            raise needs_content(text, f"'{symbol}'")
    return bool(_guarded(f"'{symbol}'", lambda: _COMPARE[symbol](left, right), left, right))


def _hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _concatenate(left: Text, right: Text) -> Text:
    if length_at_least(left) + length_at_least(right) > limits.LIMIT:
        raise limits.too_much("the text is too long")
    return join((left, right))


def _guarded(what: str, compute: Callable[[], object], left: object, right: object) -> object:
    """The value, with Python's exceptions turned into what they mean here."""
    try:
        result = compute()
    except ZeroDivisionError:
        raise Failure("division-by-zero", "division by zero") from None
    except (OverflowError, ValueError) as error:
        raise Failure("expression-value", f"{what} has no result here: {error}") from None
    except TypeError:
        _type_failure(what.strip("'"), left, right)
    if isinstance(result, complex):
        raise Failure("expression-value", f"{what} has no result among the real numbers")
    return result


def _type_failure(symbol: str, left: object, right: object) -> bool:
    numbers = isinstance(left, (int, float)) or isinstance(right, (int, float))
    texts = isinstance(left, str) or isinstance(right, str)
    help_line = "declare the variable that is text with `type: integer`" if numbers and texts else ""
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        help_line = "give the `if` an `else`"
    if symbol in ("in", "not in"):
        message = f"'{symbol}' cannot look for {kind(left)} in {kind(right)}"
    elif symbol == "%" and isinstance(left, str):
        message, help_line = f"the values do not fit the format '{left}'", ""
    elif symbol in _COMPARE:
        message = f"'{symbol}' cannot compare {kind(left)} with {kind(right)}"
    else:
        message = f"'{symbol}' does not work on {kind(left)} and {kind(right)}"
    raise Failure("expression-type", message, help_line=help_line)
