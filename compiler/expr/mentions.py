"""A scalar -> the variables that its expressions mention.

In: a scalar whose text may hold expressions. Out: (offset, name) for every name in them that may be a variable's:
`variables.X`, `variables['X']` and the short form `X`; ALL where `variables` stands in any other way. What an expression would
do with the value does not matter, and whether there is such a variable is for the caller to know.

    list(mentions(scalar("${{ A + variables.B }}"))) == [(4, "A"), (8, "B")]
"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Reporter
from ..ir.tree import Scalar
from .ast import Attribute, Constant, Item, Name, Node
from .template import has_expression, parse

ALL = "variables"


def mentions(scalar: Scalar) -> Iterator[tuple[int, str]]:
    """The names in a scalar's expressions, in the order of the text; none where an expression is not well-formed."""
    if not isinstance(scalar.value, str) or not has_expression(scalar.text):
        return
    template = parse(scalar, Reporter())
    found = (
        [mention for piece in template.pieces if not isinstance(piece, str) for mention in _names(piece)]
        if template
        else []
    )
    yield from sorted(found)


def _names(node: Node) -> Iterator[tuple[int, str]]:
    stack: list[object] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, Attribute) and _is_section(part.target):
            yield part.start, part.word.text
        elif isinstance(part, Item) and _is_section(part.target) and _is_text(part.key):
            assert isinstance(part.key, Constant)
            yield part.start, str(part.key.value)
        elif isinstance(part, Name):
            yield part.start, part.name
        elif isinstance(part, tuple):
            stack.extend(part)


def _is_section(node: Node) -> bool:
    return isinstance(node, Name) and node.name == ALL


def _is_text(node: Node) -> bool:
    return isinstance(node, Constant) and isinstance(node.value, str)
