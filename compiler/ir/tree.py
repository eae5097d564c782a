"""The spanned YAML tree: what `source.load` makes of a file and everything later points into.

In: nothing; these are the types. Out: `Scalar`, `Sequence` and `Mapping`, every one with its place.
A scalar keeps both its value under the YAML 1.2 core schema and the text that was written, because a
field that wants text takes the text (`account: 0123`), and one that wants a number takes the value.

    Mapping({"name": Entry(key_span, Scalar("train", "train", span))}, span)
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ..diagnostics import Span
from .places import Place, char_places

ScalarValue: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf. `text` is the scalar's content as written (unquoted, unfolded), `value` what it means.

    `style` is YAML's: "" plain, "'" or '"' quoted, "|" literal, ">" folded. `source` holds the lines of the file,
    so that `span_at` can find a place inside the text.
    """

    value: ScalarValue
    text: str
    span: Span
    style: str = ""
    source: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's place and its value."""

    key_span: Span
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys are text, in the order of the file; a key that is a number or null keeps its text."""

    entries: dict[str, Entry]
    span: Span

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return None if entry is None else entry.value


Node: TypeAlias = Scalar | Sequence | Mapping


def to_python(node: Node) -> object:
    """The plain Python value of a node: str, int, float, bool, None, list or dict."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [to_python(item) for item in node.items]
    return {key: to_python(entry.value) for key, entry in node.entries.items()}


def scalars(part: object) -> list[Scalar]:
    """Every scalar in a node, or in dataclasses, tuples and lists that hold nodes, in their order."""
    found: list[Scalar] = []
    _collect(part, found)
    return found


def _collect(part: object, found: list[Scalar]) -> None:
    if isinstance(part, Scalar):
        found.append(part)
    elif isinstance(part, Mapping):
        for entry in part.entries.values():
            _collect(entry.value, found)
    elif isinstance(part, Sequence):
        for item in part.items:
            _collect(item, found)
    elif isinstance(part, (tuple, list)):
        for item in part:
            _collect(item, found)
    elif part is not None:
        for name in _fields_of(type(part)):
            _collect(getattr(part, name), found)


def _fields_of(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass in which scalars may be; none of anything else, and none of places."""
    known = _FIELDS.get(kind)
    if known is None:
        has_scalars = kind is not Span and dataclasses.is_dataclass(kind)
        known = _FIELDS[kind] = tuple(each.name for each in dataclasses.fields(kind)) if has_scalars else ()
    return known


_FIELDS: dict[type, tuple[str, ...]] = {}


def span_at(scalar: Scalar, offset: int, length: int = 1) -> Span:
    """The place in the file of `text[offset:offset + length]`, to the end of its line; the whole scalar's when it cannot
    be told."""
    places = _places(scalar, id(scalar.source))
    if places is None or not 0 <= offset < len(places):
        return scalar.span
    line, column = places[offset]
    last = offset
    while last + 1 < min(offset + length, len(places)) and places[last + 1][0] == line:
        last += 1
    after = places[last + 1] if last + 1 < len(places) else (0, 0)
    end = after[1] if after[0] == line and after[1] > places[last][1] else places[last][1] + 1
    return Span(scalar.span.file, line, column, line, end)


@functools.lru_cache(maxsize=256)
def _places(scalar: Scalar, _source: int) -> list[Place] | None:
    """Many mistakes may stand in one script. Equal scalars of other sources do not count as equal."""
    return char_places(scalar)
