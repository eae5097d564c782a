"""Runs for the terminal: how one stands, and a table of many.

In: Run and Standing. Out: text; 80 columns unless names are longer.

    services  COMPLETED in 2.2s
    sflow_output/services-20261124-031427-38f14d
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..runs.run import BAD_STATES, Run, TaskState
from ..runs.standing import Standing
from .paint import Painter, columns, visible

STYLES = {
    "RUNNING": "note",
    "READY": "ready",
    "COMPLETED": "ready",
    "SKIPPED": "dim",
    "INITIATED": "dim",
    "FAILED": "error",
    "TIMEOUT": "error",
    "CANCELLED": "warning",
    "LOST": "error",
    "UNKNOWN": "warning",
}
"""How the state of a task or a run is painted."""


class _Symbols(dict[str, str]):
    """What is no state, as half a file may have it, has a symbol too."""

    def __missing__(self, state: str) -> str:
        return "?"


SYMBOLS = _Symbols(
    {
        "RUNNING": "▶",
        "READY": "●",
        "COMPLETED": "✓",
        "SKIPPED": "↷",
        "INITIATED": "○",
        "FAILED": "✗",
        "TIMEOUT": "✗",
        "CANCELLED": "■",
        "LOST": "✗",
    }
)
"""States are told apart without colours too."""
ONLY_HOW_LONG = re.compile(r"after [0-9.]+ s")
"""A reason that says no more than the time beside it."""


def took(seconds: float) -> str:
    """0.25s, 12.3s, 3m20s, 1h04m, 2d03h: two steps are enough for the eye."""
    if seconds < 0:
        seconds = 0.0
    if seconds < 10:
        return f"{seconds:.2f}s"
    if seconds < 60:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    for size, unit, below, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit}{whole % size // below:02d}{smaller}"
    raise AssertionError("a minute or more")


def run_text(run: Run, how: Standing, *, now: float, rows: int = 1000, colour: bool = False) -> str:
    """How a run stands, in about `rows` lines: where there are more tasks, those of one state and one base share a line."""
    paint = Painter(colour)
    head = [*_heading(run, how, now, paint), ""]
    tasks = list(run.state.tasks.values())
    places = _places(run)
    table = [_row(task, places, now) for task in tasks]
    room = rows - len(head) - 4
    if len(table) > room:
        table = _fitting(list(_grouped(run, tasks, places, now)), max(room, 5))
    lines = [*head, *_table(("task", "state", "for", "where", ""), table, paint)]
    return "\n".join(line.rstrip() for line in [*lines, "", _counts(tasks, paint)]) + "\n"


def runs_text(rows: Iterable[tuple[Run, Standing]], *, now: float, colour: bool = False) -> str:
    """A line for each run."""
    table = [
        (
            run.name,
            how.state,
            *_run_time(run, how, now),
            _number(run.state.exit_status),
            run.state.job_id or "-",
            _began(run),
        )
        for run, how in rows
    ]
    lines = _table(("run", "state", "took", "status", "job", "began"), table, Painter(colour), indent="")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def run_json(run: Run, how: Standing) -> dict[str, object]:
    """The same for tools; times are seconds since the epoch."""
    state, facts = run.state, run.facts
    return {
        "run": str(run.path),
        "run_id": run.name,
        "workflow": facts.workflow if facts else None,
        "state": how.state,
        "note": how.note,
        "exit_status": state.exit_status,
        "reason": state.reason,
        "started": state.started,
        "finished": state.finished,
        "job_id": state.job_id,
        "host": state.host,
        "tasks": [_task_json(run, task) for task in state.tasks.values()],
    }


def _task_json(run: Run, task: TaskState) -> dict[str, object]:
    facts = {each.name: each for each in run.facts.tasks}.get(task.name) if run.facts else None
    return {
        "name": task.name,
        "state": task.state,
        "attempt": task.attempt,
        "exit_status": task.exit_status,
        "started": task.started,
        "ready": task.ready,
        "finished": task.finished,
        "reason": task.reason,
        "nodes": list(run.facts.place(facts)) if run.facts and facts else [],
        "gpus": list(facts.gpus) if facts else [],
        "probes": {role: found for role, (_, found) in task.probes.items()},
        "log": str(run.log(task.name)),
    }


def _heading(run: Run, how: Standing, now: float, paint: Painter) -> list[str]:
    state = run.state
    workflow = run.facts.workflow if run.facts else run.name
    word = "for" if how.state == "RUNNING" else "after" if how.state != "COMPLETED" else "in"
    time = "".join(f" {word} {text}" for text in _run_time(run, how, now) if text)
    status = f": exit status {state.exit_status}" if state.exit_status else ""
    lines = [
        f"{paint('bold', visible(workflow))}  {paint(STYLES[how.state], how.state)}{time}{status}",
        visible(str(run.path)),
    ]
    facts = [f"job {state.job_id}" if state.job_id else "", f"on {state.host}" if state.host else ""]
    if any(facts):
        lines.append(", ".join(filter(None, [f"began {_began(run)}" if state.started else "", *facts])))
    lines += [visible(text) for text in (how.note, state.reason if how.state != "LOST" else "") if text]
    return lines


def _run_time(run: Run, how: Standing, now: float) -> tuple[str]:
    if run.state.started is None:
        return ("",)
    end = run.state.finished or (now if how.state == "RUNNING" else run.state.updated) or now
    return (took(end - run.state.started),)


def _began(run: Run) -> str:
    if run.state.started is None:
        return "-"
    return datetime.datetime.fromtimestamp(run.state.started).strftime("%Y-%m-%d %H:%M:%S")


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _row(task: TaskState, places: dict[str, str], now: float) -> tuple[str, ...]:
    time = "" if task.started is None else took((task.finished or now) - task.started)
    return (task.name, task.state, time, places.get(task.name, ""), _why(task))


def _places(run: Run) -> dict[str, str]:
    """Node and GPUs of each task; nothing where there is one node and no GPU."""
    if run.facts is None:
        return {}
    shown = {}
    for task in run.facts.tasks:
        nodes = run.facts.place(task) if len(run.facts.nodes) > 1 else ()
        place = nodes[0] + (f"+{len(nodes) - 1}" if len(nodes) > 1 else "") if nodes else ""
        gpus = f"GPU {_ranges(task.gpus)}" if task.gpus else ""
        shown[task.name] = " ".join(filter(None, (place, gpus)))
    return shown


def _ranges(numbers: Sequence[int]) -> str:
    """0,1,2,5 as 0-2,5."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _why(task: TaskState) -> str:
    """The reason of its state; while it starts, what its probe found last."""
    parts = [f"attempt {task.attempt}"] if task.attempt > 1 else []
    if task.state == "RUNNING":
        parts += [f"not ready: {found}" for _, found in [task.probes.get("readiness", (0.0, ""))] if found]
    elif not ONLY_HOW_LONG.fullmatch(task.reason):
        parts.append(task.reason)
    return ", ".join(filter(None, parts))


