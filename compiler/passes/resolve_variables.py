"""Gives the global variables their values.

Before: declarations. After: `draft.globals`, and `variables.X` and `X` in the scope. Global variables see each other and
`workflow.name`; what backends and tasks know does not exist yet.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..diagnostics import Reporter
from ..ir.workflow import Variable
from . import variables
from .draft import Draft
from .scope import variable_scope

_READ_ONLY = frozenset(["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"])
_STEERS_THE_SHELL = frozenset(
    ["BASH_ENV", "CDPATH", "ENV", "GLOBIGNORE", "HOME", "IFS", "LD_LIBRARY_PATH", "LD_PRELOAD", "PATH", "PWD", "SHELL"]
)
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def resolve_variables(draft: Draft, report: Reporter) -> Draft:
    declared = draft.workflow.global_variables
    all_declared = [*declared, *draft.workflow.workflow_variables]
    for variable in (*all_declared, *(v for task in draft.workflow.tasks for v in task.variables)):
        _check_name(variable, report)
    values = variables.resolve(declared, draft.scope, None, report)
    report.raise_if_errors()
    scope = variable_scope(variables.visible(values), draft.scope)
    return replace(draft, globals=values, scope=scope)


def _check_name(variable: Variable, report: Reporter) -> None:
    name = variable.name
    if not _SHELL_NAME.fullmatch(name):
        report.warning(
            "variable-not-exported",
            f"'{name}' is no name that a shell can export",
            variable.span,
            note="expressions can use it, tasks do not see it",
            help="use letters, digits and _",
        )
    elif name in _READ_ONLY:
        report.error("read-only-variable", f"bash does not let '{name}' be set", variable.span, help="use another name")
    elif name.startswith("SFLOW_"):
        report.error(
            "reserved-variable",
            f"'{name}' begins with SFLOW_, which names what the run sets",
            variable.span,
            help="use another name",
        )
    elif name in _STEERS_THE_SHELL:
        report.warning(
            "variable-steers-shell",
            f"every task gets '{name}' with this value, and its shell goes by it",
            variable.span,
        )
