"""The lowest layer: were all tasks launched, did their probes pass, did the run's own script end it in order.

In: a Case. Out: what ended the run, and how far it came.
"""

from __future__ import annotations

from dataclasses import replace

from ..run import GOOD_STATES, TaskState
from .case import Case
from .findings import Evidence, Finding
from .patterns import Pattern
from .scan import best, in_log, in_reason

ENDED_BADLY = frozenset({"FAILED", "TIMEOUT", "CANCELLED"})
_OTHERS = 3
"""How many tasks that failed beside the first one are looked at."""


def why_it_failed(case: Case, task: TaskState) -> Finding:
    """Why a task failed: by its log, else by its reason, else by what neither of them explains."""
    reason = in_reason(case, task)
    order = {pattern.id: number for number, pattern in enumerate(case.patterns)}
    found = [*in_log(case, task.name, _any), *([reason] if reason is not None else ())]
    cause = best(sorted(found, key=lambda one: order[one.id])) or _unknown_reason(case, task)
    if cause is reason or reason is None:
        return _with(cause, case.end_of_log(task.name)) if cause.general else cause
    return _with(cause, reason.evidence)


def _any(_: Pattern) -> bool:
    return True


def _unknown_reason(case: Case, task: TaskState) -> Finding:
    if task.exit_status == 0:  # its program was content, and the run was not: with what it measured
        return Finding(
            id="out-of-bounds",
            layer="benchmark",
            fault="application",
            cause=case.clean(f"a result of {task.name} is not what its outputs require ({task.reason})"),
            next_step="see outputs.json and the log of the task; the lower layers may say why",
            evidence=(case.of_event(task),),
            task=task.name,
            general=True,
        )
    return Finding(
        id="failed",
        layer=case.layer_of(task.name),
        fault="application",
        cause=case.clean(f"{task.name} {task.state}: {task.reason or 'no reason is known'}"),
        next_step="see the end of its log for what it was doing",
        evidence=(case.of_event(task),),
        task=task.name,
        general=True,
    )


def others_that_failed(case: Case) -> list[Finding]:
    return [why_it_failed(case, task) for task in case.failed[1 : 1 + _OTHERS]]


def why_it_ended(case: Case) -> Finding | None:
    """Why a run ended badly in which no task failed: a limit, a signal, an artifact."""
    if case.run.state.state not in ENDED_BADLY:
        return None
    found = in_reason(case, None)
    if found is not None:
        return found
    return Finding(
        id="ended",
        layer="orchestration",
        fault="infrastructure",
        cause=case.clean(f"the run ended: {case.run.state.reason or 'no reason is known'}"),
        next_step="see its own output",
        evidence=(case.of_run(),),
        general=True,
    )


def vanished(case: Case) -> Finding:
    """The run says that it goes on, and its script is not there."""
    told = [f"{event.event} {event.task} {event.state}" for event in case.run.events[-1:]]
    last = tuple(Evidence("events.jsonl", None, case.clean(f"the last event: {text}")) for text in told)
    return Finding(
        id="vanished",
        layer="orchestration",
        fault="infrastructure",
        cause="the run's script is gone without having ended the run: its host went down, or everything was killed at once",
        next_step="see what the host or Slurm says of that time; `--resume RUN_DIR` goes on where it stopped",
        evidence=last,
        general=True,
    )


def says(case: Case, cause: Finding | None) -> str:
    """How far the run came."""
    tasks = list(case.tasks.values())
    if not tasks:
        return "no task is known"
    launched = sum(1 for task in tasks if task.started is not None or task.state in GOOD_STATES)
    text = f"{launched} of {len(tasks)} tasks were launched"
    ready = [task for task in tasks if task.ready is not None]
    text += f", {len(ready)} became ready" if ready else ""
    if cause is not None and cause.layer != "orchestration" and case.failed:
        text += f"; {case.clean(case.failed[0].name)} {case.failed[0].state}, for the cause below"
    return text


def _with(found: Finding, more: tuple[Evidence, ...]) -> Finding:
    return replace(found, evidence=(*found.evidence, *(one for one in more if one not in found.evidence)))
