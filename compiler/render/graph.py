"""A plan as a graph to draw: tasks, groups of replicas, and edges that say what they wait for.

In: a Plan. Out: a Graph. Where a task waits for all replicas of another, or all replicas wait for the same, one edge to the
group stands for all of them: eight servers before eight clients are one line and not sixty-four.

    graph_of(plan).edges == (Edge("start", "t0", ""), Edge("t0", "g0", "Ready"), Edge("g0", "stop", "Completed"))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..ir.dump import plan_to_json
from ..ir.expr import display
from ..ir.plan import SECRET, Plan, PlanTask
from ..ir.secrets import MASK
from .paint import visible
from .plan import counted, ranges

START, STOP = "start", "stop"
VALUE_WIDTH = 60
"""Characters of a variable's value that a picture shows."""


@dataclass(frozen=True, slots=True)
class Node:
    """A task. `facts` are the lines under its name; `depth` the longest way to it from the start."""

    id: str
    name: str
    facts: tuple[str, ...]
    has_gpus: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Group:
    """The replicas of a task. `chained`: one after the other."""

    id: str
    name: str
    members: tuple[str, ...]
    chained: bool

    @property
    def title(self) -> str:
        return f"{self.name}, {counted(len(self.members), 'replica')}{' in turn' if self.chained else ''}"


@dataclass(frozen=True, slots=True)
class Edge:
    """From and to a node, a group, START or STOP. The label is Ready, Completed or, from the start, nothing."""

    tail: str
    head: str
    label: str


@dataclass(frozen=True, slots=True)
class Graph:
    """What is drawn."""

    title: str
    nodes: tuple[Node, ...]
    groups: tuple[Group, ...]
    edges: tuple[Edge, ...]
    variables: tuple[str, ...] = ()

    def group_of(self, node: str) -> Group | None:
        return next((group for group in self.groups if node in group.members), None)

    def waits(self) -> dict[str, list[str]]:
        """What a node or group waits for, in words, by its id."""
        names = {node.id: f"{node.name} is" for node in self.nodes}
        names |= {g.id: f"all of {g.name} are" if len(g.members) > 1 else names[g.members[0]] for g in self.groups}
        found: dict[str, list[str]] = {}
        for edge in self.edges:
            if edge.tail != START:
                found.setdefault(edge.head, []).append(f"{names[edge.tail]} {edge.label}")
        return found


def graph_of(plan: Plan, *, show_variables: bool = False) -> Graph:
    """The graph; with `show_variables` also the values of the variables, those of replicas at these."""
    ids = {task.name: f"t{number}" for number, task in enumerate(plan.tasks)}
    depths = _depths(plan)
    nodes = tuple(
        Node(ids[task.name], task.name, _facts(plan, task, show_variables), bool(task.gpus), depths[task.name])
        for task in plan.tasks
    )
    groups = _groups(plan, ids)
    variables = tuple(_variables(plan)) if show_variables else ()
    return Graph(plan.workflow, nodes, groups, _edges(plan, ids, groups), variables)


def _facts(plan: Plan, task: PlanTask, show_variables: bool) -> tuple[str, ...]:
    word = "node" if len(task.node_indices) == 1 else "nodes"
    backend = f"{task.backend} " if len(plan.backends) > 1 else ""
    facts = [f"{task.operator.type}, {backend}{word} {ranges(task.node_indices)}"]
    if task.gpus:
        facts.append(f"{'GPU' if len(task.gpus) == 1 else 'GPUs'} {ranges(task.gpus)}")
    if show_variables:
        env = shown_environment(task)
        facts += [assignment(name, env.get(name, "")) for name in task.own_variables]
    return tuple(facts)


def shown_environment(task: PlanTask) -> dict[str, str]:
    """A task's environment as plans print it: without secrets."""
    return {name: MASK if SECRET.search(name) else display(text) for name, text in task.env}


def _variables(plan: Plan) -> Iterable[str]:
    for name, value in plan_to_json(plan)["variables"].items():
        yield assignment(name, value)


def assignment(name: str, value: object) -> str:
    """NAME = value, in one line of limited length."""
    text = visible(str(value).replace("\n", "⏎"))
    return f"{name} = {text if len(text) <= VALUE_WIDTH else text[: VALUE_WIDTH - 1] + '…'}"


def _depths(plan: Plan) -> dict[str, int]:
    depths: dict[str, int] = {}
    tasks = {task.name: task for task in plan.tasks}
    for name in plan.order:
        depths[name] = 1 + max((depths[before] for before in tasks[name].depends_on), default=-1)
    return depths


def _groups(plan: Plan, ids: dict[str, str]) -> tuple[Group, ...]:
    bases: dict[str, list[PlanTask]] = {}
    for task in plan.tasks:
        if task.replicated:
            bases.setdefault(task.base, []).append(task)
    groups = []
    for number, (base, tasks) in enumerate(bases.items()):
        names = {task.name for task in tasks}
        chained = any(names.intersection(task.depends_on) for task in tasks)
        groups.append(Group(f"g{number}", base, tuple(ids[task.name] for task in tasks), chained))
    return tuple(groups)


def _edges(plan: Plan, ids: dict[str, str], groups: tuple[Group, ...]) -> tuple[Edge, ...]:
    labels = {ids[task.name]: _released(task) for task in plan.tasks}
    labels |= {group.id: labels[group.members[0]] for group in groups} | {START: ""}
    parallel = [group for group in groups if not group.chained]
    before = {ids[task.name]: tuple(ids[name] for name in task.depends_on) for task in plan.tasks}
    waited_for = {name for names in before.values() for name in names}
    tails = {node: _folded(names, parallel) or (START,) for node, names in before.items()}
    heads = dict(tails)
    for group in parallel:
        if len({frozenset(tails[node]) for node in group.members}) == 1:
            heads = {
                (group.id if node == group.members[0] else node): names
                for node, names in heads.items()
                if node == group.members[0] or node not in group.members
            }
    edges = [Edge(tail, head, labels[tail]) for head, names in heads.items() for tail in names]
    last = _folded((node for node in before if node not in waited_for), parallel)
    return (*edges, *(Edge(tail, STOP, labels[tail]) for tail in last))


def _released(task: PlanTask) -> str:
    """What a task must have become before those that depend on it start."""
    return "Ready" if any(probe.type == "readiness" for probe in task.probes) else "Completed"


def _folded(names: Iterable[str], parallel: list[Group]) -> tuple[str, ...]:
    """The names, with that of a group for all of its members."""
    left = dict.fromkeys(names)
    for group in parallel:
        if left.keys() >= set(group.members):
            first = next(name for name in left if name in group.members)
            left = {
                (group.id if name == first else name): None
                for name in left
                if name == first or name not in group.members
            }
    return tuple(left)
