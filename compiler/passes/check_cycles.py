"""Orders the tasks; a cycle is an error that prints it.

Before: edges. After: `draft.order`, breadth first: what can start first comes first, in file order.
"""

from __future__ import annotations

from ..diagnostics import Label, Reporter
from ..ir.change import replace
from .draft import Draft


def check_cycles(draft: Draft, report: Reporter) -> Draft:
    waiting = {instance.name: len(instance.depends_on) for instance in draft.instances}
    feeds: dict[str, list[str]] = {name: [] for name in waiting}
    for instance in draft.instances:
        for name in instance.depends_on:
            feeds[name].append(instance.name)
    order = [name for name, count in waiting.items() if count == 0]
    for name in order:  # grows while it is read
        for next_name in feeds[name]:
            waiting[next_name] -= 1
            if waiting[next_name] == 0:
                order.append(next_name)
    if len(order) < len(waiting):
        _report_cycle(draft, set(waiting) - set(order), report)
    return replace(draft, order=tuple(order))


def _report_cycle(draft: Draft, left: set[str], report: Reporter) -> None:
    """Walks backwards among the tasks that can never start until one comes round again."""
    by_name = {instance.name: instance for instance in draft.instances}
    path: list[str] = []
    name = next(instance.name for instance in draft.instances if instance.name in left)
    while name not in path:
        path.append(name)
        name = next(other for other in by_name[name].depends_on if other in left)
    cycle = [*path[path.index(name) :], name]
    spans = [by_name[step].span for step in cycle[:-1]]
    report.error(
        "dependency-cycle",
        f"tasks wait for each other: {' -> '.join(cycle)}",
        spans[0],
        labels=[Label(span, "and this one") for span in spans[1:]],
        help="take one of the dependencies out",
    )
