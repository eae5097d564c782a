"""Gives every concrete task the variables that only it sees: its own, and its replica's values of swept ones.

Before: placed instances. After: `variables` of each. A swept value hides all others of its name.
"""

from __future__ import annotations

from dataclasses import replace

from ..diagnostics import Reporter
from ..ir.plan import PlanVariable
from . import variables
from .draft import Draft, Instance


def resolve_task_variables(draft: Draft, report: Reporter) -> Draft:
    shared: dict[str, dict[str, PlanVariable]] = {}
    instances = [replace(i, variables=_own(i, draft, shared, report)) for i in draft.instances]
    report.raise_if_errors()
    return replace(draft, instances=tuple(instances))


def _own(
    instance: Instance, draft: Draft, shared: dict[str, dict[str, PlanVariable]], report: Reporter
) -> dict[str, PlanVariable]:
    task = instance.task
    if not task.variables:
        return dict(instance.sweep)
    if instance.sweep or task.name not in shared:
        outside = variables.visible({**draft.globals, **draft.workflow_variables, **instance.sweep})
        shared[task.name] = variables.resolve(task.variables, draft.scope, outside, report)
    return {**shared[task.name], **instance.sweep}
