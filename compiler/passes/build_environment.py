"""Gives every concrete task its environment.

Before: variables, artifacts and placement. After: `environment` of each, one value a name, by the precedence: artifacts' paths,
global, workflow and task variables, the replica's swept values, then what the run itself sets.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter
from ..ir.change import replace
from ..ir.expr import OUTPUT_DIR, WORKFLOW_OUTPUT_DIR, WORKSPACE_DIR, Atom, RunText, Text, join
from .draft import Draft, Instance

_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def build_environment(draft: Draft, _report: Reporter) -> Draft:
    shared: dict[str, Text] = {artifact.name: artifact.path for artifact in draft.artifacts}
    for variable in (*draft.globals.values(), *draft.workflow_variables.values()):
        shared[variable.name] = variable.text
    shared = {name: text for name, text in shared.items() if _SHELL_NAME.fullmatch(name)}
    hook = draft.on_timeout
    if hook is not None:
        hook = replace(hook, env=tuple(sorted(shared.items())))
    instances = [replace(i, environment=_environment(i, shared)) for i in draft.instances]
    return replace(draft, instances=tuple(instances), on_timeout=hook)


def _environment(instance: Instance, shared: dict[str, Text]) -> tuple[tuple[str, Text], ...]:
    own = {name: variable.text for name, variable in instance.variables.items() if _SHELL_NAME.fullmatch(name)}
    return tuple(sorted({**shared, **own, **_built_in(instance)}.items()))


def _built_in(instance: Instance) -> dict[str, Text]:
    """What the run sets for every task."""
    values: dict[str, Text] = {
        "SFLOW_REPLICA_INDEX": str(instance.replica_index),
        "SFLOW_WORKSPACE_DIR": RunText((WORKSPACE_DIR,)),
        "SFLOW_OUTPUT_DIR": RunText((OUTPUT_DIR,)),
        "SFLOW_WORKFLOW_OUTPUT_DIR": RunText((WORKFLOW_OUTPUT_DIR,)),
        "SFLOW_TASK_OUTPUT_DIR": RunText((WORKFLOW_OUTPUT_DIR, f"/{instance.name}")),
        "SFLOW_TASK_ASSIGNED_NODE_NAMES": _listed(instance, "name"),
        "SFLOW_TASK_ASSIGNED_NODE_IPS": _listed(instance, "ip"),
    }
    if instance.gpus is not None:
        values["CUDA_VISIBLE_DEVICES"] = ",".join(map(str, instance.gpus))
    return values


def _listed(instance: Instance, kind: str) -> Text:
    atoms = [Atom(kind, instance.backend, node) for node in instance.node_indices]  # type: ignore[arg-type]
    return join([piece for atom in atoms for piece in (",", atom)][1:])
