"""Turns `depends_on` into edges between concrete tasks.

Before: instances. After: `depends_on` of each. Parallel replicas all depend on all; sequential ones form a chain of which only
the first waits for the task's dependencies, and only the last is waited for. A concrete replica can be named, too.
"""

from __future__ import annotations

from ..diagnostics import Reporter, did_you_mean
from ..ir.change import replace
from ..source.names import may_be_absent
from .draft import Draft, Instance


def wire_dependencies(draft: Draft, report: Reporter) -> Draft:
    by_task: dict[str, list[Instance]] = {}
    for instance in draft.instances:
        by_task.setdefault(instance.task.name, []).append(instance)
    ends = {name: _ends(replicas) for name, replicas in by_task.items()}
    concrete = {instance.name for instance in draft.instances}
    known = [*by_task, *concrete]
    wired: list[Instance] = []
    for replicas in by_task.values():
        edges = _edges(replicas[0], ends, concrete, known, draft, report)
        previous: str | None = None
        for instance in replicas:
            own = (previous,) if instance.sequential and previous is not None else edges
            wired.append(replace(instance, depends_on=own))
            previous = instance.name
    return replace(draft, instances=tuple(wired))


def _ends(replicas: list[Instance]) -> tuple[str, ...]:
    """What a dependent of the task waits for."""
    return (replicas[-1].name,) if replicas[0].sequential else tuple(replica.name for replica in replicas)


def _edges(
    instance: Instance,
    ends: dict[str, tuple[str, ...]],
    concrete: set[str],
    known: list[str],
    draft: Draft,
    report: Reporter,
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name, span in instance.task.depends_on:
        if name in ends:
            found.update(dict.fromkeys(ends[name]))
        elif name in concrete:
            found[name] = None
        elif not draft.is_broken(name) and not may_be_absent(name, draft.workflow.missable, span, report):
            report.error(
                "unknown-task",
                f"task '{instance.task.name}' depends on '{name}', which is no task",
                span,
                help=did_you_mean(name, known, what="tasks") or "--missable-tasks lets a task be absent",
            )
    return tuple(found)
