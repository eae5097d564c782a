"""Which variable a name means, in a part of a workflow.

In: a name that an expression mentions, and the part that it stands in. Out: the variables that it may be, by level: none
where it is one of the task's own.

    meant("A", part, declared(workflow)) == [("workflow", "A")]
"""

from __future__ import annotations

import functools
from typing import Literal

from ..expr.mentions import ALL
from ..ir.workflow import Task, Workflow
from .parts import Part

Level = Literal["global", "workflow"]
Variables = dict[Level, frozenset[str]]
"""The names that are declared at each level."""


def declared(workflow: Workflow) -> Variables:
    """The names of the variables that are not a task's own; the same object for the same names."""
    return _declared(
        tuple([variable.name for variable in workflow.global_variables]),
        tuple([variable.name for variable in workflow.workflow_variables]),
    )


@functools.lru_cache(maxsize=256)
def _declared(global_names: tuple[str, ...], workflow_names: tuple[str, ...]) -> Variables:
    return {"global": frozenset(global_names), "workflow": frozenset(workflow_names)}


def meant(name: str, part: Part, names: Variables) -> list[tuple[Level, str]]:
    """The variables that a name means in a part of the workflow: none where it is one of the task's own."""
    if name == ALL:
        return [(level, known) for level in names for known in sorted(names[level])]
    if part.task is not None and name in _own_names(part.task) and name != part.of:
        return []
    hides = part.task is None and name == part.of  # `A: ${{ A }}x` is made of the A that it hides
    return first(name, ("global",) if part.is_global or hides else ("workflow", "global"), names)


def first(name: str, levels: tuple[Level, ...], names: Variables) -> list[tuple[Level, str]]:
    return [(level, name) for level in levels if name in names[level]][:1]


def _own_names(task: Task) -> set[str]:
    swept = {name for name, _ in task.replicas.variables} if task.replicas else set()
    return {variable.name for variable in task.variables} | swept
