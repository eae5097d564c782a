"""What each task is made of, as a short hash: a resumed run does again what has another one.

In: a Plan. Out: by task the hash of its script, environment, command and placement, of what the run writes for it, and of the tasks
that it depends on: who reads the results of a task that has changed is another task too, and so is who asked a server that has.
Replicas that only follow one another do not shape each other: a sweep can be given more values.

    fingerprints(plan)["bench_16"] == "6f0c3a9d2b41"
"""

from __future__ import annotations

import hashlib

from ..ir.expr import Text, display
from ..ir.memo import by_identity
from ..ir.plan import Plan, PlanTask


def fingerprints(plan: Plan) -> dict[str, str]:
    """By name; those of the tasks before it come first."""
    files = repr([(a.name, display(a.content)) for a in plan.artifacts if a.content is not None])
    files += repr([(a.name, a.sha256) for a in plan.artifacts if a.sha256 is not None])
    tasks = {task.name: task for task in plan.tasks}
    found: dict[str, str] = {}
    before: dict[str, set[str]] = {}
    shown: dict[int, str] = {}
    for name in plan.order:
        task = tasks[name]
        before[name] = set()
        for other in task.depends_on:  # a replica that follows another one depends on that alone
            before[name] |= before[other] if tasks[other].base == task.base else {found[other]}
        facts = [*_own_facts(task, shown), files, repr(sorted(before[name]))]
        found[name] = hashlib.sha256("\0".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return found


def _own_facts(task: PlanTask, shown: dict[int, str]) -> list[str]:
    """`shown` keeps what entries of environments look like, by identity: tasks have most of them in common."""
    environment = [shown.get(id(entry)) or _kept(entry, shown) for entry in task.env]
    return [
        "\n".join(display(item) for item in task.script),
        f"[{', '.join(environment)}]",  # they are sorted by name
        _shown(task.argv),
        repr((task.node_indices, task.gpus)),
        f"({task.strict}, {_shown(task.container_mounts)})",
    ]


def _kept(entry: tuple[str, Text], shown: dict[int, str]) -> str:
    name, value = entry
    text = shown[id(entry)] = repr((name, display(value)))
    return text


@by_identity
def _shown(texts: tuple[Text, ...]) -> str:
    return repr([display(text) for text in texts])
