"""etcd, NATS, the frontend: did they become ready, and do they live.

In: a Case. Out: how each stands. Why one failed or was refused is told by the patterns of its log and of those that need it.
"""

from __future__ import annotations

from ..run import BAD_STATES
from .case import INFRASTRUCTURE, Case


def says(case: Case) -> tuple[bool, str]:
    """Whether there is such a task, and how each stands."""
    names = case.of_role(*INFRASTRUCTURE)
    if not names:
        return False, "no task is known as etcd, NATS or a frontend"
    parts = [f"{name} {_stands(case, name)}" for name in names[:6]]
    if len(names) > 6:
        parts.append(f"and {len(names) - 6} more")
    lived = all(case.tasks[name].started is not None and not _ended_early(case, name) for name in names)
    return lived, case.clean(", ".join(parts))


def _ended_early(case: Case, name: str) -> bool:
    """Whether a service ended by itself, content, before its readiness probe had found it ready."""
    task, facts = case.tasks[name], case.facts(name)
    probed = facts is not None and any(probe.role == "readiness" for probe in facts.probes)
    return probed and task.ready is None and task.state == "COMPLETED"


def _stands(case: Case, name: str) -> str:
    task = case.tasks[name]
    if task.state in BAD_STATES:
        return f"{task.state} after it was ready" if task.ready is not None else task.state
    if _ended_early(case, name):
        return "ended before it was ready"
    if task.ready is not None:
        return "was ready" if task.finished is not None else "is ready"
    return (
        "was never started" if task.started is None else "never became ready" if task.finished else "is not ready yet"
    )
