"""Who has which GPUs now, on a terminal: a line for each node, a cell for each GPU.

In: a Subject. Out: lines of segments: the tasks that run, in the colour of their state; a GPU that nobody has is a dot.

            0      1      2      3
    node1  |prefill_0    |prefill_1    |
    node2  |decode       |.     |.     |
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from ..render.allocation import AllocationMap, Cell, Row, run_maps
from ..runs.run import RUNNING_STATES
from .cells import cell_len, fit, line
from .rows import ORDER
from .subject import Subject
from .words import DIM, PLAIN, state_style

_MOST_NODE, _LEAST, _MOST, _ROOM_FOR_OTHERS = 14, 3, 18, 24


def allocation(subject: Subject, *, width: int) -> list[list[Segment]]:
    """Nothing where there is one node and no GPU."""
    run = subject.run
    maps = run_maps(run, RUNNING_STATES) if run is not None else ()
    return [line(each, width) for found in maps for each in _map(found, subject, width)]


def _map(found: AllocationMap, subject: Subject, width: int) -> list[list[Segment]]:
    names = min(_MOST_NODE, max(cell_len(subject.shown(row.node)) for row in found.rows))
    others = max(cell_len(", ".join(mark.name for mark in row.others)) for row in found.rows)
    room = width - names - 4 - min(others, _ROOM_FOR_OTHERS)
    wide = max(_LEAST, min(_MOST, room // max(found.gpus, 1)))
    lines = []
    if found.gpus:
        heading = "".join(fit(str(gpu), wide) for gpu in range(found.gpus))
        lines.append([Segment(f"{'':{names}}   {heading}", DIM)])
    for row in found.rows:
        segments = [Segment(f"{fit(subject.shown(row.node), names)}  ")]
        segments += [part for cell in row.cells for part in _cell(cell, subject, wide)]
        segments += [Segment("|", DIM)] if found.gpus else []
        lines.append([*segments, *_others(row, subject, found.gpus)])
    if found.more:
        lines.append([Segment(f"and {found.more} more nodes", DIM)])
    return lines


def _cell(cell: Cell, subject: Subject, wide: int) -> list[Segment]:
    if not cell.tasks:
        return [Segment(f"|{'.':{wide - 1}}" * cell.width, DIM)]
    names = [mark.name for mark in cell.tasks]
    text = subject.shown(names[0]) if len(names) == 1 else f"{len(names)} tasks"
    return [Segment("|", DIM), Segment(fit(text, wide * cell.width - 1), _style(names, subject))]


def _others(row: Row, subject: Subject, gpus: int) -> list[Segment]:
    """Tasks that are on the node without a GPU."""
    names = [mark.name for mark in row.others]
    if not names:
        return [] if gpus else [Segment(".", DIM)]
    return [Segment(" " if gpus else "", PLAIN), Segment(subject.shown(", ".join(names)), _style(names, subject))]


def _style(names: Sequence[str], subject: Subject) -> Style:
    assert subject.run is not None
    states = {subject.run.state.tasks[name].state for name in names}
    return state_style(next(state for state in ORDER if state in states))
