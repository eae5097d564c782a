"""Gives tasks and probes what `workflow.defaults` says, where they say nothing themselves.

Before: the workflow as written. After: its tasks and their probes have the defaults' own nodes, so that what is wrong with
a default is told at the default. The first pass; the others know no defaults.

    defaults: {timeout: 10m}, tasks: [{name: a, ...}, {name: b, timeout: 5, ...}]   ->   a has 10m, b has 5
"""

from __future__ import annotations

from ..diagnostics import Label, Reporter
from ..ir.change import replace
from ..ir.memo import by_identity
from ..ir.tree import Entry, Mapping, Scalar
from ..ir.workflow import Defaults, Probe, Task
from .draft import Draft


def apply_defaults(draft: Draft, report: Reporter) -> Draft:
    workflow = draft.workflow
    defaults = workflow.defaults
    if workflow.strict is not None and defaults.strict is not None:
        report.error(
            "strict-twice",
            "workflow.strict and workflow.defaults.strict say the same thing twice",
            defaults.strict.span,
            labels=[Label(workflow.strict.span, "the other one")],
            help="keep one of them",
        )
    tasks = tuple(_with_defaults(task, defaults) for task in workflow.tasks)
    return replace(draft, workflow=replace(workflow, tasks=tasks))


@by_identity
def _with_defaults(task: Task, defaults: Defaults) -> Task:
    return replace(
        task,
        timeout=defaults.timeout if task.timeout is None else task.timeout,
        retries=defaults.retries if task.retries is None else task.retries,
        strict=defaults.strict if task.strict is None else task.strict,
        probes=tuple(_probe(probe, defaults.knobs) for probe in task.probes),
    )


def _probe(probe: Probe, knobs: Mapping | None) -> Probe:
    if knobs is None:
        return probe
    own = {key: entry for key, entry in probe.knobs.entries.items() if not _is_null(entry)}
    return replace(probe, knobs=Mapping({**knobs.entries, **own}, probe.knobs.span))


def _is_null(entry: Entry) -> bool:
    return isinstance(entry.value, Scalar) and entry.value.value is None
