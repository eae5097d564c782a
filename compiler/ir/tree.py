"""The spanned YAML tree: what `source.load` makes of a file and everything later points into.

In: nothing; these are the types. Out: `Scalar`, `Sequence` and `Mapping`, every one with its place.
A scalar keeps both its value under the YAML 1.2 core schema and the text that was written, because a
field that wants text takes the text (`account: 0123`), and one that wants a number takes the value.

    Mapping({"name": Entry(key_span, Scalar("train", "train", span))}, span)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ..diagnostics import Span

ScalarValue: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf. `text` is the scalar's content as written (unquoted, unfolded), `value` what it means.

    `style` is YAML's: "" plain, "'" or '"' quoted, "|" literal, ">" folded. `offsets_exact` is true when
    the text stands in the file character by character, so that a place inside it can be computed.
    """

    value: ScalarValue
    text: str
    span: Span
    style: str = ""
    offsets_exact: bool = True


@dataclass(frozen=True, slots=True)
class Sequence:
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
