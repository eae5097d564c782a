"""The outputs of many runs as one table: a row for each task that gives outputs, replica by replica, run by run.

In: runs with how they stand, and the rows of batches. Out: Table. A task that failed, a run that is lost and a row of a batch that
nobody has run have their rows too, without outputs.
"""

from __future__ import annotations

import fnmatch
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from .batches import BatchRow, row_of
from .excerpt import plain
from .facts import TaskFacts
from .run import RUNNING_STATES, Run
from .secrets import Masker
from .standing import LOST, Standing
from .table import Cell, Raw, Table, table_of

MISSING = "MISSING"
"""A row of a batch of which there is no run."""
_DEEP = 8
"""Objects within objects: what is deeper is text."""
_HUGE = 1e300
"""A number beyond is text."""
_MOST = 1000
"""So many values of a sweep that has not been run are told one by one."""


_MORE = (
    *("seconds", "ready_seconds", "attempts", "exit_status", "reason", "started", "finished"),
    *("workflow", "run_state", "run_seconds", "job_id", "host", "batch_row", "script", "directory"),
)
"""Columns that say how it went; each table has all of them."""


@dataclass(frozen=True)
class Source:
    """A run that is collected; `row` is that of its batch."""

    run: Run
    how: Standing
    masker: Masker
    row: BatchRow | None = None

    @cached_property
    def tasks(self) -> dict[str, TaskFacts]:
        return {task.name: task for task in self.run.facts.tasks} if self.run.facts else {}

    @cached_property
    def swept(self) -> frozenset[str]:
        """What tasks of the run sweep over is no matter of those that do not."""
        return frozenset(name for task in self.tasks.values() for name in task.sweep)

    @cached_property
    def variables(self) -> Mapping[str, str]:
        facts = self.run.facts
        return {**self.run.state.overrides, **(facts.variables if facts else {})}

    @property
    def inputs(self) -> object:
        """Runs of the same are attempts at one measurement."""
        facts = self.run.facts
        script = facts.body if facts else self.run.name
        return id(self.row) if self.row else (script, tuple(sorted(self.run.state.overrides.items())))


@dataclass(frozen=True, slots=True)
class Wanted:
    """`tasks` are names or patterns, none for those that give outputs; `variables` are further columns."""

    tasks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    only_latest: bool = False


def collect(sources: Sequence[Source], columns: Sequence[str], rows: Sequence[BatchRow], wanted: Wanted) -> Table:
    """`columns` and `rows` are those of batches: runs of their rows come in the order of these, the others as they are given."""
    sources = [replace(source, row=row_of(source.run, rows)) for source in sources if _is_concerned(source, wanted)]
    if wanted.only_latest:
        sources = list({source.inputs: source for source in sources}.values())
    by_row: dict[int, list[Source]] = {id(row): [] for row in rows}
    for source in sources:
        if source.row is not None:
            by_row[id(source.row)].append(source)
    in_order = [*(one for row in rows for one in by_row[id(row)]), *(one for one in sources if one.row is None)]
    names = _variables(in_order, columns, wanted)
    measured = any(_measures(source, task) for source in sources for task in source.run.state.tasks)
    found: list[Raw] = []
    for row in rows:
        found += [] if by_row[id(row)] else _missing(row)
        found += [raw for source in by_row[id(row)] for raw in _of_run(source, names, wanted, measured)]
    unknown = [one for one in sources if one.row is None]
    found += [raw for source in unknown for raw in _of_run(source, names, wanted, measured)]
    workflows = (source.run.facts.workflow for source in in_order if source.run.facts)
    swept = (name for raw in found for name in raw.variables)
    shown, table = table_of(found, (*names, *(name for name in swept if name not in names)))
    return Table(shown, table, tuple(dict.fromkeys(workflows)))


def _variables(sources: Sequence[Source], columns: Sequence[str], wanted: Wanted) -> tuple[str, ...]:
    """Columns of batches, overrides, what differs between runs, what was asked for; sweeps of tasks come with these."""
    overrides = (name for source in sources for name in source.run.state.overrides)
    values: dict[str, set[str]] = {}
    for source in sources:
        for name, value in source.variables.items():
            values.setdefault(name, set()).add(
                value.replace(source.run.name, "")
            )  # a path in the run is the same in all
    differing = (name for name, each in values.items() if len(each) > 1)
    return tuple(dict.fromkeys((*columns, *overrides, *differing, *wanted.variables)))


def _measures(source: Source, task: str) -> bool:
    """Whether a task gives outputs, or should."""
    facts = source.tasks.get(task)
    return facts.outputs if facts else _outputs(source, task) is not None


def _of_run(source: Source, names: Iterable[str], wanted: Wanted, measured: bool) -> list[Raw]:
    tasks = list(source.run.state.tasks)
    if wanted.tasks:
        chosen = [task for task in tasks if _is_wanted(source, task, wanted.tasks)]
    else:
        chosen = [task for task in tasks if not measured or _measures(source, task)]
    return [_of_task(source, task, names) for task in chosen] or [_without_tasks(source, names)]


