"""What the dashboard says in few words: states, times, what probes found.

In: a task, a reason, a moment. Out: text, and the style of each state.

    brief("matches in the log: 3 of 8") == "log 3/8"
"""

from __future__ import annotations

import datetime
import re

from rich.style import Style

from ..render.runs import ONLY_HOW_LONG, STYLES
from ..runs.run import Run, TaskState

DIM, BOLD, PLAIN = Style(dim=True), Style(bold=True), Style()
ERROR, WARNING = Style(color="red", bold=True), Style(color="yellow", bold=True)
_STYLES = {
    "error": ERROR,
    "warning": WARNING,
    "note": Style(color="cyan", bold=True),
    "ready": Style(color="green"),
    "dim": DIM,
}
_PREFIXES = tuple(Style(color=name) for name in ("cyan", "yellow", "magenta", "blue", "green", "bright_cyan"))
_BRIEF = (
    (re.compile(r"matches in the log: (\d+) of (\d+)"), r"log \1/\2"),
    (re.compile(r"HTTP (\d+), but the body is not what is expected"), r"http \1, body differs"),
    (re.compile(r"HTTP (\d+)"), r"http \1"),
    (re.compile(r"no HTTP answer"), "http: no answer"),
    (re.compile(r".*:(\d+) is closed"), r"port \1 closed"),
    (re.compile(r"the file is not there"), "no file yet"),
    (re.compile(r"exit status (\d+)"), r"exec: status \1"),
)
_DAY = 86400


def state_style(state: str) -> Style:
    """As `sflowc status` paints it."""
    return _STYLES[STYLES.get(state, "dim")]


def prefix_style(number: int) -> Style:
    """The colour of a task's name before its lines, among those of others."""
    return _PREFIXES[number % len(_PREFIXES)]


def brief(found: str) -> str:
    """What a probe's check found, in a few words."""
    for pattern, short in _BRIEF:
        whole = pattern.fullmatch(found)
        if whole:
            return whole.expand(short)
    return found


def since(moment: float | None, now: float) -> str:
    """The time of day here, with the day before it when it is another one."""
    if moment is None:
        return ""
    try:
        then, today = datetime.datetime.fromtimestamp(moment), datetime.datetime.fromtimestamp(now)
    except (ValueError, OverflowError, OSError):
        return "?"  # no time that a calendar has
    return then.strftime("%H:%M:%S" if then.date() == today.date() else "%d %b %H:%M")


def remark(run: Run, task: TaskState) -> str:
    """What a task's probe found last while it starts; else the reason of its state."""
    if task.state in ("RUNNING", "READY"):
        parts = []
        if task.state == "RUNNING" and _probed(run, task.name):
            found = task.probes.get("readiness")
            parts.append(brief(found[1]) if found else "not ready")
        failing = task.probes.get("failure")
        if failing:
            parts.append(f"failure probe: {brief(failing[1])}")
        return ", ".join(parts)
    return "" if ONLY_HOW_LONG.fullmatch(task.reason) else task.reason


def _probed(run: Run, name: str) -> bool:
    mine = run.facts_of.get(name)
    return mine is not None and any(probe.role == "readiness" for probe in mine.probes)
