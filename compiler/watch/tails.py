"""The ends of logs, read as they grow: one task's, or several interleaved as their lines come.

In: which logs to show, and how tasks stand. Out: lines, each with its task. However large a log is, however fast it grows and
however many there are, what is read at once and what is kept have a bound.
"""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.segment import Segment

from ..runs.run import RUNNING_STATES, Run, TaskState
from .lines import MOST, shown

KEPT = 1000
"""Lines that can be scrolled back."""
_WINDOW = 1 << 18
"""Bytes of a log that are read at once; of what has come since the last time, those before the last so many are left out."""
_FIRST = 40
"""So many logs are read when all are wanted: those that started last."""
_REST = 1.0
"""Seconds after which the beginning of a line is shown although it has no end."""
_WHILE = 10.0
"""Seconds for which a network file system may hold back what a task printed last."""
_FEW, _PAUSE = 8, 1.0
"""More logs than a few are looked at once a second only."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a log, and whose it is."""

    task: str
    segments: list[Segment]


class Tail:
    """One log. `rest` is the beginning of a line that has no end yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rest = b""
        self.modified = 0.0
        self._offset: int | None = None

    def read(self) -> list[bytes]:
        """The lines that are new; at first the last ones. A log that has become shorter is read anew."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would be waited for
        except OSError:
            return []
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size == self._offset:
                return []
            self.modified = found.st_mtime
            return self._lines(handle, found.st_size)
        except OSError:
            return []
        finally:
            os.close(handle)

    def _lines(self, handle: int, size: int) -> list[bytes]:
        begin = self._offset
        if begin is None or size < begin or size - begin > _WINDOW:
            self.rest = b""
            begin = max(0, size - _WINDOW)
        cut = begin > 0 and begin != self._offset
        data = os.pread(handle, size - begin, begin).rstrip(b"\0")  # not there yet, on a network file system
        self._offset = begin + len(data)
        if cut and b"\n" in data:
            data = data.partition(b"\n")[2]
        *lines, rest = (self.rest + data).split(b"\n")
        self.rest = rest[-_WINDOW:]
        return lines[-KEPT:]


class Tails:
    """What the pane of logs shows. `lines` are the kept ones, the oldest first."""

    def __init__(self) -> None:
        self._begin("")

    def _begin(self, key: str) -> None:
        self.lines: deque[LogLine] = deque(maxlen=KEPT)
        self.several = False
        self._key = key
        self._tails: dict[str, Tail] = {}
        self._left_out: set[str] = set()
        self._grown: dict[str, float] = {}
        self._next = 0.0

    def refresh(self, run: Run, key: str, names: Sequence[str], mask: Callable[[str], str]) -> bool:
        """`key` says what is wanted, `names` are the tasks of that by now. True when there is something new to see."""
        changed = key != self._key
        if changed:
            self._begin(key)
        self.several = len(names) > 1
        now = time.monotonic()
        if len(self._tails) > _FEW and now < self._next:
            return False
        self._next = now + _PAUSE
        tasks = [run.state.tasks[name] for name in names if name in run.state.tasks and _is_ours(name)]
        for task in tasks:
            changed = self._read_on(task, mask, now) or changed
        fresh = self._add(run, [task for task in tasks if task.started is not None or not self.several])
        for _, name, lines in sorted(fresh):
            self._keep(name, lines, mask)
        return changed or bool(fresh)

    def partial(self, mask: Callable[[str], str]) -> list[LogLine]:
        """Lines without an end: their last word may be half a secret, and waits until it has rested."""
        out = []
        for name, tail in self._tails.items():
            rest = tail.rest
            if len(rest) > MOST:
                rest = _from_next_word(rest[-MOST:])
            if rest and time.monotonic() - self._grown.get(name, 0.0) < _REST:
                rest = rest[: max(rest.rfind(b" "), rest.rfind(b"\r"), 0)]
            if rest.strip():
                out.append(LogLine(name, shown(rest, mask)))
        return out

    @property
    def restless(self) -> bool:
        """Whether a line without an end will be shown as it is in a moment."""
        now = time.monotonic()
        return any(tail.rest and now - self._grown.get(name, 0.0) < _REST + 0.5 for name, tail in self._tails.items())

    def _add(self, run: Run, tasks: Iterable[TaskState]) -> list[tuple[float, str, list[bytes]]]:
        """Begins with the logs that are not read yet: of many, with the last lines of those that started last."""
        new = [task for task in tasks if task.name not in self._tails and not self._is_left_out(task)]
        new.sort(key=lambda task: -(task.started or 0))
        if not self._tails:
            self._left_out = {task.name for task in new[_FIRST:] if task.state not in RUNNING_STATES}
            new = [task for task in new if task.name not in self._left_out]
        fresh = []
        for task in new:
            tail = self._tails[task.name] = Tail(run.log(task.name))
            lines = tail.read()[-max(KEPT // len(new), 10) :]
            fresh.append((tail.modified, task.name, lines))
            self._grown[task.name] = time.monotonic() if time.time() - tail.modified < _REST else 0.0
        return fresh

    def _read_on(self, task: TaskState, mask: Callable[[str], str], now: float) -> bool:
        """A log among others is read no more when its task has been over for a while."""
        tail = self._tails.get(task.name)
        if tail is None or self._is_left_out(task):
            return False
        rest = tail.rest
        lines = tail.read()
        self._keep(task.name, lines, mask)
        if lines or tail.rest != rest:
            self._grown[task.name] = now
            return True
        if task.state not in RUNNING_STATES and self.several and now - self._grown.get(task.name, 0.0) > _WHILE:
            self._left_out.add(task.name)
        return False

    def _is_left_out(self, task: TaskState) -> bool:
        """Unless it has started once more."""
        if task.state in RUNNING_STATES:
            self._left_out.discard(task.name)
        return task.name in self._left_out

    def _keep(self, name: str, lines: Iterable[bytes], mask: Callable[[str], str]) -> None:
        self.lines.extend(LogLine(name, shown(line, mask)) for line in lines)


def _is_ours(name: str) -> bool:
    """Whether the task's log would be in the run's directory."""
    return "/" not in name and name not in ("", ".", "..")


def _from_next_word(data: bytes) -> bytes:
    """Without what may be the end of a secret."""
    ends = [end for end in (data.find(b" "), data.find(b"\r")) if end >= 0]
    return data[min(ends) :] if ends else b""
