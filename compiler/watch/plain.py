"""What happens, line by line, for where there is no terminal.

In: a Subject. Out: a line for each event, until the run is over.

    03:14:27  server  RUNNING
    03:14:28  server  probe      readiness: HTTP 503
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable

from ..runs.events import Event
from ..runs.standing import LOST
from .subject import Subject

_LOOK = 0.25
_GRACE = 5.0
"""Seconds on top of the grace that a script's watchdog takes to write down the end of a script that was killed."""


class Follower:
    """Prints through `say`."""

    def __init__(self, subject: Subject, say: Callable[[str], None]) -> None:
        self.subject, self.say = subject, say
        self._printed = 0
        self._lost_since: float | None = None
        self._waiting = ""

    def follow(self) -> None:
        """Returns when the run is over, or lost for good."""
        while not self.look():
            time.sleep(_LOOK)

    def look(self) -> bool:
        """Prints what is new. True when nothing more can come."""
        self.subject.refresh()
        run = self.subject.run
        if run is None:
            if self.subject.waiting != self._waiting:
                self._waiting = self.subject.waiting
                self.say(f"waiting: {self.subject.shown(self._waiting)}")
            return False
        if len(run.events) < self._printed:  # the file was begun anew
            self._printed = 0
        for text in self._lines(run.events[self._printed :]):
            self.say(text)
        self._printed = len(run.events)
        if self.subject.how.state == LOST:
            return self._lost(run.facts.grace if run.facts else 0.0)
        self._lost_since = None
        return not self.subject.goes_on

    def _lost(self, grace: float) -> bool:
        """What was killed has a watchdog that writes down the end a little later."""
        now = time.monotonic()
        if self._lost_since is None:
            self._lost_since = now
        if now - self._lost_since < grace + _GRACE:
            return False
        self.say(f"{_clock(time.time())}  LOST: {self.subject.shown(self.subject.how.note)}")
        return True

    def _lines(self, events: Iterable[Event]) -> Iterable[str]:
        run = self.subject.run
        assert run is not None
        names = [*run.state.tasks, *self.subject.downloads]
        wide = min(40, max((len(name) for name in names), default=0))
        for event in events:
            name, word, text = _words(event, run.facts.workflow if run.facts else run.name)
            line = f"{_clock(event.time)}  {self.subject.shown(name):{wide}}  {self.subject.shown(word):9}  "
            yield f"{line}{self.subject.shown(text)}".rstrip()


def _words(event: Event, workflow: str) -> tuple[str, str, str]:
    """Whose event it is, its word and what there is to say."""
    if event.event == "run":
        status = f"exit status {event.exit_status}" if event.exit_status else ""
        return workflow, event.state, ": ".join(filter(None, (status, event.reason)))
    if event.event == "probe":
        return event.task, "probe", f"{event.probe}: {event.found}"
    if event.event == "artifact":
        return event.artifact, event.state, event.reason
    again = f"attempt {event.attempt}" if event.attempt > 1 and event.state == "RUNNING" else ""
    return event.task, event.state, again or event.reason


def _clock(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment).strftime("%H:%M:%S")
