"""Why an expression has no value.

In: what a part of the evaluator found. Out: the exceptions that carry it up to evaluate.py, which reports them, and
the two that a scope may raise.

    raise Failure("division-by-zero", "division by zero", node)
"""

from __future__ import annotations

from ..ir.expr import RunText
from .ast import Node


class Failure(Exception):
    """The user's mistake. The innermost node that knows better sets the place."""

    def __init__(
        self, code: str, message: str, node: Node | None = None, *, help_line: str = "", note: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.node = node
        self.help = help_line
        self.note = note


class Reported(Exception):
    """Raised by a scope: the name has no value, and a diagnostic has said why. Nothing more is said."""


class NotHere(Exception):
    """Raised by a scope: the name exists but means nothing in this place; says why."""

    def __init__(self, code: str, message: str, help_line: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help_line


class ContentNeeded(BaseException):
    """A run-time value was asked for its characters. Not an Exception, because Jinja2's tests swallow those."""

    def __init__(self, text: RunText) -> None:
        super().__init__(text)
        self.text = text
