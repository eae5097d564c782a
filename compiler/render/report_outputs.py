"""What tasks gave as outputs, as tables: one for each task of the workflow, a row for each of its replicas.

In: a Run. Out: OutputTables; a value that a row has not is None, so that what is missing can be seen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..runs.collect import flat
from ..runs.run import Run
from ..runs.secrets import Masker
from ..runs.table import Cell

_SHOWN = 6
"""Values of a list that are shown."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class OutputRow:
    """The outputs of a task."""

    id: str
    task: str
    state: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class OutputTable:
    """The outputs of all tasks."""

    title: str
    sweep: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[OutputRow, ...]


def output_tables(run: Run, masker: Masker) -> tuple[OutputTable, ...]:
    """Tables of the tasks that have outputs, or should have."""
    facts = {task.name: task for task in run.facts.tasks} if run.facts else {}
    bases: dict[str, list[tuple[str, str, dict[str, Cell]]]] = {}
    for number, name in enumerate(run.state.tasks):
        mine = facts.get(name)
        found = flat((run.outputs(name) if "/" not in name else None) or {}, masker)
        if found or (mine is not None and mine.outputs):
            bases.setdefault(mine.base if mine else name, []).append((f"t{number}", name, found))
    tables = []
    for base, rows in bases.items():
        names = tuple(dict.fromkeys(key for _, _, found in rows for key in found))
        sweep = tuple(dict.fromkeys(key for _, task, _ in rows if task in facts for key in facts[task].sweep))
        lines = []
        for identity, task, found in rows:
            swept = facts[task].sweep if task in facts else {}
            cells = [swept.get(name) for name in sweep]
            cells += [value_text(found[name]) if name in found else None for name in names]
            lines.append(OutputRow(identity, task, run.state.tasks[task].state, tuple(cells)))
        units = {key: unit for _, task, _ in rows if task in facts for key, unit in facts[task].units.items()}
        labels = tuple(f"{name} ({units[name]})" if units.get(name) else name for name in names)
        tables.append(OutputTable(base, sweep, labels, tuple(lines)))
    return tuple(tables)


def value_text(value: object) -> str:
    """A value of outputs.json; of a list the first ones, and how many there are."""
    if isinstance(value, (list, tuple)):
        more = f", … {len(value)} in all" if len(value) > _SHOWN else ""
        return ", ".join(value_text(item) for item in value[:_SHOWN]) + more
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
