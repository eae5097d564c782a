"""The head of the dashboard: what runs, how it stands, how long it has and had, how much is done.

In: a Subject and the moment. Out: lines of segments.

    dynamo  RUNNING 12m04s, 47m56s left of 1h00m
    run 4711-dynamo-20261124-031427-38f14d, job 4711, on node1
    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  34 of 200 done  ▶ 8 ✓ 33 ✗ 1 ○ 158
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style

from ..render.runs import SYMBOLS, took
from ..runs.run import BAD_STATES, GOOD_STATES, Run
from .cells import cell_len, line
from .rows import ORDER
from .subject import Subject
from .words import BOLD, DIM, PLAIN, state_style

_DONE = GOOD_STATES | BAD_STATES | {"CANCELLED"}
_SHORTEST_BAR = 10
_BAR = "━"


def header(subject: Subject, *, width: int, now: float) -> list[list[Segment]]:
    """Three lines, and one more for what must be said."""
    run = subject.run
    if run is None:
        return [
            line([Segment("waiting for the run", BOLD)], width),
            line([Segment(subject.shown(subject.waiting))], width),
        ]
    lines = [_title(subject, run, now), _origin(subject, run), _progress(run, width)]
    lines += [[Segment(text, style)] for text, style in _notes(subject, run)]
    return [line(each, width) for each in lines]


def _title(subject: Subject, run: Run, now: float) -> list[Segment]:
    state, how = run.state, subject.how.state
    name = run.facts.workflow if run.facts else run.name
    segments = [
        Segment(f"{subject.shown(name)}  ", BOLD),
        Segment(f"{SYMBOLS[how]} {how}", state_style(how)),
    ]
    if state.started is not None:
        end = state.finished or (now if how == "RUNNING" else state.updated) or now
        segments.append(Segment(f"  {_whole(end - state.started) if how == 'RUNNING' else took(end - state.started)}"))
    segments += _left(run, how, now)
    if state.exit_status:
        segments.append(Segment(f"  exit status {state.exit_status}", state_style(how)))
    return segments


def _left(run: Run, how: str, now: float) -> Iterable[Segment]:
    """Of the time limit, when there is one."""
    if run.facts is None or how != "RUNNING":
        return
    deadline = run.facts.deadline
    if deadline is None and run.facts.limit is not None and run.state.started is not None:
        deadline = run.state.started + run.facts.limit
    if deadline is None:
        return
    left = deadline - now
    limit = f" of {took(run.facts.limit)}" if run.facts.limit else ""
    short = left < 60 or (run.facts.limit is not None and left < run.facts.limit / 10)
    text = f"{_whole(left)} left{limit}" if left > 0 else "time is over"
    yield Segment(f"  {text}", state_style("CANCELLED") if short else PLAIN)


def _whole(seconds: float) -> str:
    """Without what changes faster than one looks."""
    text = took(float(int(max(0.0, seconds))))
    return text.partition(".")[0] + ("s" if "." in text else "")


def _origin(subject: Subject, run: Run) -> list[Segment]:
    state = run.state
    parts = [f"run {run.name}", f"job {state.job_id}" if state.job_id else "", f"on {state.host}" if state.host else ""]
    return [Segment(subject.shown(", ".join(filter(None, parts))), DIM)]


def _progress(run: Run, width: int) -> list[Segment]:
    counts = Counter(task.state for task in run.state.tasks.values())
    total = sum(counts.values())
    if not total:
        return [Segment("no tasks yet", DIM)]
    done = sum(count for state, count in counts.items() if state in _DONE)
    states = [state for state in ORDER if counts[state]]
    tail = [Segment(f"  {done} of {total} done", BOLD)]
    tail += [Segment(f"  {SYMBOLS[state]} {counts[state]}", state_style(state)) for state in states]
    room = width - sum(cell_len(segment.text) for segment in tail)
    return [*_bar(counts, total, min(room, 60)), *tail] if room >= _SHORTEST_BAR else tail


def _bar(counts: Counter[str], total: int, width: int) -> list[Segment]:
    """Done, failed, running, in this order; whatever there is takes one column at least."""
    shares = (
        (sum(counts[state] for state in GOOD_STATES), state_style("COMPLETED")),
        (sum(counts[state] for state in BAD_STATES), state_style("FAILED")),
        (counts["CANCELLED"], state_style("CANCELLED")),
        (counts["RUNNING"] + counts["READY"], state_style("RUNNING")),
    )
    segments: list[Segment] = []
    left = width
    for share, style in shares:
        size = min(left, max(1, share * width // total)) if share else 0
        segments += [Segment(_BAR * size, style)] if size else []
        left -= size
    return [*segments, Segment(_BAR * left, DIM)] if left else segments


def _notes(subject: Subject, run: Run) -> Iterable[tuple[str, Style]]:
    how = subject.how
    if how.note:
        yield subject.shown(how.note), state_style(how.state)
    elif run.state.reason:
        yield subject.shown(run.state.reason), state_style(how.state)
    fetching = [name for name, state in subject.downloads.items() if state == "FETCHING"]
    if fetching and how.state == "RUNNING":
        yield subject.shown(f"fetching {', '.join(fetching)}"), state_style("RUNNING")
