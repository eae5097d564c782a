"""What a kind of probe is: its fields, and how they become a check of the plan.

In: the fields of one probe, resolved. Out: a check. PROBES in this package is the table of them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..diagnostics import Reporter, Span
from ..ir.expr import Text
from ..ir.fields import Schema, integer, number
from ..ir.plan import Check, NodeAddress

KNOBS: dict[str, Schema] = {
    "delay": number("Seconds before the first check", default=0),
    "timeout": number("Seconds that a check may take, and for readiness the deadline", default=60),
    "interval": number("Seconds between two checks", default=5),
    "success_threshold": integer("How many successes in a row count", default=1),
    "failure_threshold": integer("How many failures in a row count", default=3),
}
"""What every kind of probe has beside its own fields."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a probe stands: its task's nodes, the place of each field, and the tasks that a name stands for."""

    task: str
    nodes: tuple[NodeAddress, ...]
    span: Span
    span_of: Callable[[str], Span]
    tasks: Mapping[str, tuple[str, ...]]
    """Concrete tasks by their own name and by the name of what they are replicas of."""
    missable: tuple[str, ...] = ()
    """Patterns of the tasks that may be absent."""


class ProbeKind(Protocol):
    """One kind of probe. `fields` is its part of the JSON Schema, `required` the fields that must be there."""

    kind: str
    title: str
    fields: dict[str, Schema]
    required: tuple[str, ...]

    def check(self, fields: Mapping[str, object], site: Site, report: Reporter) -> Check | None:
        """The check of a probe; None after reporting what is wrong with it."""
        ...


def text_field(fields: Mapping[str, object], name: str, default: Text = "") -> Text:
    """A field that was resolved to text."""
    value = fields.get(name)
    return default if value is None else value  # type: ignore[return-value]
