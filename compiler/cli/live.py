"""`sflowc run --tui`: a script that runs under the dashboard.

In: the command that runs the script. Out: its exit status: 128 + N when signal N ended it. The script is in a session of its own:
what the terminal sends comes here, and is handed on once. What it prints goes to a file, and from there to the terminal when the
dashboard is closed.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from ..watch.dashboard import ENDING, SIGNALS, Dashboard
from ..watch.signals import Signals
from ..watch.subject import Subject
from .inputs import wants_colour

_DIRECTORY = re.compile(r"^\S+  .*: \d+ of \d+ tasks to run, in (/.*)$", re.MULTILINE)
"""The line of a script that says where its run is."""
_LEAVING = "close this; the run goes on, as without --tui"
_LOOK = 0.2


def run_live(words: Sequence[str], console: Path) -> int:
    """`console` is the file that takes what the script prints."""
    with Signals(*SIGNALS) as signals:
        script = Script(words, console)
        try:
            script.show(signals)
        except Exception:  # the run is worth more than its picture
            traceback.print_exc()
        return script.print(signals)


class Script:
    """The script that runs, or salloc, which waits until it can."""

    def __init__(self, words: Sequence[str], console: Path) -> None:
        self.console = console
        with console.open("wb") as out:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.subject = Subject(self._find, self._last_line)

    def show(self, signals: Signals) -> None:
        """The dashboard, until the script has ended or the reader has closed it."""
        Dashboard(
            self.subject,
            colour=wants_colour(sys.stdout),
            leaving=_LEAVING,
            on_signal=self._came,
            over=lambda: self.process.poll() is not None,
        ).run(sys.stdin.fileno(), sys.stdout.fileno(), signals)

    def print(self, signals: Signals) -> int:
        """What the script has printed and still prints, until it has ended; its exit status."""
        terminal = True
        with self.console.open("rb") as text:
            while True:
                over = self.process.poll() is not None
                terminal = terminal and _printed(text.read())
                if over:
                    return self.process.returncode if self.process.returncode >= 0 else 128 - self.process.returncode
                select.select([signals.wake], [], [], _LOOK)
                for came in signals.take():
                    if came in ENDING:
                        self._came(came)
                    elif came == signal.SIGTSTP:
                        os.kill(os.getpid(), signal.SIGSTOP)

    def _came(self, came: signal.Signals) -> bool:
        """Hands a signal on; whether the dashboard is of no use any more."""
        self.subject.refresh()
        run = self.subject.run
        if run is not None and run.alive():  # not by way of salloc, which would give the nodes back at once
            with contextlib.suppress(ProcessLookupError):
                os.kill(run.state.pid, came)
        else:
            self.process.send_signal(came)
        return came == signal.SIGHUP  # the terminal has gone

    def _find(self) -> Path | None:
        found = _DIRECTORY.search(self.console.read_text("utf-8", "replace"))
        return Path(found[1]) if found else None

    def _last_line(self) -> str:
        return self.console.read_text("utf-8", "replace").strip().rpartition("\n")[2]


def _printed(data: bytes) -> bool:
    """False when the terminal has gone: the script goes on to its end all the same."""
    try:
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]
    except OSError:
        return False
    return True
