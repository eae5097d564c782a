"""The nodes of an expression, frozen, each with its place.

In: nothing; these are the types. Out: what parse.py builds and evaluate.py walks. `start` and `end` are offsets in
the text of the item in which the expression stands, so that a caret can be put under the part that is wrong.

They are named tuples, because seventeen frozen dataclasses take as long to define as a workflow takes to evaluate.

    Binary(0, 5, "+", Constant(0, 1, 1), Name(4, 5, "x"))    # 1 + x
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Constant(NamedTuple):
    """A literal."""

    start: int
    end: int
    value: str | int | float | bool | None


class Name(NamedTuple):
    start: int
    end: int
    name: str


class Word(NamedTuple):
    """The name of an attribute, a filter or a test, where it stands."""

    start: int
    end: int
    text: str


class Attribute(NamedTuple):
    """`target.word`"""

    start: int
    end: int
    target: Node
    word: Word


class Item(NamedTuple):
    """`target[index]`, and `target.0`"""

    start: int
    end: int
    target: Node
    key: Node


class Slice(NamedTuple):
    """`lower:upper:step` between brackets"""

    start: int
    end: int
    lower: Node | None
    upper: Node | None
    step: Node | None


class ListOf(NamedTuple):
    """A list, or a tuple when `is_tuple`."""

    start: int
    end: int
    items: tuple[Node, ...]
    is_tuple: bool = False


class Dict(NamedTuple):
    start: int
    end: int
    pairs: tuple[tuple[Node, Node], ...]


class Sign(NamedTuple):
    start: int
    end: int
    operator: str
    operand: Node


class Binary(NamedTuple):
    start: int
    end: int
    operator: str
    left: Node
    right: Node


class Concat(NamedTuple):
    """`a ~ b ~ c`"""

    start: int
    end: int
    items: tuple[Node, ...]


class Compare(NamedTuple):
    """`first < a <= b`: a chain, every operand evaluated once. `not in` is one operator."""

    start: int
    end: int
    first: Node
    links: tuple[tuple[str, Node], ...]


class Logic(NamedTuple):
    """`left and right`, `left or right`"""

    start: int
    end: int
    operator: str
    left: Node
    right: Node


class Not(NamedTuple):
    start: int
    end: int
    operand: Node


class Conditional(NamedTuple):
    """`then if test else otherwise`"""

    start: int
    end: int
    then: Node
    test: Node
    otherwise: Node | None


class Argument(NamedTuple):
    """An argument of a call: `value`, `name=value`, `*value` or `**value` (the name is then the stars)."""

    start: int
    end: int
    name: str
    value: Node


class Call(NamedTuple):
    start: int
    end: int
    callee: Node
    arguments: tuple[Argument, ...]


class Filter(NamedTuple):
    """`target | word(arguments)`"""

    start: int
    end: int
    target: Node
    word: Word
    arguments: tuple[Argument, ...]


class Test(NamedTuple):
    """`target is word(arguments)`"""

    start: int
    end: int
    target: Node
    word: Word
    arguments: tuple[Argument, ...]


Node: TypeAlias = (
    Constant
    | Name
    | Word
    | Attribute
    | Item
    | Slice
    | ListOf
    | Dict
    | Sign
    | Binary
    | Concat
    | Compare
    | Logic
    | Not
    | Conditional
    | Argument
    | Call
    | Filter
    | Test
)
"""Any part of an expression."""
