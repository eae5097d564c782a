"""A string with expressions -> its constant pieces and expression trees.

In: a scalar. Out: a Template, or diagnostics at the place of the mistake. Only `${{ … }}` is special: `{% %}` and `{# #}` are
plain text, so that `${#array[@]}` in a script survives. `${{-` and `-}}` strip white space around, and a string with an
expression loses one trailing newline, both as in Jinja2.

    parse(scalar("a ${{ x }}"), report).pieces == ("a ", Expression(" x ", 5, <tree>))
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..diagnostics import Reporter
from ..ir.tree import Scalar, span_at
from .grammar import parse as parse_expression

if TYPE_CHECKING:
    from lark import Tree

OPEN, CLOSE = "${{", "}}"
MAX_LENGTH = 20_000
"""Characters of an expression; a longer one is an accident."""

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expression:
    """The source of an expression, where it begins in the scalar's text, and its tree."""

    source: str
    offset: int
    tree: Tree[Any]


@dataclass(frozen=True, slots=True)
class Template:
    scalar: Scalar
    pieces: tuple[str | Expression, ...]

    @property
    def only_expression(self) -> Expression | None:
        """The expression, when the string is one and nothing else."""
        only = self.pieces[0] if len(self.pieces) == 1 else None
        return only if isinstance(only, Expression) else None


@dataclass(frozen=True, slots=True)
class _Mistake:
    message: str
    offset: int
    help: str = ""


def has_expression(text: str) -> bool:
    """Whether a string has an expression in it."""
    return OPEN in text


def parse(scalar: Scalar, report: Reporter) -> Template | None:
    """The template of a scalar; None after reporting what is wrong with it."""
    pieces = _pieces(scalar.text)
    if isinstance(pieces, _Mistake):
        place = span_at(scalar, pieces.offset, 3)
        report.error("expression-syntax", pieces.message, place, help=pieces.help)
        return None
    return Template(scalar, pieces)


@functools.lru_cache(maxsize=10_000)
def _pieces(text: str) -> tuple[str | Expression, ...] | _Mistake:
    pieces: list[str | Expression] = []
    position = 0
    strip_next = False
    while (start := text.find(OPEN, position)) >= 0:
        constant = text[position:start]
        inner = start + len(OPEN)
        end = _find_end(text, inner)
        if end is None:
            return _Mistake("this '${{' is never closed", start, "close it with '}}'")
        if strip_next:
            constant = constant.lstrip()
        if text[inner : inner + 1] == "-":
            constant, inner = constant.rstrip(), inner + 1
        strip_next = text[end - 1] == "-" and end - 1 >= inner
        source = text[inner : end - 1 if strip_next else end]
        tree = _tree(source, inner)
        if isinstance(tree, _Mistake):
            return tree
        pieces += [constant, Expression(source, inner, tree)]
        position = end + len(CLOSE)
    rest = text[position:]
    if pieces:
        rest = (rest.lstrip() if strip_next else rest).removesuffix("\n")
    return tuple(piece for piece in (*pieces, rest) if piece != "")


def _find_end(text: str, position: int) -> int | None:
    """Where the `}}` of an expression is: not one inside a string or that closes a dict."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "'\"":
            string = _STRING.match(text, position)
            if string is None:
                return None
            position = string.end()
            continue
        if depth == 0 and text.startswith(CLOSE, position):
            return position
        if character in "([{":
            depth += 1
        elif character in ")]}" and depth:
            depth -= 1
        position += 1
    return None


def _tree(source: str, offset: int) -> Tree[Any] | _Mistake:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    if not source.strip():
        return _Mistake("there is no expression between '${{' and '}}'", offset - len(OPEN))
    if len(source) > MAX_LENGTH:
        return _Mistake("the expression is too long", offset)
    try:
        return parse_expression(source)
    except UnexpectedCharacters as error:
        return _Mistake(f"'{source[error.pos_in_stream]}' is no part of an expression", offset + error.pos_in_stream)
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        at = len(source.rstrip()) - 1 if at_end else error.token.start_pos or 0
        found = "the end of the expression" if at_end else f"'{error.token}'"
        return _Mistake(f"did not expect {found} here", offset + at, _expected(error.expected))


_READABLE = {
    "$END": "the end",
    "NAME": "a name",
    "STRING": "a string",
    "INTEGER": "a number",
    "FLOAT": "a number",
    "RPAR": "')'",
    "RSQB": "']'",
    "RBRACE": "'}'",
    "COMMA": "','",
    "COLON": "':'",
    "VBAR": "'|'",
    "ELSE": "'else'",
}


def _expected(tokens: set[str]) -> str:
    words = sorted({_READABLE[token] for token in tokens if token in _READABLE})
    return f"expected {', '.join(words)}" if words else ""
