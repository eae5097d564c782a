"""A scalar -> constant text and expressions.

In: a Scalar. Out: a Template: its pieces in order, text as str and `${{ }}` as nodes; None after reporting a syntax
error. `${{-` and `-}}` strip the white space beside them, `}}` in a string literal or inside brackets ends nothing,
`{% %}` and `{# #}` are plain text, and a text with an expression loses one newline at its end, as under Jinja2.

    parse(scalar("a ${{ x }} b"), report).pieces == ("a ", Name(6, 7, "x"), " b")
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ..diagnostics import Reporter
from ..ir.tree import Scalar, span_at
from .ast import Node
from .parse import SyntaxMistake
from .parse import parse as parse_expression

_OPEN = "${{"
_LEXEME = re.compile(
    r"""'[^'\\]*(?:\\.[^'\\]*)*' | "[^"\\]*(?:\\.[^"\\]*)*" | (?P<close>-?\}\}) | [\[({\])}] | [^\[({\])}'"-]+ | .""",
    re.DOTALL | re.VERBOSE,
)
Piece = str | Node


@dataclass(frozen=True, slots=True)
class Template:
    """A scalar, taken apart."""

    scalar: Scalar
    pieces: tuple[Piece, ...]

    @property
    def expression(self) -> Node | None:
        """The expression that is the whole text, if it is one and nothing else."""
        if len(self.pieces) == 1 and not isinstance(self.pieces[0], str):
            return self.pieces[0]
        return None


def has_expression(text: str) -> bool:
    """Whether a text has an expression in it."""
    return _OPEN in text


def expressions(text: str) -> list[tuple[int, int]]:
    """Where the expressions of a text stand, from `${{` to behind `}}`; nothing when one of them is never closed."""
    found: list[tuple[int, int]] = []
    at = 0
    try:
        while (opening := text.find(_OPEN, at)) >= 0:
            at = _expression(text, opening).after
            found.append((opening, at))
    except SyntaxMistake:
        return []
    return found


def parse(scalar: Scalar, report: Reporter) -> Template | None:
    """The pieces of a scalar's text; None when an expression in it is not well-formed, which has then been reported."""
    if not isinstance(scalar.value, str) or not has_expression(scalar.text):
        return Template(scalar, (scalar.text,))
    pieces = _split(scalar.text)
    if not isinstance(pieces, tuple):
        mistake = pieces
        span = span_at(scalar, mistake.start, mistake.end - mistake.start)
        report.error("expression-syntax", mistake.message, span, help=mistake.help)
        return None
    return Template(scalar, pieces)


class _Expression(NamedTuple):
    """Where an expression stands: of `${{`, of its inside, of what follows; and whether it strips on either side."""

    opening: int
    start: int
    end: int
    after: int
    strips_before: bool
    strips_after: bool


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[Piece, ...] | SyntaxMistake:
    """The pieces of a text, or the first mistake in it. The same text stands in many replicas: hence the cache."""
    try:
        return tuple(_pieces(text))
    except SyntaxMistake as mistake:
        return mistake.with_traceback(None)


def _pieces(text: str) -> list[Piece]:
    text = text.removesuffix("\n")
    pieces: list[Piece] = []
    at, strip = 0, False
    while (opening := text.find(_OPEN, at)) >= 0:
        found = _expression(text, opening)
        before = text[at:opening]
        before = before.lstrip() if strip else before
        before = before.rstrip() if found.strips_before else before
        node = parse_expression(text, found.start, found.end)
        pieces += [before, node] if before else [node]
        at, strip = found.after, found.strips_after
    rest = text[at:].lstrip() if strip else text[at:]
    return [*pieces, rest] if rest else pieces


def _expression(text: str, opening: int) -> _Expression:
    """The expression that opens here. Its end is the first `}}` outside all brackets and string literals."""
    start = opening + len(_OPEN)
    sign = text[start : start + 1]
    start += sign in ("-", "+")
    depth, at, first = 0, start, None
    while at < len(text):
        lexeme = _LEXEME.match(text, at)
        assert lexeme is not None  # its last alternative takes anything
        close = lexeme["close"]
        if close is not None:
            found = _Expression(opening, start, at, lexeme.end(), sign == "-", close[0] == "-")
            if depth <= 0:
                return found
            first = first or found
            at += 1
            depth -= close[0] == "}"
            continue
        depth += (lexeme[0] in "[({") - (lexeme[0] in "])}")
        at = lexeme.end()
    if first is None:
        raise SyntaxMistake("this expression is never closed", opening, opening + len(_OPEN), "close it with '}}'")
    return first  # a bracket is never closed: the parser says which
