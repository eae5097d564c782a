"""Gives every concrete task its environment.

Before: variables, artifacts and placement. After: `environment` of each, one value a name, by the precedence: artifacts' paths,
global, workflow and task variables, the replica's swept values, then what the run itself sets.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TypeAlias

from ..diagnostics import Reporter
from ..ir.change import replace
from ..ir.expr import OUTPUT_DIR, WORKFLOW_OUTPUT_DIR, WORKSPACE_DIR, Atom, AtomKind, RunText, Text, join
from .draft import Draft, Instance

_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_Entry: TypeAlias = tuple[str, Text]
"""A name and its value."""


def build_environment(draft: Draft, _report: Reporter) -> Draft:
    values: dict[str, Text] = {artifact.name: artifact.path for artifact in draft.artifacts}
    for variable in (*draft.globals.values(), *draft.workflow_variables.values()):
        values[variable.name] = variable.text
    shared = {name: (name, text) for name, text in sorted(values.items()) if _SHELL_NAME.fullmatch(name)}
    hook = draft.on_timeout
    if hook is not None:
        hook = replace(hook, env=tuple(shared.values()))
    instances = [replace(i, environment=_environment(i, shared)) for i in draft.instances]
    return replace(draft, instances=tuple(instances), on_timeout=hook)


def _environment(instance: Instance, shared: Mapping[str, _Entry]) -> tuple[_Entry, ...]:
    """Sorted by name. What tasks have in common is the same entry in each of them."""
    own = {name: (name, variable.text) for name, variable in instance.variables.items() if _SHELL_NAME.fullmatch(name)}
    built_in = _built_in(instance.name, instance.replica_index, instance.backend, instance.node_indices, instance.gpus)
    return tuple(sorted({**shared, **own, **built_in}.values()))


@functools.lru_cache(maxsize=4096)  # the rows of a table place most tasks alike
def _built_in(
    name: str, replica: int, backend: str, nodes: tuple[int, ...], gpus: tuple[int, ...] | None
) -> Mapping[str, _Entry]:
    """What the run sets for every task."""
    values: dict[str, Text] = {
        "SFLOW_REPLICA_INDEX": str(replica),
        "SFLOW_WORKSPACE_DIR": RunText((WORKSPACE_DIR,)),
        "SFLOW_OUTPUT_DIR": RunText((OUTPUT_DIR,)),
        "SFLOW_WORKFLOW_OUTPUT_DIR": RunText((WORKFLOW_OUTPUT_DIR,)),
        "SFLOW_TASK_OUTPUT_DIR": RunText((WORKFLOW_OUTPUT_DIR, f"/{name}")),
        "SFLOW_TASK_ASSIGNED_NODE_NAMES": _listed("name", backend, nodes),
        "SFLOW_TASK_ASSIGNED_NODE_IPS": _listed("ip", backend, nodes),
    }
    if gpus is not None:
        values["CUDA_VISIBLE_DEVICES"] = ",".join(map(str, gpus))
    return {name: (name, text) for name, text in values.items()}


def _listed(kind: AtomKind, backend: str, nodes: tuple[int, ...]) -> Text:
    atoms = [Atom(kind, backend, node) for node in nodes]
    return join([piece for atom in atoms for piece in (",", atom)][1:])
