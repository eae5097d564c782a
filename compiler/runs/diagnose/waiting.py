"""What a run that goes on is waiting for.

In: a Case. Out: a sentence for each task that others wait for or that is at work, the longest wait first.
"""

from __future__ import annotations

from ..run import TaskState
from .case import Case

_SHOWN = 6


def waits(case: Case) -> tuple[str, ...]:
    """A few sentences; empty when nothing runs."""
    found = []
    for task in case.tasks.values():
        if task.state == "RUNNING":
            found.append((0 if _has_readiness(case, task) else 1, task.started or 0.0, _of_running(case, task)))
        elif task.state == "INITIATED" and task.attempt:
            found.append((0, task.since or 0.0, f"{task.name} waits for its next attempt: {task.reason}"))
    found.sort()
    shown = [case.clean(text) for _, _, text in found[:_SHOWN]]
    if len(found) > _SHOWN:
        shown.append(f"and {len(found) - _SHOWN} more tasks run")
    if not found:
        left = sum(task.state == "INITIATED" for task in case.tasks.values())
        shown = [f"{left} tasks have not started"] if left else []
    return tuple(shown)


def _has_readiness(case: Case, task: TaskState) -> bool:
    facts = case.facts(task.name)
    return "readiness" in task.probes or (
        facts is not None and any(probe.role == "readiness" for probe in facts.probes)
    )


def _of_running(case: Case, task: TaskState) -> str:
    since = f"{max(0.0, case.now - task.started):.0f} s" if task.started is not None else "a while"
    last = case.end_of_log(task.name, 1)
    printed = f"; it last printed: {last[0].text}" if last else "; it has printed nothing"
    if not _has_readiness(case, task):
        return f"{task.name} runs since {since}{printed}"
    found = task.probes.get("readiness")
    facts = case.facts(task.name)
    limit = f" of {facts.ready_within:g} s" if facts is not None and facts.ready_within is not None else ""
    says = "".join(probe.says for probe in facts.probes if probe.role == "readiness") if facts is not None else ""
    what = found[1] if found is not None else f"no check has an answer yet{f' ({says})' if says else ''}"
    return f"{task.name} is not ready after {since}{limit}: {what}{printed}"
