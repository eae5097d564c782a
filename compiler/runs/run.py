"""A run, read from its directory: what it is made of, what has happened so far, how it stands.

In: the directory, of a run that goes on or is over. Out: Run, which `refresh()` brings up to date. It only reads: no help from
the script, no lock, nothing written; and every file may be missing, incomplete or replaced between two reads.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .events import Event, EventTail
from .facts import Facts, TaskFacts, read_facts
from .shape import MAYBE_NUMBER, MAYBE_TEXT, fits

RUNNING_STATES = frozenset({"RUNNING", "READY"})
GOOD_STATES = frozenset({"COMPLETED", "SKIPPED"})
BAD_STATES = frozenset({"FAILED", "TIMEOUT"})

_STATUS = {
    "state": str,
    "exit_status": (int, type(None)),
    "reason": str,
    "started": MAYBE_NUMBER,
    "updated": MAYBE_NUMBER,
    "job_id": MAYBE_TEXT,
    "host": str,
    "pid": int,
    "tasks": {
        str: {
            "state": str,
            "attempt": int,
            "exit_status": (int, type(None)),
            "started": MAYBE_NUMBER,
            "finished": MAYBE_NUMBER,
            "reason": str,
        }
    },
}


@dataclass(slots=True)
class TaskState:
    """How a task stands. Times are seconds since the epoch; `since` is when it entered its state.

    `probes` is what the last check of each role found that decided nothing: readiness or failure -> (time, text).
    """

    name: str
    state: str = "INITIATED"
    attempt: int = 0
    exit_status: int | None = None
    started: float | None = None
    ready: float | None = None
    finished: float | None = None
    since: float | None = None
    reason: str = ""
    probes: dict[str, tuple[float, str]] = field(default_factory=dict)


@dataclass(slots=True)
class RunState:
    """`state` is empty as long as nothing is known."""

    state: str = ""
    exit_status: int | None = None
    reason: str = ""
    started: float | None = None
    finished: float | None = None
    updated: float | None = None
    job_id: str | None = None
    host: str = ""
    pid: int = 0
    tasks: dict[str, TaskState] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)


class Run:
    """`path` is the run's directory; what it holds is read by `refresh()`, which __init__ calls once.

    `facts_of` are those of each task.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.facts: Facts | None = None
        self.facts_of: dict[str, TaskFacts] = {}
        self.events: list[Event] = []
        self.state = RunState()
        self._tail = EventTail(path / "events.jsonl")
        self._seen: dict[str, tuple[int, int, int]] = {}
        self.refresh()

    @property
    def bad_lines(self) -> int:
        """How many lines of events.jsonl are no events."""
        return self._tail.bad

    @property
    def name(self) -> str:
        """The run's id, which is its directory's name."""
        return self.path.resolve().name

    def refresh(self) -> bool:
        """Reads what is new. True when anything is."""
        changed = False
        if self._changed("run.json"):
            facts = read_facts(self.path)
            if facts is None:
                self._seen.pop("run.json", None)  # in pieces: next time
            elif facts != self.facts:
                self.facts = facts
                self.facts_of = {task.name: task for task in facts.tasks}
                self.state.host = self.state.host or _spelt(str(facts.host.get("name", "")))
                self.state.job_id = self.state.job_id or (facts.slurm or {}).get("job_id")
                changed = True
                self._order()
        if self._changed("events.jsonl"):
            changed = self._read_events() or changed
        if self._changed("status.json"):
            changed = self._supplement() or changed
        return changed

    def log(self, task: str) -> Path:
        """What the task printed."""
        return self.path / task / f"{task}.log"

    def script(self, task: str) -> Path:
        """What bash or Python ran for the task; it is there once the task has started."""
        return self.path / task / f"{task}.sh"

    def outputs(self, task: str) -> dict[str, Any] | None:
        """What was read from the task's log; None when there is nothing to be had."""
        try:
            value = json.loads((self.path / task / "outputs.json").read_text("utf-8", "replace"))
        except (OSError, ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def alive(self) -> bool | None:
        """Whether the run's script is still there. None when that cannot be seen from this host."""
        if self.state.state != "RUNNING":
            return False
        if not self.state.pid or self.state.host != host_name():
            return None
        try:
            words = Path(f"/proc/{self.state.pid}/cmdline").read_bytes()
        except OSError:
            return False
        return b"bash" in words or b".sh" in words

    def _changed(self, name: str) -> bool:
        """Whether the file may hold something else than when this was last asked."""
        try:  # a file is opened, since of one that is not a network file system's client may tell what it knew a minute ago
            handle = os.open(self.path / name, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            found = os.fstat(handle)
        finally:
            os.close(handle)
        mark = (found.st_ino, found.st_size, found.st_mtime_ns)
        if self._seen.get(name) == mark:
            return False
        self._seen[name] = mark
        return True

    def _read_events(self) -> bool:
        """Applies what is new."""
        restarts = self._tail.restarts
        new = self._tail.read()
        if self._tail.restarts != restarts:
            self.events, self.state.tasks = [], {}
            self._order()
        if self._tail.offset != self._seen["events.jsonl"][1]:
            self._seen.pop("events.jsonl")  # less could be read than should be there, or more: next time
        self.events += new
        for event in new:
            self._apply(event)
        return bool(new)

    def _order(self) -> None:
        """Tasks in the order of the plan, those without an event too."""
        known = self.state.tasks
        planned = self.facts.tasks if self.facts else ()
        self.state.tasks = {task.name: known.pop(task.name, TaskState(task.name)) for task in planned} | known

    def _apply(self, event: Event) -> None:
        if event.event == "run":
            self._apply_run(event)
        elif event.event == "state":
            self._apply_state(event)
        elif event.event == "probe":
            self._task(event.task).probes[event.probe] = (event.time, event.found)

    def _apply_run(self, event: Event) -> None:
        state = self.state
        if event.state == "RUNNING":  # also of a run that is resumed
            state.started, state.pid = event.time, event.pid
            state.finished, state.exit_status, state.reason = None, None, ""
        else:
            state.finished, state.exit_status, state.reason = event.time, event.exit_status, event.reason
        state.state = event.state

    def _apply_state(self, event: Event) -> None:
        task = self._task(event.task)
        if event.state == "RUNNING":
            task.started, task.ready, task.finished = event.time, None, None
            task.probes = {}
        elif event.state == "READY":
            task.ready = event.time
        elif event.state != "INITIATED" and task.started is not None and task.finished is None:
            task.finished = event.time
        task.state, task.attempt, task.since = event.state, event.attempt, event.time
        task.exit_status, task.reason = event.exit_status, event.reason

    def _task(self, name: str) -> TaskState:
        return self.state.tasks.setdefault(name, TaskState(name))

    def _supplement(self) -> bool:
        """What only status.json knows, and all that it says where there are no events."""
        try:
            value = json.loads((self.path / "status.json").read_text("utf-8", "replace"))
            if not fits(value, _STATUS) or not fits(value.get("overrides", {}), {str: str}):
                raise ValueError("no status")
            tasks = value["tasks"].items()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._seen.pop("status.json", None)  # in pieces: next time
            return False
        state = self.state
        before = (state.job_id, state.host, state.pid, state.updated)
        state.job_id, state.host, state.pid = value.get("job_id"), value.get("host", ""), value.get("pid", 0)
        state.updated, state.overrides = value.get("updated"), value.get("overrides", {})
        for name, row in tasks:
            task = self._task(name)
            if not self.events:
                task.state, task.attempt, task.exit_status = row["state"], row["attempt"], row["exit_status"]
                task.started, task.finished, task.reason = row["started"], row["finished"], row["reason"]
                task.since = task.finished or task.started
        if not self.events:
            state.state, state.exit_status, state.reason = value["state"], value["exit_status"], value["reason"]
            state.started = value["started"]
            state.finished = state.updated if state.state != "RUNNING" else None
        return before != (state.job_id, state.host, state.pid, state.updated)


def host_name() -> str:
    """This host, spelt as status.json spells one."""
    return _spelt(socket.gethostname())


def _spelt(host: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in host)
