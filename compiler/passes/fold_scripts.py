"""Evaluates the expressions in every concrete task's script.

Before: everything else about the tasks. After: `script` of each, what only the run knows left as holes. Here, and only here,
`task.T` is known: the nodes, GPUs, backend and operator of any task; a replicated one is `task.T[i]`. The index of
a node there is its place among the task's nodes.
"""

from __future__ import annotations

from dataclasses import replace

from ..diagnostics import Reporter
from ..expr.evaluate import evaluate_text
from ..expr.template import has_expression
from ..ir.expr import Text
from .draft import Draft, Instance
from .scope import Names, node_value
from .variables import task_scope


def fold_scripts(draft: Draft, report: Reporter) -> Draft:
    tasks = Names("task", _tasks(draft))
    shared: dict[str, tuple[Text, ...]] = {}
    instances: list[Instance] = []
    for instance in draft.instances:
        name = instance.task.name
        if instance.sweep or name not in shared:
            shared[name] = _script(instance, draft, tasks, report)
        instances.append(replace(instance, script=shared[name]))
    report.raise_if_errors()
    return replace(draft, instances=tuple(instances))


def _script(instance: Instance, draft: Draft, tasks: Names, report: Reporter) -> tuple[Text, ...]:
    if not any(has_expression(item.text) for item in instance.task.script):
        return tuple(item.text for item in instance.task.script)
    scope = task_scope(instance, draft, tasks)
    texts = [evaluate_text(item, scope, report) for item in instance.task.script]
    return tuple(text for text in texts if text is not None)


def _tasks(draft: Draft) -> dict[str, object]:
    """Tasks as expressions see them: a replicated one is a list, and its replicas go by their own names too."""
    backends = {backend.name: backend for backend in draft.backends}
    values: dict[str, object] = {}
    replicas: dict[str, list[object]] = {}
    for instance in draft.instances:
        gpus_per_node = backends[instance.backend].gpus_per_node
        value = {
            "name": instance.name,
            "nodes": [
                {**node_value(instance.backend, node, gpus_per_node), "index": position}
                for position, node in enumerate(instance.node_indices)
            ],
            "gpus": list(instance.gpus or ()),
            "backend": instance.backend,
            "operator": instance.operator_name,
        }
        values[instance.name] = value
        if instance.replicated:
            replicas.setdefault(instance.task.name, []).append(value)
    return {**replicas, **values}
