"""Who has which GPUs, as a table of a page: templates/html/allocation.html.j2 draws it.

In: tasks, with the indices of their nodes and the GPUs that they have on each of them. Out: AllocationMap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .plan import MAX_MAP_NODES

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
    node: str
    cells: tuple[Cell, ...]
    others: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class AllocationMap:
    title: str
    gpus: int
    rows: tuple[Row, ...]
    more: int


def hues(bases: Iterable[str]) -> dict[str, int]:
    """A hue for each task, the same for all its replicas."""
    return {base: (_BLUE + number * _GOLDEN_ANGLE) % 360 for number, base in enumerate(dict.fromkeys(bases))}


def allocation_map(title: str, nodes: Sequence[str], gpus: int, tasks: Sequence[Placed]) -> AllocationMap:
    """`nodes` are the names of the rows, `gpus` how many each has."""
    rows = []
    for index, name in enumerate(nodes[:MAX_MAP_NODES]):
        here = [task for task in tasks if index in task.nodes]
        owners = [tuple(task.mark for task in here if gpu in task.gpus) for gpu in range(gpus)]
        shown = {mark.id for marks in owners for mark in marks}
        rows.append(Row(name, _cells(owners), tuple(task.mark for task in here if task.mark.id not in shown)))
    return AllocationMap(title, gpus, tuple(rows), max(0, len(nodes) - MAX_MAP_NODES))


def _cells(owners: list[tuple[Mark, ...]]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for marks in owners:
        if cells and cells[-1].tasks == marks:
            cells[-1] = Cell(cells[-1].width + 1, marks)
        else:
            cells.append(Cell(1, marks))
    return tuple(cells)
