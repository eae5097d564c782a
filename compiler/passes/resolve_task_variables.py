"""Gives every concrete task the variables that only it sees: its own, and its replica's values of swept ones.

Before: instances. After: `variables` of each. A swept value hides all others of its name; a task's variables may be made of
swept ones, and then differ from replica to replica.
"""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.change import replace
from ..ir.plan import PlanVariable
from .draft import Draft
from .variables import own_variables


def resolve_task_variables(draft: Draft, report: Reporter) -> Draft:
    shared: dict[str, dict[str, PlanVariable]] = {}
    instances = []
    for instance in draft.instances:
        task = instance.task
        if instance.sweep or task.name not in shared:
            shared[task.name] = own_variables(task, instance.sweep, draft, report)
        instances.append(replace(instance, variables={**shared[task.name], **instance.sweep}))
    return replace(draft, instances=tuple(instances))
