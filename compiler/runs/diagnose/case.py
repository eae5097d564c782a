"""A run as diagnose looks at it: its tasks with their roles, who failed first, what was said outside of its directory.

In: a Run, patterns, secrets, and what else is known of the job. Out: Case, which the layers ask.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..facts import TaskFacts
from ..run import BAD_STATES, Run, TaskState
from .cleaning import Cleaner
from .findings import Evidence, Layer
from .log_reader import LogReader, Piece, last_lines
from .patterns import Pattern
from .roles import roles_of

INFRASTRUCTURE = ("etcd", "nats", "frontend")


@dataclass(frozen=True, slots=True)
class Outside:
    """What was printed outside of the run's directory: a file, such as the job's output, or the answer of a command."""

    name: str
    path: Path | None = None
    text: str = ""


class Case:
    def __init__(
        self,
        run: Run,
        patterns: Iterable[Pattern],
        cleaner: Cleaner,
        outside: Iterable[Outside] = (),
        now: float | None = None,
    ) -> None:
        self.run = run
        self.patterns = tuple(patterns)
        self.clean = cleaner
        self.outside = tuple(outside)
        self.reader = LogReader()
        self.now = time.time() if now is None else now
        self._roles: dict[str, frozenset[str]] = {}

    @property
    def tasks(self) -> dict[str, TaskState]:
        return self.run.state.tasks

    def facts(self, task: str) -> TaskFacts | None:
        return self._facts.get(task)

    @functools.cached_property
    def _facts(self) -> dict[str, TaskFacts]:
        facts = self.run.facts
        return {task.name: task for task in facts.tasks} if facts is not None else {}

    def roles(self, task: str) -> frozenset[str]:
        """What part of a serving system a task is."""
        if task not in self._roles:
            facts = self.facts(task)
            self._roles[task] = roles_of(facts.base if facts else task, self.script(task))
        return self._roles[task]

    def script(self, task: str) -> str:
        """What the task ran, as far as it is of any use to read it."""
        try:
            with self.run.script(task).open("rb") as file:
                return file.read(200_000).decode("utf-8", "replace")
        except (OSError, ValueError):
            return ""

    def of_role(self, *roles: str) -> list[str]:
        return [task for task in self.tasks if self.roles(task) & set(roles)]

    def layer_of(self, task: str | None) -> Layer:
        """Which layer a task belongs to by its role."""
        roles = self.roles(task) if task is not None else frozenset()
        if roles & set(INFRASTRUCTURE):
            return "infrastructure"
        return "benchmark" if "benchmark" in roles else "orchestration"

    @functools.cached_property
    def failed(self) -> list[TaskState]:
        """The tasks that failed for good, the first one first; that which the run names before all."""
        order = {
            event.task: number
            for number, event in reversed(list(enumerate(self.run.events)))
            if event.state in BAD_STATES
        }
        found = [task for task in self.tasks.values() if task.state in BAD_STATES]
        named = self.run.state.reason
        return sorted(
            found,
            key=lambda task: (
                not named.startswith(f"{task.name} {task.state}: "),
                order.get(task.name, len(order)),
                task.finished or 0.0,
            ),
        )

    def needs(self, task: str) -> list[str]:
        """The tasks that a task waits for, and what these wait for: the nearest first. Without facts, all others that ran."""
        if not self._facts:
            return [name for name, state in self.tasks.items() if name != task and state.started is not None]
        found: dict[str, None] = {}
        todo = [task]
        while todo:
            facts = self._facts.get(todo.pop(0))
            new = [name for name in (facts.after if facts else ()) if name not in found and name != task]
            found.update(dict.fromkeys(new))
            todo += new
        return list(found)

    def relative(self, path: Path) -> str:
        try:
            return str(path.relative_to(self.run.path))
        except ValueError:
            return str(path)

    def evidence(self, piece: Piece, place: int, text: str, around: int = 0) -> Evidence:
        """A line of a log; `around` is what of it must be seen."""
        return Evidence(self.clean(self.relative(piece.path)), piece.line(place), self.clean(text, around))

    def of_event(self, task: TaskState) -> Evidence:
        """The line of events.jsonl that tells the end of a task; its reason."""
        path = self.run.path / "events.jsonl"
        wanted = f'"task":{json.dumps(task.name, ensure_ascii=False)},"state":"{task.state}"'
        return self._of_record(path, wanted, f"{task.name} {task.state}: {task.reason}")

    def of_run(self) -> Evidence:
        """The line of events.jsonl that tells the end of the run; its reason."""
        state = self.run.state
        path = self.run.path / "events.jsonl"
        return self._of_record(path, f'"event":"run","state":"{state.state}"', f"{state.state}: {state.reason}")

    def _of_record(self, path: Path, wanted: str, text: str) -> Evidence:
        for piece in reversed(self.reader.pieces(path)):
            offset = piece.data.rfind(wanted.encode())
            if offset >= 0:
                return Evidence(path.name, piece.line(offset), self.clean(text))
        return Evidence("status.json", None, self.clean(text))

    def end_of_log(self, task: str, count: int = 3) -> tuple[Evidence, ...]:
        """The last words of a task."""
        pieces = self.reader.pieces(self.run.log(task))
        return tuple(self.evidence(pieces[-1], place, text) for place, text in last_lines(pieces, count))
