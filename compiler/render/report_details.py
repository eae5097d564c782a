"""A task's part of the report: facts, history, script, log.

In: a Run and its history. Out: a Detail for each task. How much of logs and scripts is shown has a bound for each, and one for
all together: those of tasks that failed get their share first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..runs.events import Event
from ..runs.excerpt import Excerpt, excerpt
from ..runs.facts import TaskFacts
from ..runs.history import History
from ..runs.run import BAD_STATES, Run, TaskState
from ..runs.secrets import Masker
from .clock import clock, utc
from .plan import duration, ranges
from .report_outputs import value_text
from .runs import ONLY_HOW_LONG, took

Pair = tuple[str, str]
_MOST = 32 << 10
"""Bytes of a log, or of a script, that are shown."""
_MOST_OF_ALL = 6 << 20
"""Bytes of all logs, or of all scripts."""
_SCRIPT_LINES = 400
_HISTORY = 60
"""Events of a task that are listed."""


@dataclass(frozen=True, slots=True)
class Detail:
    """`facts` are name and value; `history` is when and what; `probes` are those of the plan."""

    id: str
    name: str
    state: str
    took: str
    reason: str
    facts: tuple[Pair, ...]
    probes: tuple[Pair, ...]
    history: tuple[Pair, ...]
    outputs: tuple[Pair, ...]
    script: Excerpt | None
    log: Excerpt | None


class Details:
    """Makes the details of one run."""

    def __init__(self, run: Run, past: History, masker: Masker, log_lines: int) -> None:
        self.run, self.past, self.masker, self.log_lines = run, past, masker, log_lines
        self.facts = {task.name: task for task in run.facts.tasks} if run.facts else {}
        self.feeds: dict[str, list[str]] = {}
        for task in self.facts.values():
            for before in task.after:
                self.feeds.setdefault(before, []).append(task.name)

    def all(self, tasks: Sequence[TaskState], begin: float | None) -> tuple[Detail, ...]:
        """In the order of the tasks; `begin` is when the run began."""
        bad = sum(task.state in BAD_STATES for task in tasks)
        most_bad = min(_MOST, _MOST_OF_ALL // max(bad, 1))
        most = min(_MOST, (_MOST_OF_ALL - bad * most_bad) // max(len(tasks) - bad, 1) + 1024)
        return tuple(
            self._detail(f"t{number}", task, most_bad if task.state in BAD_STATES else most, begin)
            for number, task in enumerate(tasks)
        )

    def _detail(self, identity: str, task: TaskState, most: int, begin: float | None) -> Detail:
        name, mine, mask = task.name, self.facts.get(task.name), self.masker.shown
        ours = "/" not in name and name not in ("", ".", "..")  # else its files would not be the run's
        outputs = (self.run.outputs(name) if ours else None) or {}
        attempts = self.past.attempts.get(name, [])
        first = attempts[0].started if attempts else task.started
        until = task.finished or (self.past.last if task.state in ("RUNNING", "READY") else None)
        return Detail(
            id=identity,
            name=name,
            state=task.state,
            took=took(until - first) if until is not None and first is not None else "",
            reason="" if ONLY_HOW_LONG.fullmatch(task.reason) else mask(task.reason),
            facts=tuple(self._facts(task, mine)),
            probes=tuple((f"{probe.role}, {probe.kind}", mask(probe.says)) for probe in mine.probes) if mine else (),
            history=tuple(self._history(self.past.changes.get(name, []), begin)),
            outputs=tuple((key, mask(value_text(value))) for key, value in outputs.items()),
            script=excerpt(self.run.script(name), lines=_SCRIPT_LINES, most=most, mask=self.masker.masked)
            if ours
            else None,
            log=excerpt(self.run.log(name), lines=self.log_lines, most=most, mask=self.masker.masked) if ours else None,
        )

    def _facts(self, task: TaskState, mine: TaskFacts | None) -> Iterable[Pair]:
        if task.exit_status is not None:
            yield ("exit status", str(task.exit_status))
        if task.attempt > 1 or (mine and mine.retries):
            yield ("attempt", f"{task.attempt} of {mine.retries + 1}" if mine else str(task.attempt))
        for label, moment in (("started", task.started), ("ready", task.ready), ("ended", task.finished)):
            if moment is not None:
                yield (label, utc(moment))
        if mine is None or self.run.facts is None:
            return
        yield ("nodes", ", ".join(self.run.facts.place(mine)) or "none")
        yield ("GPUs", ranges(mine.gpus) or "none")
        yield ("launched by", mine.launch)
        yield ("after", ", ".join(mine.after) or "the start")
        yield ("before", ", ".join(self.feeds.get(task.name, ())) or "the stop")
        for name, value in mine.sweep.items():
            yield (name, self.masker.shown(value))
        if mine.timeout:
            yield ("at most", duration(mine.timeout))
        if mine.ready_within:
            yield ("ready within", duration(mine.ready_within))
        if not mine.critical:
            yield ("critical", "no")

    def _history(self, events: Sequence[Event], begin: float | None) -> Iterable[Pair]:
        shown = events if len(events) <= _HISTORY else [*events[: _HISTORY // 2], *events[-_HISTORY // 2 :]]
        for number, event in enumerate(shown):
            if number == _HISTORY // 2 and len(events) > len(shown):
                yield ("…", f"{len(events) - len(shown)} more")
            since = f" ({took(event.time - begin)})" if begin is not None and event.time >= begin else ""
            if event.event == "probe":
                what = f"{event.probe} probe: {event.found}"
            else:
                what = f"{event.state}{f': {event.reason}' if event.reason else ''}"
            yield (f"{clock(event.time)}{since}", self.masker.shown(what))
