"""Gives the workflow's own variables their values.

Before: backends and artifacts. After: `draft.workflow_variables`; a variable of the workflow hides a global one. They may hold
what only the run knows, such as a node's address.
"""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.change import replace
from . import variables
from .draft import Draft
from .scope import variable_scope


def resolve_workflow_variables(draft: Draft, report: Reporter) -> Draft:
    hidden = variables.visible(draft.globals)
    values = variables.resolve(draft.workflow.workflow_variables, draft.scope, hidden, report)
    merged = variables.visible({**draft.globals, **values})
    return replace(draft, workflow_variables=values, scope=variable_scope(merged, draft.scope))
