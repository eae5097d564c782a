"""The values of expressions: what they are called, how they print, which of them wait for the run.

In: plain Python values with RunText leaves, and lazy mappings. Out: their text under the rules of Python's str(), with
the holes kept.

    to_text([{"port": 80, "ip": RunText((Atom("ip", "c", 0),))}]).display() == "[{'port': 80, 'ip': '<ip:c:0>'}]"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeAlias, TypeGuard

from ..ir.expr import Atom, RunText, Text, join
from .failures import Failure


class Namespace(Protocol):
    """Names and their values, found when they are asked for: a scope, and what stands behind `variables` in it."""

    @property
    def what(self) -> str:
        """What one of its names stands for: 'variable', 'backend' ..."""

    def lookup(self, name: str) -> object:
        """The value of a name. Raises KeyError when there is none, or one of the exceptions of failures.py."""

    def names(self) -> Iterable[str]:
        """The names that there are, for suggestions."""


def is_namespace(value: object) -> TypeGuard[Namespace]:
    """Whether the value is a lazy mapping. (isinstance with a protocol takes microseconds, and every value asks.)"""
    return hasattr(value, "lookup") and hasattr(value, "names")


class Undefined:
    """What a name that does not exist stands for: an error unless `default` or `is defined` takes it."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class Nothing:
    """What `A if C` without an else stands for when C is false. It prints as nothing and is false."""

    def __str__(self) -> str:
        return ""

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Nothing)

    def __hash__(self) -> int:
        return 0


class Function:
    """Something that can be called: a method of a value or one of the few functions that there are."""

    def __init__(self, name: str, owner: object, call: object) -> None:
        self.name = name
        self.owner = owner
        self.call = call


_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a number"),
    (complex, "a complex number"),
    ((str, RunText), "text"),
    ((list, tuple, range), "a list"),
    (dict, "a mapping"),
    (Function, "a function"),
    (Nothing, "nothing (an `if` without an `else`)"),
)


def kind(value: object) -> str:
    """What a value is, in the user's words."""
    if value is None:
        return "null"
    for types, name in _NAMES:
        if isinstance(value, types):
            return name
    return "a mapping" if is_namespace(value) else type(value).__name__


def defined(value: object) -> object:
    """The value itself; raises when it is undefined."""
    if isinstance(value, Undefined):
        raise value.failure
    return value


def plain(value: object) -> object:
    """A value without lazy mappings: each becomes a dict of what is in it."""
    if is_namespace(value):
        return {name: plain(value.lookup(name)) for name in value.names()}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        items = [plain(item) for item in value]
        return value._make(items) if hasattr(value, "_make") else tuple(items)
    return value


def run_texts(value: object) -> Iterator[RunText]:
    """Every run-time value in a value."""
    stack: list[object] = [value]
    seen: set[int] = set()
    while stack:
        item = stack.pop()
        if isinstance(item, RunText):
            yield item
        elif isinstance(item, (list, tuple, Mapping)) and id(item) not in seen:
            seen.add(id(item))
            stack.extend((*item.keys(), *item.values()) if isinstance(item, Mapping) else item)


def has_holes(value: object) -> bool:
    """Whether a part of the value is known only when the job runs."""
    if isinstance(value, (str, int, float, type(None))):
        return False
    return any(True for _ in run_texts(value))


_Piece: TypeAlias = str | Atom | RunText


def to_text(value: object) -> Text:
    """The value as text, as Python's str() has it."""
    if isinstance(value, (str, RunText)):
        return value
    if isinstance(value, Function):
        raise Failure("expression-type", f"'{value.name}' is a function: call it", help_line=f"{value.name}()")
    value = plain(defined(value))
    if not isinstance(value, (list, tuple, dict)):
        return str(value)
    pieces: list[_Piece] = []
    _print(value, pieces)
    return join(pieces)


def _print(value: object, pieces: list[_Piece]) -> None:
    """Appends the value as Python's repr() has it."""
    if isinstance(value, RunText):
        pieces.extend(_quote(value))
    elif isinstance(value, dict):
        pieces.append("{")
        for index, (key, item) in enumerate(value.items()):
            pieces.append(", " if index else "")
            _print(key, pieces)
            pieces.append(": ")
            _print(item, pieces)
        pieces.append("}")
    elif isinstance(value, (list, tuple)):
        pieces.append("[" if isinstance(value, list) else "(")
        for index, item in enumerate(value):
            pieces.append(", " if index else "")
            _print(item, pieces)
        single = isinstance(value, tuple) and len(value) == 1
        pieces.append("]" if isinstance(value, list) else ",)" if single else ")")
    elif isinstance(value, (Function, Undefined, Nothing)):
        to_text(value)
        raise Failure("expression-type", f"a list or mapping cannot hold {kind(value)}")
    else:
        pieces.append(repr(value))


def _quote(text: RunText) -> Iterator[str | Atom]:
    """Text with holes as repr() writes it: in single quotes unless the constant parts have some and no double ones."""
    constant = "".join(part for part in text.parts if isinstance(part, str))
    quote = '"' if "'" in constant and '"' not in constant else "'"
    yield quote
    for part in text.parts:
        # The other kind of quote in front makes repr() choose the wanted one for the outside.
        yield part if isinstance(part, Atom) else repr(('"' if quote == "'" else "'") + part)[2:-1]
    yield quote


def length_at_least(text: Text) -> int:
    """The length of a text without what the run puts into its holes."""
    return len(text) if isinstance(text, str) else sum(len(part) for part in text.parts if isinstance(part, str))
