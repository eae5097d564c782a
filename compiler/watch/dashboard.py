"""The dashboard: one loop that waits for keys, signals and the next look at the files, and draws when something is new.

In: a Subject. Out: the terminal shows it until the key q, a signal, or until what is watched is over; then the terminal is as it
was before. Nothing is asked of the run's script and nothing is written.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable

from .frame import Frame, Screen
from .keys import Keys
from .log_pane import wanted
from .signals import Signals
from .subject import Subject
from .tails import Tails
from .terminal import Terminal
from .view import View

_LOOK, _LOOK_SELDOM = 0.25, 1.0
"""Seconds between two looks at the files of a run that goes on, and of one that is over."""
_ESCAPE = 0.05
"""Seconds after which an escape that nothing follows was the key."""
ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
SIGNALS = (*ENDING, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCHLD)
"""What the dashboard waits for."""


class Dashboard:
    """`on_signal` is what to do with a signal: whether it ends the dashboard. `over` is asked at every look."""

    def __init__(
        self,
        subject: Subject,
        *,
        colour: bool = True,
        leaving: str = "quit; the run goes on",
        on_signal: Callable[[signal.Signals], bool] = lambda _: True,
        over: Callable[[], bool] = lambda: False,
    ) -> None:
        self.subject, self.colour, self.on_signal, self.over = subject, colour, on_signal, over
        self.view, self.tails = View(), Tails()
        self.screen = Screen(subject, self.view, self.tails, leaving=leaving)
        self.keys = Keys()
        self.shown = Frame([], [], 1)
        self._second = 0
        self._next = 0.0

    def run(self, keyboard: int, screen: int, signals: Signals) -> signal.Signals | None:
        """The signal that ended it; None when it was the key, or when it was over. `signals` are SIGNALS."""

        def stop() -> bool:
            return any(each in signals for each in ENDING)

        with Terminal(keyboard, screen, colour=self.colour, stop=stop) as terminal:
            return self._loop(terminal, signals)

    def _loop(self, terminal: Terminal, signals: Signals) -> signal.Signals | None:
        fresh = True
        while True:
            for came in signals.take():
                if came == signal.SIGTSTP:
                    self._pause(terminal)
                elif came in ENDING and self.on_signal(came):
                    return came
                fresh = fresh or came in (signal.SIGWINCH, signal.SIGTSTP)
            fresh = self._look() or fresh
            if self.over():
                return None
            if fresh:
                self._draw(terminal)
            pressed = self._wait(terminal, signals)
            if pressed is None:
                return signal.SIGHUP
            for key in pressed:
                if not self._press(key, terminal):
                    return None
            fresh = bool(pressed)

    def _look(self) -> bool:
        """At the files, when it is time; at the clock, which the screen shows as long as the run goes on."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + (_LOOK if self.subject.goes_on else _LOOK_SELDOM)
        changed = self.subject.refresh()
        restless = self.tails.restless
        if self.subject.run is not None:
            changed = self._read_logs() or changed or restless
        second, self._second = self._second, int(time.time())
        return changed or (second != self._second and self.subject.goes_on)

    def _read_logs(self) -> bool:
        assert self.subject.run is not None
        key, names = wanted(self.view, self.shown.rows)
        return self.tails.refresh(self.subject.run, key, names, self.subject.masker.masked)

    def _draw(self, terminal: Terminal) -> None:
        """Twice when the first shows that other logs are wanted."""
        columns, lines = terminal.size()
        before = self.view.index(self.shown.rows)
        self.shown = self.screen.frame(columns, lines, time.time())
        self.view.settle(self.shown.rows, before)
        if self.subject.run is not None and self._read_logs():
            self.shown = self.screen.frame(columns, lines, time.time())
        terminal.draw(self.shown.lines, columns)

    def _press(self, key: str, terminal: Terminal) -> bool:
        if key == "redraw":
            terminal.forget()
            return True
        return self.view.press(key, self.shown.rows, self.shown.page)

    def _wait(self, terminal: Terminal, signals: Signals) -> list[str] | None:
        """What was typed; nothing when a signal came or it is time for a look; None when the terminal has gone."""
        seconds = _ESCAPE if self.keys.waiting else max(0.0, self._next - time.monotonic())
        ready = select.select([terminal.keyboard, signals.wake], [], [], seconds)[0]
        if terminal.keyboard in ready:
            try:
                data = os.read(terminal.keyboard, 1024)
            except OSError:
                data = b""
            return self.keys.feed(data) if data else None
        return self.keys.flush() if self.keys.waiting and not ready else []

    def _pause(self, terminal: Terminal) -> None:
        """Ctrl-Z: the terminal is the shell's until somebody says fg."""
        terminal.leave()
        os.kill(os.getpid(), signal.SIGSTOP)
        terminal.enter()
