"""What an operator is: it turns merged fields into the command that runs a task's script.

In: the fields of one type, resolved to text, and the placement of the task. Out: an argv that ends in SCRIPT.
OPERATORS in this package is the table of them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..diagnostics import Reporter, Span
from ..ir.expr import Text
from ..ir.fields import Schema

FieldValue: TypeAlias = Text | int | float | bool | tuple[Text, ...] | None
Fields: TypeAlias = Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Placement:
    """What an operator may know of the task: its name, nodes, environment names and the mounts that are always made.

    `cluster_mounts` are those of the cluster profile. `component` is that of the heterogeneous job in which the nodes are, if it
    is one.
    """

    task: str
    span: Span
    node_names: tuple[Text, ...]
    environment: tuple[str, ...]
    artifact_mounts: tuple[Text, ...]
    run_mounts: tuple[Text, ...]
    cluster_mounts: tuple[Text, ...] = ()
    component: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A task's argv, and the container mounts in it as source:target:mode."""

    argv: tuple[Text, ...]
    container_mounts: tuple[Text, ...] = ()


class Operator(Protocol):
    """One type of operator. `fields` is its part of the JSON Schema, by field; `required` the fields that must be there."""

    type: str
    title: str
    fields: dict[str, Schema]
    required: tuple[str, ...]

    def command(self, fields: Fields, placement: Placement, report: Reporter) -> Command:
        """The command line of a task; reports what cannot be run."""
        ...


def items(value: FieldValue) -> tuple[Text, ...]:
    """A list field's items; a single text is a list of one, an absent field an empty one."""
    if value is None:
        return ()
    if isinstance(value, tuple):
        return value
    return (_text(value),)


def text_of(value: FieldValue) -> Text:
    """A scalar field's text; an absent one is empty."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        raise TypeError("a list where a scalar field was validated")
    return _text(value)


def _text(value: Text | int | float | bool) -> Text:
    return str(value) if isinstance(value, (bool, int, float)) else value
