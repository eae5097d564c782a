"""Plan -> the part of a script that knows what `--set` may change when it runs.

In: a Plan. Out: the function `workflow_variables`, which calls another one for each variable, with its type, value and domain, or
with `fixed` and why; nothing when a script has no variable that can be changed.

    "$1" ISL integer 1024 1024 2048
    "$1" WORKERS fixed 'it shaped the replica count of worker'
"""

from __future__ import annotations

from ..expr.values import to_text
from ..ir.expr import display
from ..ir.plan import Plan, PlanVariable
from ..ir.script import Function
from ..ir.secrets import MASK, hide
from .shell import quote

GIVEN = '${SF_SET_ENV[@]+"${SF_SET_ENV[@]}"} # what --set gave'
"""Ends the environment that all tasks get."""


def settable(plan: Plan) -> dict[str, PlanVariable]:
    """The variables that can still be changed when the script runs."""
    return {variable.name: variable for variable in plan.variables if variable.settable}


def variables_function(plan: Plan) -> Function | None:
    """What the run can know of the variables; None when there is none that it could change."""
    if not settable(plan):
        return None
    return Function(
        "workflow_variables",
        "calls a function with each variable: type, value and allowed values; or `fixed` and why",
        tuple(f'"$1" {quote(variable.name)} {_facts(variable, plan.secrets)}' for variable in plan.variables),
    )


def _facts(variable: PlanVariable, secrets: tuple[str, ...]) -> str:
    if not variable.settable:
        return f"fixed {quote(_why(variable))}"
    words = [variable.type, MASK if variable.is_secret else hide(display(variable.text), secrets)]
    words += [display(to_text(value)) for value in variable.domain or ()]
    return " ".join(quote(word) for word in words)


def _why(variable: PlanVariable) -> str:
    """Why it cannot be changed, as the end of a sentence."""
    first, more = variable.shaped[:3], len(variable.shaped) - 3
    if first:
        return "it shaped " + ", ".join(first) + (f" and {more} more" if more > 0 else "")
    return f"only the compiler reads a {variable.type}" if variable.type in ("list", "dict") else "no task sees it"
