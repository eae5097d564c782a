"""The parts of a workflow that may hold expressions, and what each is called.

In: a Workflow. Out: a Part for every scalar in it, whatever dataclass it stands in: a field that the language gets later is a part
without a word here, under its own name.

    Part("the replica count of worker", Scalar("${{ N }}"), ...)
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from ..ir.memo import by_identity
from ..ir.tree import Scalar, scalars
from ..ir.workflow import Artifact, Backend, Operator, Replicas, Task, Variable, Workflow


class Part(NamedTuple):
    """`what` it is, as people call it. `of` is the variable whose value or domain it is, `task` the task to which it belongs;
    with `is_global` it sees global variables only."""

    what: str
    scalar: Scalar
    of: str = ""
    task: Task | None = None
    is_global: bool = False

    @property
    def is_script(self) -> bool:
        """Whether it is an item of a task's script."""
        return self.task is not None and any(self.scalar is item for item in self.task.script)


_NAMES = {
    "replicas.count": "the replica count",
    "replicas.policy": "the replicas",
    "resources": "the placement",
    "strict": "strict mode",
    "timeout": "the time limit",
    "uri": "the URI",
    "default": "the choice",
    "on_timeout": "the script for the time limit",
}
"""What fields are called; the others are called `the` and their name."""


def parts(workflow: Workflow) -> Iterator[Part]:
    """Every scalar of the workflow, in no order that matters."""
    return itertools.chain.from_iterable(groups(workflow))


def groups(workflow: Workflow) -> Iterator[tuple[Part, ...]]:
    """The same by what they belong to. The parts of the same task are the same tuple, in whatever workflow it is."""
    for variable in workflow.global_variables:
        yield _global_variable(variable)
    for variable in workflow.workflow_variables:
        yield _workflow_variable(variable)
    for task in workflow.tasks:
        yield _task(task)
    for field in dataclasses.fields(workflow):
        value = getattr(workflow, field.name)
        if field.name in ("global_variables", "workflow_variables", "tasks", "defaults"):
            continue  # a default is a part of the tasks that have it
        if field.name in ("artifacts", "backends", "operators"):
            for entry in value:
                yield _section(entry, field.name)
        else:
            yield tuple(Part(f"{_called(field.name)} of the workflow", scalar) for scalar in scalars(value))


def _called(field: str) -> str:
    return _NAMES.get(field, f"the {field.replace('_', ' ')}")


@by_identity
def _section(entry: Artifact | Backend | Operator, section: str) -> tuple[Part, ...]:
    owner, is_global = f"{section[:-1]} {entry.name}", section != "operators"
    own = {field.name: getattr(entry, field.name) for field in dataclasses.fields(entry) if field.name != "fields"}
    fields = {} if isinstance(entry, Artifact) else entry.fields.entries
    return tuple(
        Part(f"{_called(name)} of {owner}", scalar, is_global=is_global)
        for name, value in {**own, **fields}.items()
        for scalar in scalars(value)
    )


@by_identity
def _global_variable(variable: Variable) -> tuple[Part, ...]:
    return tuple(_variable(variable, f"variable {variable.name}", None, True))


@by_identity
def _workflow_variable(variable: Variable) -> tuple[Part, ...]:
    return tuple(_variable(variable, f"workflow variable {variable.name}", None, False))


def _variable(variable: Variable, called: str, task: Task | None, is_global: bool) -> Iterator[Part]:
    for what, node in (("value", variable.value), ("domain", variable.domain)):
        for scalar in scalars(node):
            yield Part(f"the {what} of {called}", scalar, variable.name, task, is_global)


@by_identity
def _task(task: Task) -> tuple[Part, ...]:
    return tuple(_parts_of_task(task))


def _parts_of_task(task: Task) -> Iterator[Part]:
    for variable in task.variables:
        yield from _variable(variable, f"variable {variable.name} of {task.name}", task, False)
    for field in dataclasses.fields(task):
        value = getattr(task, field.name)
        if field.name == "variables":
            continue
        named: list[tuple[str, object]] = [(_called(field.name), value)]
        if isinstance(value, Replicas):
            named = [(_called(f"replicas.{f.name}"), getattr(value, f.name)) for f in dataclasses.fields(value)]
        elif field.name == "probes":
            named = [(f"the {probe.type} probe", probe) for probe in task.probes]
        for what, part in named:
            yield from (Part(f"{what} of {task.name}", scalar, "", task) for scalar in scalars(part))
