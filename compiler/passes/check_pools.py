"""Finds what a workflow over several backends asks for in vain.

Before: placement, commands and scripts. After: the same. A Slurm backend without a task is a component of the job all the
same, whose nodes wait for nothing; and the address of a local backend's node, 127.0.0.1, is on every other node that one itself.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter
from ..ir.expr import RunText, Text
from .draft import Draft, Instance


def check_pools(draft: Draft, report: Reporter) -> Draft:
    if len(draft.backends) > 1 and not report.has_errors:
        _check_idle(draft, report)
        local = {backend.name for backend in draft.backends if backend.type == "local"}
        for instance in draft.instances:
            if local and instance.operator_type == "srun":
                _check_loopback(instance, local, report)
    return draft


def _check_idle(draft: Draft, report: Reporter) -> None:
    used = {instance.backend for instance in draft.instances}
    spans = {backend.name: backend.span for backend in draft.workflow.backends}
    for backend in draft.backends:
        if backend.component is not None and backend.name not in used:
            report.warning(
                "idle-component",
                f"no task runs on backend '{backend.name}', but the job asks for its "
                f"{backend.nodes} node{'s' if backend.nodes != 1 else ''} all the same",
                spans[backend.name],
                help="leave it out, or give tasks `backend` or `resources.accelerator`",
            )


def _check_loopback(instance: Instance, local: set[str], report: Reporter) -> None:
    """The task's own lines that hold such an address, or name a variable that does."""
    variables = [name for name, value in instance.environment if _is_local(value, local)]
    named = re.compile(rf"\$\{{?({'|'.join(map(re.escape, variables))})\b") if variables else None
    for item, text in zip(instance.task.script, instance.script, strict=True):
        if _is_local(text, local) or (named and named.search(item.text)):
            report.warning(
                "loopback-address",
                f"task '{instance.task.name}' uses the address of a node of a local backend, which is 127.0.0.1: "
                "on a node of the cluster, that node itself",
                item.span,
                help="put the service on a slurm backend, or the task on the local one",
            )


def _is_local(text: Text, local: set[str]) -> bool:
    atoms = text.atoms if isinstance(text, RunText) else ()
    return any(atom.kind in ("ip", "name") and atom.backend in local for atom in atoms)
