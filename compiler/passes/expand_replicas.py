"""Makes concrete tasks of tasks: one, `count` many, or one for each combination of swept variables.

Before: variables. After: `draft.instances` in file order, replicas in index order.

    {name: bench, replicas: {variables: [C]}}, C in [1, 2]  ->  bench_1, bench_2
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from ..diagnostics import Label, Reporter, Span, did_you_mean
from ..expr.values import to_text
from ..ir.change import replace
from ..ir.expr import display
from ..ir.plan import PlanVariable
from ..ir.workflow import Replicas, Task
from ..source.names import RUN_FILES, why_no_directory
from .draft import Draft, Instance
from .fields import read_integer, read_text
from .scope import BROKEN, Names, variable_scope
from .variables import own_variables, visible

MAX_REPLICAS = 100_000
_UNSAFE = re.compile(r"[^A-Za-z0-9_+@%=~]")
"""What a directory had better not have in its name; a colon and a comma part the mounts of a container."""


def expand_replicas(draft: Draft, report: Reporter) -> Draft:
    instances: list[Instance] = []
    broken: set[str] = set()
    for task in draft.workflow.tasks:
        _check_name(task, draft.workflow.name, report)
        expanded = _expand(task, draft, report)
        if not expanded:
            broken.add(task.name)
        instances += expanded or [Instance(task.name, task)]
    _check_unique(instances, report)
    unique = {instance.name: instance for instance in reversed(instances)}
    kept = tuple(instance for instance in instances if unique[instance.name] is instance)
    return replace(draft, instances=kept, broken_tasks=frozenset(broken))


def _check_name(task: Task, workflow: str, report: Reporter) -> None:
    """A task's name is the name of its directory, beside which the run has files of its own."""
    name = task.name
    wrong = why_no_directory(name)
    if name in RUN_FILES or name == f"{workflow}.sh":
        wrong = "is that of a file which the run writes"
    if wrong:
        report.error("bad-task-name", f"the task name {name!r} {wrong}", task.span, help="use letters, digits, _ and -")


def _expand(task: Task, draft: Draft, report: Reporter) -> list[Instance]:
    """The task's instances; none after a diagnostic."""
    replicas = task.replicas
    if replicas is None:
        return [Instance(task.name, task)]
    own = own_variables(task, {}, draft, report)
    around = {**draft.globals, **draft.workflow_variables}
    known = {**own, **around, **{name: variable for name, variable in own.items() if variable.domain is not None}}
    scope = variable_scope(visible({**around, **own}), draft.scope) if own else draft.scope
    policy = _policy(replicas, scope, report)
    combinations = _combinations(replicas, known, report)
    count = None
    if replicas.count is not None:
        count = read_integer(replicas.count, scope, "replicas.count", report, minimum=1)
        if count is None:
            return []
    if combinations is None or policy is None:
        return []
    if (count or 1) > MAX_REPLICAS:
        report.error(
            "too-large", f"{count} replicas are too many", replicas.count.span if replicas.count else task.span
        )
        return []
    sequential = policy == "sequential"
    if not replicas.variables:
        return [Instance(f"{task.name}_{i}", task, i, True, sequential) for i in range(count or 1)]
    if count is not None and count != len(combinations):
        message = f"replicas.count is {count}, but the variables have {len(combinations)} combinations"
        report.error("count-mismatch", message, replicas.span, help="drop the count")
        return []
    return [_swept(task, index, sweep, sequential, report) for index, sweep in enumerate(combinations)]


def _swept(task: Task, index: int, sweep: tuple[PlanVariable, ...], sequential: bool, report: Reporter) -> Instance:
    parts = [_UNSAFE.sub("_", display(variable.text)) for variable in sweep]
    name = "_".join([task.name, *parts])
    wrong = why_no_directory(name)
    if wrong:
        message = f"a replica's name {wrong}: {name[:60]}..."
        report.error("bad-task-name", message, task.span, help="go over shorter values")
    return Instance(name, task, index, True, sequential, {variable.name: variable for variable in sweep})


def _policy(replicas: Replicas, scope: Names, report: Reporter) -> str | None:
    if replicas.policy is None:
        return "parallel"
    text = read_text(replicas.policy, scope, report)
    if text is None:
        return None
    policy = display(text).strip().lower()
    if policy not in ("parallel", "sequential"):
        report.error(
            "unknown-value",
            f"replicas.policy cannot be '{policy}'",
            replicas.policy.span,
            help=did_you_mean(policy, ("parallel", "sequential"), what="it can be"),
        )
        return None
    return policy


def _combinations(
    replicas: Replicas, known: Mapping[str, PlanVariable], report: Reporter
) -> list[tuple[PlanVariable, ...]] | None:
    """The Cartesian product of the variables' domains, the first variable slowest; None after a diagnostic."""
    axes: list[list[PlanVariable]] = []
    total = 1
    seen: dict[str, Span] = {}
    for name, span in replicas.variables:
        variable = known.get(name)
        if name in seen:
            first = Label(seen[name], "first here")
            report.error("duplicate-name", f"the replicas go over '{name}' twice", span, labels=[first])
            return None
        seen[name] = span
        if variable is None:
            advice = did_you_mean(name, known, what="variables")
            report.error("unknown-variable", f"no variable is called '{name}'", span, help=advice)
            return None
        if variable.value is BROKEN:
            return None
        if not variable.domain:
            message = (
                f"variable '{name}' has no domain to go over"
                if variable.domain is None
                else f"the domain of '{name}' is empty"
            )
            report.error("no-domain", message, span, help=f"give it one: {name}: {{value: …, domain: [...]}}")
            return None
        axes.append([replace(variable, value=_value(variable, v), text=to_text(v)) for v in variable.domain])
        total *= len(axes[-1])
    if total > MAX_REPLICAS:
        report.error("too-large", f"{total} combinations are too many", replicas.span)
        return None
    return list(itertools.product(*axes))


def _value(variable: PlanVariable, value: object) -> object:
    """A replica's value as expressions see it: a variable without a type is text."""
    return to_text(value) if variable.type == "string" and value is not None else value


def _check_unique(instances: list[Instance], report: Reporter) -> None:
    first: dict[str, Instance] = {}
    for instance in instances:
        other = first.setdefault(instance.name, instance)
        if other is instance:
            continue
        if other.task is instance.task:
            values = [", ".join(display(v.text) for v in one.sweep.values()) for one in (other, instance)]
            message = f"two replicas would be called '{instance.name}': those of {values[0]} and of {values[1]}"
            report.error(
                "replica-name-clash", message, instance.span, help="give values that differ in letters or digits"
            )
            return
        message = f"a replica of '{instance.task.name}' and a task would both be called '{instance.name}'"
        report.error("replica-name-clash", message, instance.span, labels=[Label(other.span, "the other one")])
