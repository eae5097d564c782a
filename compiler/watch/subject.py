"""What is watched: a run that may not be there yet, that goes on, or that is over.

In: how to find its directory, and what to say until it is there. Out: Subject, which `refresh()` brings up to date: the run, how it
stands, what masks its secrets, its downloads. Slurm, which may take seconds for an answer, is asked beside it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..runs.facts import Facts
from ..runs.run import Run
from ..runs.secrets import Masker
from ..runs.standing import UNKNOWN, Standing, job_state, standing
from .lines import harmless

_ASK_EVERY = 30.0
"""Seconds between two questions to Slurm, whose controller is everybody's."""


class Slurm:
    """What Slurm last said of a job; never waits for it."""

    def __init__(self, ask: Callable[[str], str | None] = job_state) -> None:
        self._ask = ask
        self._said: str | None = None
        self._next = 0.0
        self._asking: threading.Thread | None = None

    def state(self, job: str) -> str | None:
        """None as long as nothing is known."""
        if (self._asking is None or not self._asking.is_alive()) and time.monotonic() >= self._next:
            self._next = time.monotonic() + _ASK_EVERY
            self._asking = threading.Thread(target=self._question, args=(job,), daemon=True)
            self._asking.start()
        return self._said

    def _question(self, job: str) -> None:
        self._said = self._ask(job)


class Subject:
    """`run` is None until it is found; `waiting` is what to say until then."""

    def __init__(
        self,
        find: Callable[[], Path | None],
        waiting: Callable[[], str] = lambda: "",
        *,
        ask: Callable[[str], str | None] = job_state,
    ) -> None:
        self.run: Run | None = None
        self.how = Standing(UNKNOWN)
        self.downloads: dict[str, str] = {}
        self.waiting = ""
        self.masker = Masker(())
        self._find, self._waiting = find, waiting
        self._slurm = Slurm(ask)
        self._masked_for: Facts | None = None
        self._events = 0

    def refresh(self) -> bool:
        """Reads what is new. True when anything is."""
        if self.run is None:
            path = self._find()
            if path is None:
                before, self.waiting = self.waiting, self._waiting()
                return before != self.waiting
            self.run = Run(path)
            self.masker = Masker.of(self.run, os.environ)
            changed = True
        else:
            changed = self.run.refresh()
        if self.run.facts is not self._masked_for:
            self._masked_for = self.run.facts
            self.masker = Masker.of(self.run, os.environ)
        how = standing(self.run, ask=self._slurm.state)
        changed = changed or how != self.how
        self.how = how
        if changed:
            self._note_downloads(self.run)
        return changed

    @property
    def goes_on(self) -> bool:
        """Whether there is more to come, as far as that is known."""
        return self.run is None or self.how.state in ("RUNNING", UNKNOWN)

    def shown(self, text: str) -> str:
        """Text of the run as it may be printed in a line: without secrets, and without what could steer the terminal."""
        return harmless(self.masker.masked(text.replace("\n", " ")))

    def _note_downloads(self, run: Run) -> None:
        if self._events > len(run.events):
            self._events, self.downloads = 0, {}
        for event in run.events[self._events :]:
            if event.event == "artifact":
                self.downloads[event.artifact] = event.state
        self._events = len(run.events)
