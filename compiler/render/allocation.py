"""Who has which GPUs, as a table: templates/html/allocation.html.j2 draws it on a page, watch/allocation.py on a terminal.

In: tasks, with the indices of their nodes and the GPUs that they have on each of them. Out: AllocationMap.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from ..runs.run import Run
from .plan import MAX_MAP_NODES

_MOST_GPUS = 128
"""A node that is said to have more is not drawn as such: what a damaged file says must not take all memory."""
_GOLDEN_ANGLE = 137
"""Degrees between the hues of neighbouring tasks."""
_BLUE = 210
"""The first hue; one near red would look like a failure."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A task in the map."""

    id: str
    name: str
    hue: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A task on a node."""

    mark: Mark
    nodes: Sequence[int]
    gpus: Sequence[int]


@dataclass(frozen=True, slots=True)
class Cell:
    """Neighbouring GPUs that belong to the same tasks."""

    width: int
    tasks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A node with what runs on it."""

    node: str
    cells: tuple[Cell, ...]
    others: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class AllocationMap:
    """All nodes."""

    title: str
    gpus: int
    rows: tuple[Row, ...]
    more: int


def hues(bases: Iterable[str]) -> dict[str, int]:
    """A hue for each task, the same for all its replicas."""
    return {base: (_BLUE + number * _GOLDEN_ANGLE) % 360 for number, base in enumerate(dict.fromkeys(bases))}


def allocation_map(title: str, nodes: Sequence[str], gpus: int, tasks: Sequence[Placed]) -> AllocationMap:
    """`nodes` are the names of the rows, `gpus` how many each has."""
    here: dict[int, list[Placed]] = {}
    for task in tasks:
        for node in task.nodes:
            here.setdefault(node, []).append(task)
    rows = []
    for index, name in enumerate(nodes[:MAX_MAP_NODES]):
        owners: list[list[Mark]] = [[] for _ in range(gpus)]
        for task in here.get(index, ()):
            for gpu in task.gpus:
                if 0 <= gpu < gpus:
                    owners[gpu].append(task.mark)
        shown = {mark.id for marks in owners for mark in marks}
        others = tuple(task.mark for task in here.get(index, ()) if task.mark.id not in shown)
        rows.append(Row(name, _cells([tuple(marks) for marks in owners]), others))
    return AllocationMap(title, gpus, tuple(rows), max(0, len(nodes) - MAX_MAP_NODES))


def _cells(owners: list[tuple[Mark, ...]]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for marks in owners:
        if cells and cells[-1].tasks == marks:
            cells[-1] = Cell(cells[-1].width + 1, marks)
        else:
            cells.append(Cell(1, marks))
    return tuple(cells)


def used_gpus(run: Run) -> dict[int, set[int]]:
    """GPUs that tasks were given, by node."""
    used: dict[int, set[int]] = {}
    for task in run.facts.tasks if run.facts else ():
        for node in task.nodes:
            used.setdefault(node, set()).update(task.gpus)
    return used


def run_maps(run: Run, states: Container[str] | None = None) -> tuple[AllocationMap, ...]:
    """Of all tasks, or of those in some states. Nothing where there is one node and no GPU."""
    facts = run.facts
    if facts is None or not facts.tasks:
        return ()
    gpus = min(_MOST_GPUS, max((gpu + 1 for mine in used_gpus(run).values() for gpu in mine), default=0))
    if len(facts.nodes) < 2 and not gpus:
        return ()
    given = str((facts.slurm or {}).get("gpus_on_node", ""))
    gpus = max(gpus, min(int(given), _MOST_GPUS) if given.isdecimal() else 0)
    hue = hues(task.base for task in facts.tasks)
    ids = {name: f"t{number}" for number, name in enumerate(run.state.tasks)}
    placed = [
        Placed(Mark(ids[task.name], task.name, hue[task.base]), task.nodes, task.gpus)
        for task in facts.tasks
        if states is None or run.state.tasks[task.name].state in states
    ]
    return (allocation_map("Allocation", [node.name for node in facts.nodes], gpus, placed),)
