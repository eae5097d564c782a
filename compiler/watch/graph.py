"""What waits for what, as boxes in steps, with how each task stands.

In: a Subject. Out: lines of segments. The replicas of a task are one box, since two hundred would be no picture.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.segment import Segment

from ..render.boxes import ascii_boxes
from ..render.graph import START, STOP, Edge, Graph, Node
from ..render.plan import counted, ranges
from ..render.runs import SYMBOLS
from ..runs.facts import Facts, TaskFacts
from ..runs.run import Run
from .cells import line
from .rows import Row
from .subject import Subject
from .words import PLAIN, remark, state_style

_STATES = re.compile(r"\S (RUNNING|READY|COMPLETED|SKIPPED|INITIATED|FAILED|TIMEOUT|CANCELLED)\b( x \d+)?")
_ABREAST = 120
"""Wider, a line of boxes is not read as one step any more."""


def graph(subject: Subject, *, width: int) -> list[list[Segment]]:
    """The whole picture, which may be longer than the screen."""
    run = subject.run
    if run is None or run.facts is None:
        return [line([Segment("What waits for what is in run.json, which is not there (yet).")], width)]
    text = ascii_boxes(graph_of_run(subject, run, run.facts), width=min(width, _ABREAST))
    return [line(_painted(row), width) for row in text.splitlines()]


def graph_of_run(subject: Subject, run: Run, facts: Facts) -> Graph:
    """A node for each task; replicas are one."""
    bases: dict[str, list[TaskFacts]] = {}
    for task in facts.tasks:
        bases.setdefault(task.base, []).append(task)
    base_of = {task.name: task.base for task in facts.tasks}
    before = {
        base: tuple(
            dict.fromkeys(
                base_of[name] for task in tasks for name in task.after if name in base_of and base_of[name] != base
            )
        )
        for base, tasks in bases.items()
    }
    ids = {base: f"t{number}" for number, base in enumerate(bases)}
    depths: dict[str, int] = {}
    for base in bases:
        depths[base] = 1 + max((depths.get(other, -1) for other in before[base]), default=-1)
    nodes = [
        Node(ids[base], subject.shown(base), _facts(subject, run, tasks), False, depths[base])
        for base, tasks in bases.items()
    ]
    released = {base: _released(tasks) for base, tasks in bases.items()}
    edges = [Edge(ids[other], ids[base], released[other]) for base, others in before.items() for other in others]
    edges += [Edge(START, ids[base], "") for base, others in before.items() if not others]
    last = set(bases) - {other for others in before.values() for other in others}
    edges += [Edge(ids[base], STOP, released[base]) for base in bases if base in last]
    return Graph(subject.shown(facts.workflow), tuple(nodes), (), tuple(edges))


def _facts(subject: Subject, run: Run, tasks: Sequence[TaskFacts]) -> tuple[str, ...]:
    states = tuple(run.state.tasks[task.name] for task in tasks if task.name in run.state.tasks)
    lines = [counted(len(tasks), "replica")] if len(tasks) > 1 else []
    if states:
        counts = Row("", "", states, "").counts
        lines += [f"{SYMBOLS[state]} {state}{f' x {count}' if len(tasks) > 1 else ''}" for state, count in counts]
    if len(states) == 1:
        said = subject.shown(remark(run, states[0]))
        lines[-1] += f": {said}" if said else ""
    nodes = sorted({node for task in tasks for node in task.nodes})
    gpus = sorted({gpu for task in tasks for gpu in task.gpus})
    if run.facts and len(run.facts.nodes) > 1:
        lines.append(f"{'node' if len(nodes) == 1 else 'nodes'} {ranges(nodes)}")
    if gpus:
        lines.append(f"GPU {ranges(gpus)}")
    return tuple(lines)


def _released(tasks: Sequence[TaskFacts]) -> str:
    return "Ready" if any(probe.role == "readiness" for probe in tasks[0].probes) else "Completed"


def _painted(text: str) -> list[Segment]:
    """The words for states in their colours."""
    segments, position = [], 0
    for found in _STATES.finditer(text):
        segments += [Segment(text[position : found.start()], PLAIN), Segment(found[0], state_style(found[1]))]
        position = found.end()
    return [*segments, Segment(text[position:], PLAIN)]
