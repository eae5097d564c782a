"""What each task is made of, as a short hash: a resumed run does again what has another one.

In: a Plan. Out: by task the hash of its script, environment, command and placement, of what the run writes for it, and of the tasks
that it depends on: who reads the results of a task that has changed is another task too, and so is who asked a server that has.
Replicas that only follow one another do not shape each other: a sweep can be given more values.

    fingerprints(plan)["bench_16"] == "6f0c3a9d2b41"
"""

from __future__ import annotations

import hashlib

from ..ir.expr import display
from ..ir.plan import Plan, PlanTask


def fingerprints(plan: Plan) -> dict[str, str]:
    """By name; those of the tasks before it come first."""
    files = repr([(a.name, display(a.content)) for a in plan.artifacts if a.content is not None])
    files += repr([(a.name, a.sha256) for a in plan.artifacts if a.sha256 is not None])
    tasks = {task.name: task for task in plan.tasks}
    found: dict[str, str] = {}
    before: dict[str, set[str]] = {}
    for name in plan.order:
        task = tasks[name]
        before[name] = set()
        for other in task.depends_on:  # a replica that follows another one depends on that alone
            before[name] |= before[other] if tasks[other].base == task.base else {found[other]}
        facts = [*_own_facts(task), files, repr(sorted(before[name]))]
        found[name] = hashlib.sha256("\0".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return found


def _own_facts(task: PlanTask) -> list[str]:
    return [
        "\n".join(display(item) for item in task.script),
        repr(
            [(name, value if isinstance(value, str) else value.display()) for name, value in task.env]
        ),  # they are sorted by name
        repr([display(argument) for argument in task.argv]),
        repr((task.node_indices, task.gpus)),
        repr((task.strict, [display(mount) for mount in task.container_mounts])),
    ]
