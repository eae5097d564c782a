"""The lines of the table: tasks in the order of the plan; where there are many, the replicas of one share a line.

In: a Run, what the reader wants to see, and how many tasks are shown one by one. Out: Rows.

    [row.label for row in Rows(run).shown(View(), room=20)] == ["server", "bench x 200", "bench_17"]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..runs.run import BAD_STATES, Run, TaskState
from .view import View

ORDER = ("FAILED", "TIMEOUT", "RUNNING", "READY", "CANCELLED", "INITIATED", "SKIPPED", "COMPLETED")
"""The state of a group is the first of these that one of its tasks is in."""


@dataclass(frozen=True, slots=True)
class Row:
    """A task, or with `group` the replicas of one. `key` tells it from all others; `open`: its tasks follow below."""

    key: str
    label: str
    tasks: tuple[TaskState, ...]
    base: str
    group: bool = False
    open: bool = False
    inside: bool = False

    @property
    def state(self) -> str:
        """That which says most."""
        states = {task.state for task in self.tasks}
        return next((state for state in ORDER if state in states), self.tasks[0].state)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many are in each state, the ones that say most first."""
        counts = Counter(task.state for task in self.tasks)
        known = [(state, counts.pop(state)) for state in ORDER if state in counts]
        return known + sorted(counts.items())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(task.name for task in self.tasks)


def group_key(base: str) -> str:
    """A name that no task has, since none holds a slash."""
    return f"{base}/"


def table_rows(run: Run, view: View, room: int) -> list[Row]:
    """With more tasks than `room`, replicas share a line unless the reader has opened it."""
    bases = {task.name: task.base for task in run.facts.tasks} if run.facts else {}
    tasks = list(run.state.tasks.values())
    places = _places(run) if view.words else {}
    wanted = [task for task in tasks if _wanted(task, view, places.get(task.name, ""))]
    groups: dict[str, list[TaskState]] = {}
    for task in wanted:
        groups.setdefault(bases.get(task.name, task.name), []).append(task)
    fold = len(wanted) > room and not view.failed_only
    rows: list[Row] = []
    for base, members in groups.items():
        rows += _group(base, members, view, fold)
    return rows


def _group(base: str, members: Sequence[TaskState], view: View, fold: bool) -> Iterable[Row]:
    chosen = view.opened.get(base)
    if len(members) < 2 or (chosen is None and not fold):
        return [Row(task.name, task.name, (task,), base) for task in members]
    opened = bool(chosen)
    head = Row(group_key(base), f"{base} x {len(members)}", tuple(members), base, group=True, open=opened)
    inside = members if opened else [task for task in members if task.state in BAD_STATES]
    return [head, *(Row(task.name, task.name, (task,), base, inside=True) for task in inside)]


def _wanted(task: TaskState, view: View, place: str) -> bool:
    if view.failed_only and task.state not in BAD_STATES:
        return False
    if not view.words:
        return True
    where = f"{task.name} {task.state} {place}".lower()
    return all(word in where for word in view.words)


def _places(run: Run) -> dict[str, str]:
    return {task.name: " ".join(run.facts.place(task)) for task in run.facts.tasks} if run.facts else {}
