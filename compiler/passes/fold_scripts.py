"""Evaluates the expressions in every concrete task's script.

Before: everything else about the tasks. After: `script` of each and of `on_timeout`, what only the run knows left as holes.
Here, and only here, `task.T` is known: the nodes, GPUs, backend and operator of any task; a replicated one is `task.T[i]`.
The index of a node there is its place among the task's nodes.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Reporter
from ..expr.evaluate import evaluate_text
from ..expr.failures import Reported
from ..expr.template import has_expression
from ..ir.change import replace
from ..ir.expr import Text
from .draft import Draft, Instance
from .scope import BROKEN, Names, node_value
from .variables import task_scope


def fold_scripts(draft: Draft, report: Reporter) -> Draft:
    tasks = _Tasks(draft)
    shared: dict[str, tuple[Text, ...]] = {}
    instances: list[Instance] = []
    for instance in draft.instances:
        name = instance.task.name
        if instance.sweep or name not in shared:
            shared[name] = _script(instance, draft, tasks, report)
        instances.append(replace(instance, script=shared[name]))
    hook, written = draft.on_timeout, draft.workflow.on_timeout
    if hook is not None and written is not None:
        scope = draft.scope.extended(task=tasks)
        texts = [evaluate_text(item, scope, report) for item in written.script]
        hook = replace(hook, script=tuple(text for text in texts if text is not None))
    return replace(draft, instances=tuple(instances), on_timeout=hook)


class _Tasks(Names):
    """`task.T`. Nothing is said of a replica when it is not known which there are."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("task", {})
        self._draft = draft

    def lookup(self, name: str) -> object:
        self._fill()
        try:
            return super().lookup(name)
        except KeyError:
            if self._draft.is_broken(str(name)):
                raise Reported from None
            raise

    def names(self) -> Iterable[str]:
        self._fill()
        return super().names()

    def _fill(self) -> None:
        """Only when a script asks: few do."""
        if not self._values:
            self._values = _tasks(self._draft)


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
    broken: dict[str, object] = {}
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
        values[instance.name] = BROKEN if instance.is_lost else value
        if instance.replicated:
            replicas.setdefault(instance.task.name, []).append(value)
        if instance.is_lost:
            broken[instance.task.name] = BROKEN
    return {**replicas, **values, **broken, **dict.fromkeys(draft.broken_tasks, BROKEN)}
