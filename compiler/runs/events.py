"""events.jsonl, read as it grows.

In: the file's path. Out: the events that came since the last time. What cannot be read is counted, never an error: the file
may be on a network file system that shows it late or in pieces, and its script may have been killed in the middle of a line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOREVER = 1e11
"""Seconds since the epoch: some thousand years."""


@dataclass(frozen=True, slots=True)
class Event:
    """A line of events.jsonl (schemas/event.schema.json): what does not belong to its kind is empty or None.

    `event` is run, state or probe; `probe` is readiness or failure, and `found` what its check found; `pid` is the script's.
    """

    time: float
    event: str
    task: str = ""
    state: str = ""
    attempt: int = 0
    exit_status: int | None = None
    reason: str = ""
    probe: str = ""
    found: str = ""
    artifact: str = ""
    pid: int = 0


class EventTail:
    """Reads on from where it was, `offset`. `bad` counts lines that are no events, `restarts` how often it had to read all anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bad = 0
        self.offset = 0
        self.restarts = 0
        self._rest = b""

    def read(self) -> list[Event]:
        """What is new; an incomplete last line waits for its end. A file that has become shorter is read anew."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self.offset:
                    self.offset, self.bad, self._rest = 0, 0, b""
                    self.restarts += 1
                file.seek(self.offset)
                data = file.read().rstrip(b"\0")  # a network file system may know of a line before it has it
        except OSError:
            return []
        self.offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [event for event in map(self._event, lines) if event is not None]

    def _event(self, line: bytes) -> Event | None:
        try:
            value = json.loads(line.decode("utf-8", "replace"))
            return _event(value)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            self.bad += 1
            return None


def _event(value: dict[str, Any]) -> Event:
    return Event(
        time=_time(value["time"]),
        event=str(value["event"]),
        task=str(value.get("task", "")),
        state=str(value.get("state", "")),
        attempt=int(value.get("attempt", 0)),
        exit_status=None if value.get("exit_status") is None else int(value["exit_status"]),
        reason=str(value.get("reason", "")),
        probe=str(value.get("probe", "")),
        found=str(value.get("found", "")),
        artifact=str(value.get("artifact", "")),
        pid=int(value.get("pid", 0)),
    )


def _time(value: Any) -> float:
    """Raises ValueError for what no calendar has."""
    moment = float(value)
    if not 0 <= moment < _FOREVER:
        raise ValueError(f"no time: {moment}")
    return moment
