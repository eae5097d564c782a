"""What happened to each task, attempt by attempt; Run.state only knows how things stand now.

In: the events of a run. Out: History: since when the script runs, the attempts of every task, downloads. After a requeue or a
resume a run has several starts.

    history(run.events).attempts["client"][0].ready
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .events import Event

LOST = "LOST"
"""The end of an attempt that nobody has seen."""


@dataclass(slots=True)
class Attempt:
    """From RUNNING to what ended it. `state` is that of the task when it ended: INITIATED when another attempt follows, LOST."""

    number: int
    started: float
    ready: float | None = None
    ended: float | None = None
    state: str = "RUNNING"
    exit_status: int | None = None
    reason: str = ""
    probes: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Download:
    """A download of the run."""

    name: str
    started: float
    ended: float | None = None
    state: str = "FETCHING"
    reason: str = ""


@dataclass(slots=True)
class History:
    """Times are seconds since the epoch; `last` is that of the last event. `starts` has more than one entry after a resume."""

    starts: list[float] = field(default_factory=list)
    last: float | None = None
    attempts: dict[str, list[Attempt]] = field(default_factory=dict)
    changes: dict[str, list[Event]] = field(default_factory=dict)
    """Every event of a task, in order."""
    downloads: list[Download] = field(default_factory=list)


def history(events: Iterable[Event]) -> History:
    """The events, sorted out."""
    found = History()
    for event in events:
        if event.event == "run" and event.state == "RUNNING":
            _begun(found, event)
        elif event.event == "artifact":
            _fetched(found.downloads, event)
        elif event.event in ("state", "probe"):
            found.changes.setdefault(event.task, []).append(event)
            _happened(found.attempts.setdefault(event.task, []), event)
        found.last = event.time if found.last is None else max(found.last, event.time)
    return found


def _begun(found: History, event: Event) -> None:
    """What the script was still busy with when it was here before has ended with it, or soon after its last event."""
    found.starts.append(event.time)
    for attempts in found.attempts.values():
        if attempts and attempts[-1].ended is None:
            attempts[-1].ended, attempts[-1].state, attempts[-1].reason = found.last, LOST, "the script was gone"


def _happened(attempts: list[Attempt], event: Event) -> None:
    if event.event == "state" and event.state == "RUNNING":
        attempts.append(Attempt(event.attempt, event.time))
        return
    current = attempts[-1] if attempts and attempts[-1].ended is None else None
    if current is None:  # it never started, or this comes late
        return
    if event.event == "probe":
        current.probes.append(event)
    elif event.state == "READY":
        current.ready, current.state = event.time, "READY"
    else:
        current.ended, current.state = event.time, event.state
        current.exit_status, current.reason = event.exit_status, event.reason


def _fetched(downloads: list[Download], event: Event) -> None:
    if event.state == "FETCHING":
        downloads.append(Download(event.artifact, event.time))
        return
    for download in reversed(downloads):
        if download.name == event.artifact and download.ended is None:
            download.ended, download.state, download.reason = event.time, event.state, event.reason
            return
