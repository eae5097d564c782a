"""What one difference between two runs is.

In: two values. Out: Difference, or nothing where they are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

Value = object
"""Text, a number, a list of either, or None for what is not there."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is its kind (variable, state, ...), `name` which one of that kind, `tasks` whose; none for the run's own.

    `change` is the relative one of numbers, 0.1 for 10 percent more; `lines` a unified difference of texts.
    """

    what: str
    name: str = ""
    a: Value = None
    b: Value = None
    tasks: tuple[str, ...] = ()
    change: float | None = None
    lines: tuple[str, ...] = field(default=())


def differing(what: str, a: Mapping[str, Value], b: Mapping[str, Value], task: str = "") -> Iterable[Difference]:
    """The entries of two mappings that are not the same."""
    for name in dict.fromkeys((*a, *b)):
        if a.get(name) != b.get(name):
            yield Difference(what, name, a.get(name), b.get(name), (task,) if task else ())


def grouped(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """What differs in the same way in several tasks, once, with all their names."""
    tasks: dict[Difference, list[str]] = {}
    for one in found:
        tasks.setdefault(replace(one, tasks=(), a=_frozen(one.a), b=_frozen(one.b)), []).extend(one.tasks)
    return tuple(replace(one, tasks=tuple(names)) for one, names in tasks.items())


def _frozen(value: Value) -> Value:
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value
