"""`sflowc run --tui`: a script that runs under the dashboard.

In: the command that runs the script. Out: its exit status: 128 + N when signal N ended it. The script is in a session of its own:
what the terminal sends comes here, and is handed on once. What it prints goes to a file, and from there to the terminal when the
dashboard is closed.
"""

from __future__ import annotations

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
        with console.open("wb") as out:
            script = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            _show(script, console, signals)
        except Exception:  # the run is worth more than its picture
            traceback.print_exc()
        return _print(script, console, signals)


def _show(script: subprocess.Popen[bytes], console: Path, signals: Signals) -> None:
    """The dashboard, until the script has ended or the reader has closed it."""

    def hand_on(came: signal.Signals) -> bool:
        script.send_signal(came)
        return came == signal.SIGHUP  # the terminal has gone

    def find() -> Path | None:
        found = _DIRECTORY.search(console.read_text("utf-8", "replace"))
        return Path(found[1]) if found else None

    def waiting() -> str:
        return console.read_text("utf-8", "replace").strip().rpartition("\n")[2]

    Dashboard(
        Subject(find, waiting),
        colour=wants_colour(sys.stdout),
        leaving=_LEAVING,
        on_signal=hand_on,
        over=lambda: script.poll() is not None,
    ).run(sys.stdin.fileno(), sys.stdout.fileno(), signals)


def _print(script: subprocess.Popen[bytes], console: Path, signals: Signals) -> int:
    """What the script has printed and still prints, until it has ended."""
    terminal = True
    with console.open("rb") as text:
        while True:
            over = script.poll() is not None
            terminal = terminal and _printed(text.read())
            if over:
                return script.returncode if script.returncode >= 0 else 128 - script.returncode
            select.select([signals.wake], [], [], _LOOK)
            for came in signals.take():
                if came in ENDING:
                    script.send_signal(came)
                elif came == signal.SIGTSTP:
                    os.kill(os.getpid(), signal.SIGSTOP)


def _printed(data: bytes) -> bool:
    """False when the terminal has gone: the script goes on to its end all the same."""
    try:
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]
    except OSError:
        return False
    return True
