"""When which task did what, as bars: templates/html/timeline.html.j2 draws them, a picture of its own (SVG) in each row.

In: a run's tasks and their history. Out: Timeline; places and widths are percentages of the time that is shown, so that a
picture fits any width without its text being stretched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..runs.history import LOST, Attempt, Download, History
from ..runs.run import BAD_STATES, TaskState
from .runs import took

Mask = Callable[[str], str]
_STEPS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14400,
    21600,
    43200,
)
_DAY = 86400
_MOST_TICKS = 6
_THINNEST = 0.25
"""Percent: so short a bar can still be seen."""
_NEAREST = 1.0
"""Percent: marks that are closer together than that are one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`kind`: wait, starting, ready, running, retry or fetch; a bar that ended badly has ` bad` behind."""

    kind: str
    x: str
    width: str
    says: str


@dataclass(frozen=True, slots=True)
class Moment:
    """`kind`: readiness or failure, what a probe found; ready."""

    kind: str
    x: str
    says: str


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """`id` is that of the task's details, empty for a download."""

    id: str
    name: str
    state: str
    took: str
    says: str
    bars: tuple[Bar, ...]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A task to be drawn: the id of its details, what it waits for, and whether a probe says that it is ready."""

    id: str
    task: TaskState
    after: Sequence[str]
    probed: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis."""

    x: str
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture."""

    step: str
    ticks: tuple[Tick, ...]
    rows: tuple[TimelineRow, ...]


class Scale:
    """Moments as percentages of the time from `begin` to `end`."""

    def __init__(self, begin: float, end: float, mask: Mask) -> None:
        self.begin, self.end, self.mask = begin, max(end, begin + 0.001), mask

    def place(self, moment: float) -> float:
        return min(100.0, max(0.0, (moment - self.begin) / (self.end - self.begin) * 100))

    def bar(self, kind: str, begin: float, end: float, says: str) -> Bar:
        at = min(self.place(begin), 100 - _THINNEST)
        return Bar(kind, _percent(at), _percent(max(self.place(end) - at, _THINNEST)), self.mask(says))


def timeline(lines: Sequence[Line], past: History, begin: float, end: float, mask: Mask = str) -> Timeline:
    """From `begin` to `end`; what ended before that is not shown. `mask` takes secrets out of reasons."""
    scale = Scale(begin, end, mask)
    rows = [_fetch_row(download, scale) for download in past.downloads if (download.ended or end) >= begin]
    for line in lines:
        attempts = [each for each in past.attempts.get(line.task.name, []) if (each.ended or end) > begin]
        rows.append(_row(line, attempts, scale))
    step = _step(scale.end - begin)
    ticks = tuple(_ticks(scale, step))
    return Timeline(_percent(step / (scale.end - begin) * 100), ticks, tuple(rows))


def _row(line: Line, attempts: Sequence[Attempt], scale: Scale) -> TimelineRow:
    task, bars = line.task, list[Bar]()
    waited_until = attempts[0].started if attempts else task.since or scale.end
    if waited_until > scale.begin and task.state != "SKIPPED":
        who = f" for {_listed(line.after)}" if line.after else ""
        bars.append(scale.bar("wait", scale.begin, waited_until, f"waited {took(waited_until - scale.begin)}{who}"))
    for number, attempt in enumerate(attempts):
        if number and (before := attempts[number - 1].ended) is not None:
            says = f"{took(attempt.started - before)} until attempt {attempt.number}"
            bars.append(scale.bar("retry", before, attempt.started, says))
        bars += _attempt_bars(attempt, scale, probed=line.probed, many=len(attempts) > 1)
    return TimelineRow(
        line.id,
        task.name,
        task.state,
        _time_of(attempts, scale.end),
        f"{task.name}: {task.state}; {'; '.join(bar.says for bar in bars) or 'nothing to show'}",
        tuple(bars),
        tuple(_moments(attempts, scale)),
    )


def _time_of(attempts: Sequence[Attempt], end: float) -> str:
    """From its first start to its end."""
    return took((attempts[-1].ended or end) - attempts[0].started) if attempts else ""


def _attempt_bars(attempt: Attempt, scale: Scale, *, probed: bool, many: bool) -> Iterable[Bar]:
    ended = scale.end if attempt.ended is None else attempt.ended
    name = f"attempt {attempt.number}, " if many else ""
    outcome = style = ""
    if attempt.ended is not None and attempt.state in (*BAD_STATES, "INITIATED", "CANCELLED", LOST):
        style = " cut" if attempt.state in ("CANCELLED", LOST) else " bad"
        outcome = f", {attempt.reason or attempt.state}"
    if attempt.ready is not None:
        starting = took(attempt.ready - attempt.started)
        yield scale.bar("starting", attempt.started, attempt.ready, f"{name}starting for {starting}")
        yield scale.bar(f"ready{style}", attempt.ready, ended, f"ready for {took(ended - attempt.ready)}{outcome}")
    else:
        kind = "starting" if probed else "running"
        says = f"{name}{kind} for {took(ended - attempt.started)}{outcome}"
        yield scale.bar(f"{kind}{style}", attempt.started, ended, says)


def _moments(attempts: Sequence[Attempt], scale: Scale) -> Iterable[Moment]:
    """What probes found, but for what would stand on top of another."""
    for attempt in attempts:
        last = -100.0
        for event in attempt.probes:
            at = scale.place(event.time)
            if at - last >= _NEAREST and event.time >= scale.begin:
                after = took(event.time - attempt.started)
                says = f"{event.probe} probe after {after}: {event.found}"
                yield Moment(event.probe, _percent(at), scale.mask(says))
                last = at
        if attempt.ready is not None and attempt.ready >= scale.begin:
            after = took(attempt.ready - attempt.started)
            yield Moment("ready", _percent(scale.place(attempt.ready)), f"ready after {after}")


def _fetch_row(download: Download, scale: Scale) -> TimelineRow:
    ended = scale.end if download.ended is None else download.ended
    bad = download.state == "FAILED"
    says = f"fetched for {took(ended - download.started)}{f', FAILED: {download.reason}' if bad else ''}"
    state = {"READY": "COMPLETED", "FETCHING": "RUNNING"}.get(download.state, download.state)
    bar = scale.bar("fetch bad" if bad else "fetch", download.started, ended, says)
    name = f"artifact {download.name}"
    return TimelineRow("", name, state, took(ended - download.started), f"{name}: {says}", (bar,), ())


def _step(seconds: float) -> float:
    """The time between two lines of the grid."""
    for step in _STEPS:
        if seconds / step <= _MOST_TICKS:
            return step
    step = _DAY
    while seconds / step > _MOST_TICKS:
        step *= 2
    return step


def _ticks(scale: Scale, step: float) -> Iterable[Tick]:
    number = 0
    while (at := number * step) < (scale.end - scale.begin) * 0.97 or not number:
        yield Tick(_percent(scale.place(scale.begin + at)), _tick_text(at))
        number += 1


def _tick_text(seconds: float) -> str:
    """0, 0.5s, 15s, 2m, 1h30m."""
    if seconds < 60:
        return f"{seconds:.2f}".rstrip("0").rstrip(".") + ("s" if seconds else "")
    whole = round(seconds)
    out = ""
    for size, unit in ((_DAY, "d"), (3600, "h"), (60, "m"), (1, "s")):
        out += f"{whole // size}{unit}" if whole // size else ""
        whole %= size
    return out


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
