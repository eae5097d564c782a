"""An expression's text -> its nodes.

In: a text and the range in which the expression stands. Out: a Node, or the exception `SyntaxMistake` with the place and
what was expected there. Knows nothing of values; the grammar is grammar.lark.

    parse("1 + x", 0, 5) == Binary(0, 5, "+", Constant(0, 1, 1), Name(4, 5, "x"))
"""

from __future__ import annotations

import ast as python_ast
from typing import Any, TypeAlias

from . import ast, lalr

_LITERALS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}
_VALUE = frozenset({"NAME", "STRING", "INTEGER", "FLOAT"})
_OPERATOR = frozenset({"*", "~", "==", "|"})
Children: TypeAlias = list[Any]
"""Nodes and tokens, as the rule has them."""
_DIGITS = 4300
"""Python reads no longer number from text, for the time it would take."""


class SyntaxMistake(Exception):
    """The text is no expression: why, and where."""

    def __init__(self, message: str, start: int, end: int, help_line: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help_line


def parse(text: str, start: int, end: int) -> ast.Node:
    """The expression in text[start:end]."""
    try:
        node: ast.Node = lalr.load("expr", "grammar.json").parse(text, start, end, _Builder())
    except lalr.Unexpected as unexpected:
        raise _mistake(unexpected) from None
    return node


def _mistake(unexpected: lalr.Unexpected) -> SyntaxMistake:
    token, wanted = unexpected.token, _describe(unexpected.expected)
    if token.kind == lalr.END:
        return SyntaxMistake(f"the expression ends too early: expected {wanted}", token.start, token.start + 1)
    help_line = {
        "&": "a logical and is written `and`",
        "!": "a negation is written `not`",
        "?": "a choice is written `A if C else B`",
        "=": "a comparison is written `==`",
        "$": "inside an expression a variable is written without a dollar: `variables.NAME`",
    }.get(token.text, "")
    if token.text in ("'", '"'):
        return SyntaxMistake(f"the text that starts with {token.text} is not closed", token.start, token.end)
    return SyntaxMistake(f"unexpected '{token.text}': expected {wanted}", token.start, token.end, help_line)


def _describe(expected: frozenset[str]) -> str:
    """What may stand here, in words."""
    words = []
    if expected >= _VALUE:
        words.append("a value")
    elif "NAME" in expected:
        words.append("a name or an index" if "INTEGER" in expected else "a name")
    if expected & _OPERATOR:
        words.append("an operator")
    words += [f"'{closer}'" for closer in (",", ":", ")", "]", "}", "else") if closer in expected]
    if lalr.END in expected:
        words.append("'}}'")
    if not words:
        words = [f"'{kind}'" for kind in sorted(expected)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _unescape(token: lalr.Token) -> str:
    """The value of a string literal, by Jinja2's rules: Python's escapes."""
    inner = token.text[1:-1]
    if "\\" not in inner:
        return inner
    try:
        return inner.encode("ascii", "backslashreplace").decode("unicode-escape")
    except UnicodeDecodeError as error:
        raise SyntaxMistake(f"an escape in this text is wrong: {error.reason}", token.start, token.end) from None


class _Builder:
    """One method for each rule of the grammar: its children and their place -> a node."""

    def name(self, children: Children, start: int, end: int) -> ast.Node:
        text = children[0].text
        if text in _LITERALS:
            return ast.Constant(start, end, _LITERALS[text])
        return ast.Name(start, end, text)

    def string(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Constant(start, end, "".join(map(_unescape, children)))

    def integer(self, children: Children, start: int, end: int) -> ast.Node:
        text = children[0].text.replace("_", "")
        if len(text) > _DIGITS:
            raise SyntaxMistake(f"a number of more than {_DIGITS} digits", start, end)
        return ast.Constant(start, end, int(text, 0))

    def float(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Constant(start, end, float(python_ast.literal_eval(children[0].text.replace("_", ""))))

    def list(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.ListOf(start, end, tuple(children))

    def tuple(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.ListOf(start, end, tuple(children), is_tuple=True)

    def group(self, children: Children, start: int, end: int) -> ast.Node:
        node: ast.Node = children[0]
        return node

    def dict(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Dict(start, end, tuple(children))

    def pair(self, children: Children, start: int, end: int) -> Any:
        return children[0], children[2]

    def path(self, children: Children, start: int, end: int) -> ast.Word:
        return ast.Word(start, end, ".".join(token.text for token in children))

    def attribute(self, children: Children, start: int, end: int) -> ast.Node:
        token = children[1]
        return ast.Attribute(start, end, children[0], ast.Word(token.start, token.end, token.text))

    def position(self, children: Children, start: int, end: int) -> ast.Node:
        token = children[1]
        return ast.Item(start, end, children[0], self.integer([token], token.start, token.end))

    def item(self, children: Children, start: int, end: int) -> ast.Node:
        target, *subscripts = children
        if len(subscripts) == 1:
            return ast.Item(start, end, target, subscripts[0])
        return ast.Item(start, end, target, ast.ListOf(start, end, tuple(subscripts), is_tuple=True))

    def slice(self, children: Children, start: int, end: int) -> ast.Node:
        bounds: list[ast.Node | None] = [None]
        for child in children:
            if isinstance(child, lalr.Token):
                bounds.append(None)
            else:
                bounds[-1] = child
        lower, upper, step = (*bounds, None)[:3]
        return ast.Slice(start, end, lower, upper, step)

    def call(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Call(start, end, children[0], children[1])

    def arguments(self, children: Children, start: int, end: int) -> Any:
        arguments = tuple(
            child if isinstance(child, ast.Argument) else ast.Argument(child.start, child.end, "", child)
            for child in children
        )
        _check_order(arguments)
        return arguments

    def keyword(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Argument(start, end, children[0].text, children[1])

    def spread(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Argument(start, end, "*", children[0])

    def spread_mapping(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Argument(start, end, "**", children[0])

    def filter(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Filter(start, end, children[0], children[1], children[2] if len(children) > 2 else ())

    def test(self, children: Children, start: int, end: int) -> ast.Node:
        target, word, *rest = children
        given: Any = rest[0] if rest else ()
        if type(given) is not tuple:  # an argument without parentheses
            given = (ast.Argument(given.start, given.end, "", given),)
        return ast.Test(start, end, target, word, given)

    def test_not(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Not(start, end, self.test(children, start, end))

    def sign(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Sign(start, end, children[0].text, children[1])

    def binary(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Binary(start, end, children[1].text, children[0], children[2])

    def multiply(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Binary(start, end, "*", children[0], children[1])

    def power(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Binary(start, end, "**", children[0], children[1])

    def concat(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Concat(start, end, tuple(children))

    def comparison(self, children: Children, start: int, end: int) -> str:
        return " ".join(token.text for token in children)

    def compare(self, children: Children, start: int, end: int) -> ast.Node:
        links = tuple(zip(children[1::2], children[2::2], strict=True))
        return ast.Compare(start, end, children[0], links)

    def negation(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Not(start, end, children[0])

    def logic_and(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Logic(start, end, "and", children[0], children[1])

    def logic_or(self, children: Children, start: int, end: int) -> ast.Node:
        return ast.Logic(start, end, "or", children[0], children[1])

    def conditional(self, children: Children, start: int, end: int) -> ast.Node:
        then, test, *rest = children
        return ast.Conditional(start, end, then, test, rest[0] if rest else None)

    def short(self, children: Children, start: int, end: int) -> ast.Node:
        return self.conditional(children, start, end)


def _check_order(arguments: tuple[ast.Argument, ...]) -> None:
    """Positional arguments first, each keyword once, stars last: as Jinja2 has it."""
    seen: set[str] = set()
    for argument in arguments:
        if not argument.name and seen:
            raise SyntaxMistake("a positional argument after a named one", argument.start, argument.end)
        if argument.name and "**" in seen:
            raise SyntaxMistake("an argument after `**`", argument.start, argument.end)
        if argument.name in seen:
            raise SyntaxMistake(f"'{argument.name}' is given twice", argument.start, argument.end)
        if argument.name:
            seen.add(argument.name)