def _grouped(run: Run, tasks: Sequence[TaskState], places: dict[str, str], now: float) -> Iterator[tuple[str, ...]]:
    """Failed tasks one by one, the others by state and base, in the order of the first of each."""
    bases = {task.name: task.base for task in run.facts.tasks} if run.facts else {}
    groups: dict[tuple[str, str], list[TaskState]] = {}
    for task in tasks:
        key = task.name if task.state in BAD_STATES else bases.get(task.name, task.name)
        groups.setdefault((key, task.state), []).append(task)
    for (name, state), members in groups.items():
        yield _row(members[0], places, now) if len(members) == 1 else (f"{name} x {len(members)}", state, "", "", "")


def _fitting(rows: list[tuple[str, ...]], room: int) -> list[tuple[str, ...]]:
    """Those that say most, in their order: what failed, what runs, then the others."""
    if len(rows) <= room:
        return rows
    order = ("FAILED", "TIMEOUT", "RUNNING", "READY", "CANCELLED")
    ranks = {state: rank for rank, state in enumerate(order)}
    best = sorted(range(len(rows)), key=lambda index: ranks.get(rows[index][1], len(order)))[: room - 1]
    return [*(rows[index] for index in sorted(best)), (f"and {len(rows) - len(best)} more", "", "", "", "")]


def _counts(tasks: Sequence[TaskState], paint: Painter) -> str:
    counts = Counter(task.state for task in tasks)
    shown = [paint(STYLES.get(state, "dim"), f"{count} {state}") for state, count in counts.items()]
    return f"{len(tasks)} task{'s' if len(tasks) != 1 else ''}: {', '.join(shown)}" if tasks else "no tasks yet"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], paint: Painter, indent: str = "  ") -> list[str]:
    shown = [[visible(cell) for cell in row] for row in rows]
    filled = [i for i in range(len(heading)) if i < 2 or any(row[i] for row in shown)]
    heading, shown = [heading[i] for i in filled], [[row[i] for i in filled] for row in shown]
    widths = [max(columns(row[i]) for row in [heading, *shown]) for i in range(len(heading))]
    lines = [indent + paint("dim", _cells(heading, widths).rstrip())]
    for row in shown:
        cells = [f"{cell}{' ' * (width - columns(cell))}" for cell, width in zip(row, widths, strict=True)]
        cells[1] = paint(STYLES.get(row[1], "dim"), row[1]) + cells[1][len(row[1]) :]
        lines.append(indent + "  ".join(cells))
    return lines


def _cells(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell}{' ' * (width - columns(cell))}" for cell, width in zip(cells, widths, strict=True))
