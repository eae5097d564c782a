"""What one difference between two runs is.

In: two values. Out: Difference, or nothing where they are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

Value = object
"""Text, a number, a list of either, or None for what is not there."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is its kind (variable, state, ...), `name` which one of that kind, `tasks` whose; none for the run's own.

    `change` is the relative one of numbers, 0.1 for 10 percent more; `lines` a unified difference of texts; `unit` what the numbers
    count, where both runs say the same.
    """

    what: str
    name: str = ""
    a: Value = None
    b: Value = None
    tasks: tuple[str, ...] = ()
    change: float | None = None
    lines: tuple[str, ...] = field(default=())
    unit: str = ""


def differing(what: str, a: Mapping[str, Value], b: Mapping[str, Value], task: str = "") -> Iterable[Difference]:
    """The entries of two mappings that are not the same."""
    for name in dict.fromkeys((*a, *b)):
        if a.get(name) != b.get(name):
            yield Difference(what, name, a.get(name), b.get(name), (task,) if task else ())


def grouped(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """What differs in the same way in several tasks, once, with all their names."""
    alike: dict[str, list[Difference]] = {}
    for one in found:
        key = json.dumps([one.what, one.name, one.a, one.b, one.change, one.lines, one.unit])
        alike.setdefault(key, []).append(one)
    return tuple(replace(same[0], tasks=tuple(task for one in same for task in one.tasks)) for same in alike.values())
