"""The nodes of an expression, frozen, each with its place.

In: nothing; these are the types. Out: what parse.py builds and evaluate.py walks. `start` and `end` are offsets in
the text of the item in which the expression stands, so that a caret can be put under the part that is wrong.

    Binary(0, 5, "+", Constant(0, 1, 1), Name(4, 5, "x"))    # 1 + x
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A literal."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Word(Node):
    """The name of an attribute, a filter or a test, where it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`target.word`"""

    target: Node
    word: Word


@dataclass(frozen=True, slots=True)
class Item(Node):
    """`target[index]`, and `target.0`"""

    target: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """`lower:upper:step` between brackets"""

    lower: Node | None
    upper: Node | None
    step: Node | None


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list, or a tuple when `is_tuple`."""

    items: tuple[Node, ...]
    is_tuple: bool = False


@dataclass(frozen=True, slots=True)
class Dict(Node):
    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Sign(Node):
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Concat(Node):
    """`a ~ b ~ c`"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`first < a <= b`: a chain, every operand evaluated once. `not in` is one operator."""

    first: Node
    links: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`left and right`, `left or right`"""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`then if test else otherwise`"""

    then: Node
    test: Node
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """An argument of a call: `value`, `name=value`, `*value` or `**value` (the name is then the stars)."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    callee: Node
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`target | word(arguments)`"""

    target: Node
    word: Word
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Test(Node):
    """`target is word(arguments)`"""

    target: Node
    word: Word
    arguments: tuple[Argument, ...]
