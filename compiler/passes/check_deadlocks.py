"""Finds waits that can never end.

Before: probes and edges. After: the same. A readiness probe that watches the log of a task which starts only after this one is
ready waits for ever; so does one that watches a task of which the log cannot come.
"""

from __future__ import annotations

from ..diagnostics import Label, Reporter
from ..ir.plan import LogWatch
from .draft import Draft, Instance


def check_deadlocks(draft: Draft, report: Reporter) -> Draft:
    if len(draft.order) < len(draft.instances):
        return draft  # tasks that wait for each other, of which check_cycles tells
    by_name = {instance.name: instance for instance in draft.instances}
    for instance in draft.instances:
        for probe in instance.probes:
            if probe.type != "readiness" or not isinstance(probe.check, LogWatch):
                continue
            for watched in probe.check.logger:
                if watched != instance.name and _comes_after(by_name[watched], instance.name, by_name):
                    _report(instance, by_name[watched], report)
    return draft


def _comes_after(later: Instance, earlier: str, by_name: dict[str, Instance]) -> bool:
    """Whether `later` waits for `earlier`, directly or through others."""
    seen: set[str] = set()
    queue = list(later.depends_on)
    while queue:
        name = queue.pop()
        if name == earlier:
            return True
        if name not in seen:
            seen.add(name)
            queue += by_name[name].depends_on
    return False


def _report(instance: Instance, watched: Instance, report: Reporter) -> None:
    span = next(probe.span for probe in instance.task.probes if probe.type == "readiness")
    report.error(
        "readiness-deadlock",
        f"'{instance.name}' is ready when the log of '{watched.name}' says so, but that starts only after it",
        span,
        labels=[Label(watched.span, "waits for the task above")],
        help="watch the task's own log, or take the dependency out",
    )
