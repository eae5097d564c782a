"""Finds out what each variable has shaped.

Before: all else. After: `shaped` of the global and workflow variables, and `settable`: a variable that nothing was made of while
compiling only reaches the environments of tasks, and there its value can still be changed when the script runs.

    {A: 4, B: "${{ A }}x"}, no other expression  ->  A shaped "the value of variable B", B is settable
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from ..diagnostics import Reporter
from ..expr.mentions import ALL, mentions
from ..expr.template import has_expression
from ..ir.plan import PlanVariable
from ..ir.workflow import Task, Workflow
from .draft import Draft
from .parts import Part, parts

NEWLINE = "\n"
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_Level = Literal["global", "workflow"]
_Known = dict[_Level, frozenset[str]]
_Uses = dict[tuple[_Level, str], dict[str, None]]
"""By variable what it shaped, in order, each once. A variable of the workflow hides a global one of its name."""


def trace_variables(draft: Draft, _report: Reporter) -> Draft:
    uses = _uses(draft.workflow)
    return replace(
        draft,
        globals=_traced(draft.globals, "global", uses),
        workflow_variables=_traced(draft.workflow_variables, "workflow", uses),
    )


def _traced(variables: Mapping[str, PlanVariable], kind: _Level, uses: _Uses) -> dict[str, PlanVariable]:
    found = {}
    for name, variable in variables.items():
        shaped = tuple(uses.get((kind, name), ()))
        can_be_read = variable.type not in ("list", "dict") and _SHELL_NAME.fullmatch(name) is not None
        found[name] = replace(variable, shaped=shaped, settable=can_be_read and not shaped)
    return found


def _uses(workflow: Workflow) -> _Uses:
    uses: _Uses = {}
    names: _Known = {
        "global": frozenset(variable.name for variable in workflow.global_variables),
        "workflow": frozenset(variable.name for variable in workflow.workflow_variables),
    }
    for task in workflow.tasks:
        for name, _ in task.replicas.variables if task.replicas else ():
            _add(uses, _first(name, ("workflow", "global"), names), f"the replicas of {task.name}")
    lines: dict[str, int] = {}
    for part in parts(workflow):
        begun = lines.get(part.what, 0)
        for offset, name in mentions(part.scalar):
            line = f"line {begun + part.scalar.text.count(NEWLINE, 0, offset) + 1} of " if part.is_script else ""
            _add(uses, _meant(name, part, names), f"{line}{part.what}")
        if part.is_script:
            text = part.scalar.text
            lines[part.what] = begun + (text.removesuffix(NEWLINE) if has_expression(text) else text).count(NEWLINE) + 1
    return uses


def _add(uses: _Uses, variables: list[tuple[_Level, str]], what: str) -> None:
    for variable in variables:
        uses.setdefault(variable, {})[what] = None


def _meant(name: str, part: Part, names: _Known) -> list[tuple[_Level, str]]:
    """The variables that a name means in a part of the workflow: none where it is one of the task's own."""
    if name == ALL:
        return [(level, known) for level in names for known in sorted(names[level])]
    if part.task is not None and name in _own_names(part.task) and name != part.of:
        return []
    hides = part.task is None and name == part.of  # `A: ${{ A }}x` is made of the A that it hides
    return _first(name, ("global",) if part.is_global or hides else ("workflow", "global"), names)


def _first(name: str, levels: tuple[_Level, ...], names: _Known) -> list[tuple[_Level, str]]:
    return [(level, name) for level in levels if name in names[level]][:1]


def _own_names(task: Task) -> set[str]:
    swept = {name for name, _ in task.replicas.variables} if task.replicas else set()
    return {variable.name for variable in task.variables} | swept