def _is_concerned(source: Source, wanted: Wanted) -> bool:
    """Not a run of another workflow, which has none of the tasks."""
    names = source.run.state.tasks
    return not wanted.tasks or source.run.facts is None or any(_is_wanted(source, n, wanted.tasks) for n in names)


def _is_wanted(source: Source, task: str, patterns: Iterable[str]) -> bool:
    facts = source.tasks.get(task)
    called = (task, facts.base) if facts else (task,)
    return any(fnmatch.fnmatchcase(name, pattern) for name in called for pattern in patterns)


def _of_task(source: Source, name: str, names: Iterable[str]) -> Raw:
    state, facts = source.run.state.tasks[name], source.tasks.get(name)
    lost = source.how.state == LOST and (state.state in RUNNING_STATES or state.state == "INITIATED")
    own = dict(facts.sweep) if facts else {}
    values = {**_shared(source, names), **own}
    more = _more(
        **_about(source),
        seconds=_between(state.started, state.finished),
        ready_seconds=_between(state.started, state.ready),
        attempts=state.attempt,
        exit_status=state.exit_status,
        reason=source.masker.shown(source.how.note if lost else state.reason) or None,
        started=state.started,
        finished=state.finished,
    )
    outputs = flat(_outputs(source, name) or {}, source.masker)
    row: dict[str, Cell] = {"run": source.run.name, "task": name, "state": LOST if lost else state.state}
    return Raw(facts.base if facts else name, row, _masked(values, source), outputs, more, facts.units if facts else {})


def _without_tasks(source: Source, names: Iterable[str]) -> Raw:
    """What can be said of a run whose tasks are not known, or are all of no interest."""
    state = source.run.state
    row: dict[str, Cell] = {"run": source.run.name, "task": None, "state": source.how.state}
    more = _more(
        **_about(source),
        seconds=_between(state.started, state.finished),
        exit_status=state.exit_status,
        reason=source.masker.shown(source.how.note or state.reason) or None,
        started=state.started,
        finished=state.finished,
    )
    return Raw("", row, _masked(_shared(source, names), source), {}, more)


def _missing(row: BatchRow) -> list[Raw]:
    """A row of the table for each combination of the values that its tasks would have swept over."""
    reason = row.error or (f"job {row.job_id} has left no run here" if row.job_id else "it has no run here")
    more = _more(reason=reason, job_id=row.job_id or None, batch_row=row.number, script=row.script)
    first: dict[str, Cell] = {"run": None, "task": None, "state": MISSING}
    domains = [_domain(cell) or [cell] for cell in row.cells.values()]
    if math.prod(map(len, domains)) > _MOST:
        domains = [[cell] for cell in row.cells.values()]
    return [
        Raw("", first, dict(zip(row.cells, values, strict=True)), {}, more) for values in itertools.product(*domains)
    ]


def _domain(cell: str) -> list[str]:
    """The values of a list; nothing where a cell is none."""
    try:
        value = json.loads(cell) if cell.startswith("[") else None
    except (ValueError, RecursionError):
        return []
    return [str(item) for item in value] if isinstance(value, list) else []


def _more(**known: Cell) -> dict[str, Cell]:
    return {name: known.get(name) for name in _MORE}


def _about(source: Source) -> dict[str, Cell]:
    run, row = source.run, source.row
    return {
        "workflow": run.facts.workflow if run.facts else None,
        "run_state": source.how.state,
        "run_seconds": _between(run.state.started, run.state.finished),
        "job_id": run.state.job_id,
        "host": run.state.host or None,
        "batch_row": row.number if row else None,
        "script": row.script if row else None,
        "directory": str(run.path),
    }


def _shared(source: Source, names: Iterable[str]) -> dict[str, str]:
    """The values that the run itself has. A list in a table is what tasks sweep over."""
    cells = source.row.cells if source.row else {}
    known = {**{name: cell for name, cell in cells.items() if not _domain(cell)}, **source.variables}
    return {name: known[name] for name in names if name in known and name not in source.swept}


def _masked(values: Mapping[str, str], source: Source) -> dict[str, Cell]:
    return {name: source.masker.shown(value) for name, value in values.items()}


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round(max(0.0, end - start), 3)


def _outputs(source: Source, task: str) -> dict[str, Any] | None:
    return source.run.outputs(task) if "/" not in task else None


def flat(value: Mapping[str, Any], masker: Masker, before: str = "", depth: int = 0) -> dict[str, Cell]:
    """Objects in objects by names such as latency[p99], which is how metrics are called."""
    found: dict[str, Cell] = {}
    for key, inner in value.items():
        name = f"{before}[{plain(key)}]" if before else plain(key)
        if isinstance(inner, dict) and depth < _DEEP:
            found.update(flat(inner, masker, name, depth + 1))
        else:
            found[name] = _cell(inner, masker)
    return found


def _cell(value: object, masker: Masker) -> Cell:
    if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
        return tuple(_scalar(item, masker) for item in value)
    return _scalar(value, masker)


def _scalar(value: Any, masker: Masker) -> str | int | float | bool | None:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or (isinstance(value, (bool, int, float)) and abs(value) < _HUGE):
        return value
    return masker.shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
