"""Gives the global variables their values.

Before: declarations. After: `draft.globals`, and `variables.X` and `X` in the scope, and the names of all that tasks will find
in their environment are such as a shell can have. Global variables see each other and
`workflow.name`; what backends and tasks know does not exist yet.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter, Span
from ..ir.change import replace
from . import variables
from .draft import Draft
from .scope import variable_scope

_READ_ONLY = frozenset(["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"])
_STEERS_THE_SHELL = frozenset(
    ["BASH_ENV", "CDPATH", "ENV", "GLOBIGNORE", "HOME", "IFS", "LD_LIBRARY_PATH", "LD_PRELOAD", "PATH", "PWD", "SHELL"]
)
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def resolve_variables(draft: Draft, report: Reporter) -> Draft:
    workflow = draft.workflow
    declared = workflow.global_variables
    own = [variable for task in workflow.tasks for variable in task.variables]
    for variable in (*declared, *workflow.workflow_variables, *own):
        _check_name(variable.name, variable.span, report)
    for artifact in workflow.artifacts:
        _check_name(artifact.name, artifact.span, report)
    values = variables.resolve(declared, draft.scope, None, report)
    scope = variable_scope(variables.visible(values), draft.scope)
    return replace(draft, globals=values, scope=scope)


def _check_name(name: str, span: Span, report: Reporter) -> None:
    """A variable's value and an artifact's path are exported to tasks under its name."""
    if not _SHELL_NAME.fullmatch(name):
        report.warning(
            "variable-not-exported",
            f"'{name}' is no name that a shell can export",
            span,
            note="expressions can use it, tasks do not see it",
            help="use letters, digits and _",
        )
    elif name in _READ_ONLY:
        report.error("read-only-variable", f"bash does not let '{name}' be set", span, help="use another name")
    elif name.startswith("SFLOW_"):
        report.error(
            "reserved-variable",
            f"'{name}' begins with SFLOW_, which names what the run sets",
            span,
            help="use another name",
        )
    elif name in _STEERS_THE_SHELL:
        report.warning(
            "variable-steers-shell",
            f"every task gets '{name}' with this value, and its shell goes by it",
            span,
        )
