"""Finds out what each variable has shaped.

Before: all else. After: `shaped` of the global and workflow variables, and `settable`: a variable that nothing was made of while
compiling only reaches the environments of tasks, and there its value can still be changed when the script runs.

    {A: 4, B: "${{ A }}x"}, no other expression  ->  A shaped "the value of variable B", B is settable
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..diagnostics import Reporter
from ..expr.mentions import mentions
from ..expr.template import has_expression
from ..ir.change import replace
from ..ir.memo import by_identity
from ..ir.plan import PlanVariable
from ..ir.workflow import Workflow
from .draft import Draft
from .meanings import Level, Variables, declared, first, meant
from .parts import Part, groups

NEWLINE = "\n"
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_Uses = dict[tuple[Level, str], dict[str, None]]
"""By variable what it shaped, in order, each once. A variable of the workflow hides a global one of its name."""


def trace_variables(draft: Draft, _report: Reporter) -> Draft:
    uses = _uses(draft.workflow)
    return replace(
        draft,
        globals=_traced(draft.globals, "global", uses),
        workflow_variables=_traced(draft.workflow_variables, "workflow", uses),
    )


def _traced(variables: Mapping[str, PlanVariable], kind: Level, uses: _Uses) -> dict[str, PlanVariable]:
    found = {}
    for name, variable in variables.items():
        shaped = tuple(uses.get((kind, name), ()))
        can_be_read = variable.type not in ("list", "dict") and _SHELL_NAME.fullmatch(name) is not None
        settable = can_be_read and not shaped
        found[name] = replace(variable, shaped=shaped, settable=settable) if shaped or settable else variable
    return found


def _uses(workflow: Workflow) -> _Uses:
    uses: _Uses = {}
    names = declared(workflow)
    for task in workflow.tasks:
        for name, _ in task.replicas.variables if task.replicas else ():
            _add(uses, first(name, ("workflow", "global"), names), f"the replicas of {task.name}")
    for group in groups(workflow):
        for variables, what in _shaped(group, names):
            _add(uses, variables, what)
    return uses


@by_identity
def _shaped(group: tuple[Part, ...], names: Variables) -> list[tuple[list[tuple[Level, str]], str]]:
    """The variables that parts of one task, or of something else, mention, and what is made of them."""
    found = []
    begun = 0
    for part in group:
        text, is_script = part.scalar.text, part.is_script
        for offset, name in mentions(part.scalar):
            line = f"line {begun + text.count(NEWLINE, 0, offset) + 1} of " if is_script else ""
            found.append((meant(name, part, names), f"{line}{part.what}"))
        if is_script:
            begun += (text.removesuffix(NEWLINE) if has_expression(text) else text).count(NEWLINE) + 1
    return found


def _add(uses: _Uses, variables: list[tuple[Level, str]], what: str) -> None:
    for variable in variables:
        uses.setdefault(variable, {})[what] = None
