"""A plan as one HTML page that needs no network: graph, steps, allocation map, and every task's details on click.

In: a Plan, and the graph as SVG when there was something to draw it. Out: the page. All that comes from the workflow is
escaped by the template; the SVG is Graphviz's, which escapes its labels. Secrets are masked as in plans.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from ..ir.dump import plan_to_json
from ..ir.expr import display
from ..ir.plan import SCRIPT, Plan, PlanBackend, PlanTask
from .allocation import AllocationMap, Mark, Placed, allocation_map, hues
from .graph import Graph, Group, Node, graph_of, shown_environment
from .html import html
from .plan import counted, duration, probe_text, ranges


@dataclass(frozen=True, slots=True)
class Block:
    """A task alone, or the replicas of one."""

    title: str
    waits: tuple[str, ...]
    tasks: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A task as its box shows it when it is opened."""

    id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    script: str
    probes: tuple[str, ...]
    command: str
    environment: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows."""

    title: str
    summary: str
    svg: str
    steps: tuple[tuple[Block, ...], ...]
    maps: tuple[AllocationMap, ...]
    variables: tuple[tuple[str, str], ...]
    tasks: tuple[Detail, ...]


def html_page(plan: Plan, svg: str | None, *, show_variables: bool = False) -> str:
    """The page's text."""
    from markupsafe import Markup

    graph = graph_of(plan, show_variables=show_variables)
    variables = tuple((name, str(value)) for name, value in plan_to_json(plan)["variables"].items())
    page = Page(
        title=plan.workflow,
        summary=_summary(plan),
        svg=Markup(_inline(svg)) if svg else "",
        steps=_steps(graph),
        maps=tuple(_map(plan, backend) for backend in plan.backends),
        variables=variables if show_variables else (),
        tasks=tuple(_detail(plan, task, f"t{number}") for number, task in enumerate(plan.tasks)),
    )
    return html("html/page.html.j2", page)


def _inline(svg: str) -> str:
    """The SVG as a part of a page: no prolog, no titles (they would be shown as `t0`), pixels for points."""
    svg = re.sub(r"<title>.*?</title>\n?|<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    return re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', svg, count=2)


def _summary(plan: Plan) -> str:
    parts = [counted(len(plan.tasks), "task")]
    for backend in plan.backends:
        gpus = f" with {counted(backend.gpus_per_node, 'GPU')} each" if backend.gpus_per_node else ""
        parts.append(f"{backend.type} backend {backend.name}: {counted(backend.nodes, 'node')}{gpus}")
    if plan.timeout:
        parts.append(f"at most {plan.timeout_text or duration(plan.timeout)}")
    return " · ".join(parts)


def _steps(graph: Graph) -> tuple[tuple[Block, ...], ...]:
    """What can start at the same depth, side by side; replicas in one block, where the first of them stands."""
    waits = graph.waits()
    steps: dict[int, list[Block]] = {}
    for node in graph.nodes:
        group = graph.group_of(node.id)
        if group is None:
            steps.setdefault(node.depth, []).append(Block("", tuple(waits.get(node.id, ())), (node,)))
        elif node.id == group.members[0]:
            steps.setdefault(node.depth, []).append(_group_block(graph, group, waits))
    return tuple(tuple(steps[depth]) for depth in sorted(steps))


def _group_block(graph: Graph, group: Group, waits: dict[str, list[str]]) -> Block:
    tasks = tuple(node for node in graph.nodes if node.id in group.members)
    inside = {f"{node.name} is" for node in tasks}
    own = [text for member in group.members for text in waits.get(member, ()) if text.rsplit(" ", 1)[0] not in inside]
    return Block(group.title, tuple(dict.fromkeys([*waits.get(group.id, ()), *own])), tasks)


def _map(plan: Plan, backend: PlanBackend) -> AllocationMap:
    hue = hues(task.base for task in plan.tasks)
    placed = [
        Placed(Mark(f"t{number}", task.name, hue[task.base]), task.node_indices, task.gpus or ())
        for number, task in enumerate(plan.tasks)
        if task.backend == backend.name
    ]
    nodes = [str(node) for node in range(backend.nodes)]
    return allocation_map(f"Allocation of {backend.name}", nodes, backend.gpus_per_node or 0, placed)


def _detail(plan: Plan, task: PlanTask, identity: str) -> Detail:
    facts = [
        ("operator", f"{task.operator.name} ({task.operator.type})"),
        ("backend", task.backend),
        ("nodes", ranges(task.node_indices)),
        ("GPUs", ranges(task.gpus or ()) or "none"),
        ("after", ", ".join(task.depends_on) or "the start"),
        ("before", ", ".join(other.name for other in plan.tasks if task.name in other.depends_on) or "the stop"),
    ]
    if task.timeout:
        facts.append(("at most", duration(task.timeout)))
    if task.retries and task.retries.count:
        facts.append(("retries", f"{task.retries.count}, the first after {duration(task.retries.interval)}"))
    if task.outputs:
        facts.append(("outputs", "\n".join(output.pattern for output in task.outputs)))
    words = [display(word) for word in task.argv]
    return Detail(
        id=identity,
        name=task.name,
        facts=tuple(facts),
        script="\n".join(display(line) for line in task.script),
        probes=tuple(probe_text(probe) for probe in task.probes),
        command=" ".join(word if word == SCRIPT or "<" in word else shlex.quote(word) for word in words),
        environment=tuple(shown_environment(task).items()),
    )
