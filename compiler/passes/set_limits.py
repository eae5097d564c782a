"""Gives every concrete task its time limit, retries and the flags that say how its end counts.

Before: instances. After: `timeout`, `retries`, `strict` and `critical` of each, and the workflow's own limit.
"""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.change import replace
from ..ir.plan import Retries
from ..ir.tree import Mapping, Node, Scalar, to_python
from .draft import Draft, Instance
from .fields import read_boolean, read_duration, read_integer, read_number
from .scope import Names
from .variables import task_scope

MAX_RETRIES = 10_000


def set_limits(draft: Draft, report: Reporter) -> Draft:
    workflow = draft.workflow
    timeout, text = None, None
    if workflow.timeout is not None:
        timeout = read_duration(workflow.timeout, draft.scope, "the workflow's timeout", report)
        text = workflow.timeout.text if isinstance(workflow.timeout, Scalar) else None
    strict = _flag(workflow.strict, False, "strict", draft.scope, report)
    instances = tuple(_limited(instance, strict, draft, report) for instance in draft.instances)
    return replace(draft, instances=instances, timeout=timeout, timeout_text=text)


def _limited(instance: Instance, strict: bool, draft: Draft, report: Reporter) -> Instance:
    task, scope = instance.task, task_scope(instance, draft)
    timeout = None
    if task.timeout is not None:
        timeout = read_duration(task.timeout, scope, f"the timeout of '{task.name}'", report)
    return replace(
        instance,
        timeout=timeout,
        retries=None if task.retries is None else _retries(task.retries, scope, report),
        strict=_flag(task.strict, strict, "strict", scope, report),
        critical=_flag(task.critical, True, "critical", scope, report),
    )


def _flag(node: Node | None, default: bool, what: str, scope: Names, report: Reporter) -> bool:
    value = default if node is None else read_boolean(node, scope, what, report)
    return default if value is None else value


def _given(mapping: Mapping, key: str) -> Node | None:
    node = mapping.get(key)
    return None if node is None or to_python(node) is None else node


def _retries(mapping: Mapping, scope: Names, report: Reporter) -> Retries | None:
    """count further attempts, the n-th after interval * backoff^(n-1) seconds."""
    count, interval, backoff = (_given(mapping, key) for key in ("count", "interval", "backoff"))
    if count is None or interval is None:
        report.error("missing-key", "retries need a count and an interval", mapping.span)
        return None
    attempts = read_integer(count, scope, "retries.count", report, minimum=0)
    seconds = read_number(interval, scope, "retries.interval", report)
    factor = 1.0 if backoff is None else read_number(backoff, scope, "retries.backoff", report)
    if attempts is None or seconds is None or factor is None:
        return None
    if factor < 1:
        assert backoff is not None
        report.error("too-small", f"retries.backoff must be at least 1, not {factor:g}", backoff.span)
        return None
    if attempts > MAX_RETRIES:
        report.error("too-large", f"{attempts} retries are too many", count.span)
        return None
    return Retries(attempts, seconds, factor)
