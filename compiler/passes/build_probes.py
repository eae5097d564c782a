"""Gives every concrete task its probes.

Before: placement. After: `probes` of each. A readiness probe has a deadline only when its time-out was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..diagnostics import Reporter, Span
from ..ir.change import replace
from ..ir.plan import NodeAddress, PlanProbe
from ..ir.tree import Mapping as MappingNode
from ..ir.tree import Node, Sequence, to_python
from ..ir.workflow import Probe
from ..probes import PROBES
from ..probes.base import Site
from .constant import once_if_constant
from .draft import Draft, Instance
from .fields import read_integer, read_number, read_text
from .scope import Names
from .variables import task_scope

_TIMES: dict[str, float] = {"delay": 0, "timeout": 60, "interval": 5}
_THRESHOLDS = {"success_threshold": 1, "failure_threshold": 3}
MINIMUM_INTERVAL = 0.05
"""Seconds; a shorter interval would only keep the host busy."""


@dataclass(frozen=True, slots=True)
class _Values:
    """The fields of a probe, read: those that every kind has, and the kind's own."""

    times: Mapping[str, float]
    thresholds: Mapping[str, int]
    fields: Mapping[str, object]


def build_probes(draft: Draft, report: Reporter) -> Draft:
    names = _names(draft)
    instances = []
    for instance in draft.instances:
        built = [_build(probe, instance, draft, names, report) for probe in instance.task.probes]
        instances.append(replace(instance, probes=tuple(probe for probe in built if probe is not None)))
    return replace(draft, instances=tuple(instances))


def _names(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Concrete tasks by every name that may stand for them."""
    found: dict[str, tuple[str, ...]] = {}
    for instance in draft.instances:
        found[instance.task.name] = (*found.get(instance.task.name, ()), instance.name)
    return {**{instance.name: (instance.name,) for instance in draft.instances}, **found}


def _build(
    probe: Probe, instance: Instance, draft: Draft, names: Mapping[str, tuple[str, ...]], report: Reporter
) -> PlanProbe | None:
    errors = report.error_count
    values = _values(probe, task_scope(instance, draft), report)
    if report.error_count > errors:
        return None
    times, thresholds, fields = values.times, values.thresholds, values.fields
    if draft.is_broken(str(fields.get("logger"))):
        fields = {**fields, "logger": None}
    check = PROBES[probe.kind].check(fields, _site(probe, instance, names, draft.workflow.missable), report)
    if check is None:
        return None
    written = _knob(probe, "timeout") is not None
    deadline = times["timeout"] if written and probe.type == "readiness" else None
    return PlanProbe(
        type=probe.type,  # type: ignore[arg-type]
        kind=probe.kind,
        check=check,
        delay=times["delay"],
        timeout=times["timeout"],
        interval=times["interval"],
        success_threshold=thresholds["success_threshold"],
        failure_threshold=thresholds["failure_threshold"],
        deadline=deadline,
    )


@once_if_constant
def _values(probe: Probe, scope: Names, report: Reporter) -> _Values:
    times = {key: _time(probe, key, default, scope, report) for key, default in _TIMES.items()}
    thresholds = {}
    for key, default_count in _THRESHOLDS.items():
        node = _knob(probe, key)
        value = default_count if node is None else read_integer(node, scope, key, report, minimum=1)
        thresholds[key] = value if value is not None else default_count
    schema = PROBES[probe.kind].fields
    fields = {key: _field(key, node, schema, scope, report) for key, node in _given(probe.fields).items()}
    return _Values(times, thresholds, fields)


def _knob(probe: Probe, key: str) -> Node | None:
    node = probe.knobs.get(key)
    return None if node is None or to_python(node) is None else node


def _time(probe: Probe, key: str, default: float, scope: Names, report: Reporter) -> float:
    node = _knob(probe, key)
    if node is None:
        return default
    value = read_number(node, scope, key, report)
    if value is not None and key != "delay" and value < MINIMUM_INTERVAL:
        report.error("too-small", f"{key} must be at least {MINIMUM_INTERVAL:g} s, not {value:g}", node.span)
    return default if value is None else value


def _given(fields: MappingNode) -> dict[str, Node]:
    return {key: entry.value for key, entry in fields.entries.items() if to_python(entry.value) is not None}


def _field(key: str, node: Node, schema: Mapping[str, object], scope: Names, report: Reporter) -> object:
    """A field's value: a whole number where the schema says so, text otherwise; headers are a mapping of it, a command a list."""
    fragment = schema.get(key)
    reference = str(fragment.get("$ref", "")) if isinstance(fragment, dict) else ""
    if reference.endswith("/integer"):
        return read_integer(node, scope, key, report)
    if isinstance(node, MappingNode):
        return {name: read_text(entry.value, scope, report) or "" for name, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return tuple(read_text(item, scope, report) or "" for item in node)
    return read_text(node, scope, report)


def _site(probe: Probe, instance: Instance, names: Mapping[str, tuple[str, ...]], missable: tuple[str, ...]) -> Site:
    def span_of(field: str) -> Span:
        node = probe.fields.get(field)
        return probe.span if node is None else node.span

    return Site(
        task=instance.name,
        nodes=tuple(NodeAddress(instance.backend, node) for node in instance.node_indices),
        span=probe.span,
        span_of=span_of,
        tasks=names,
        missable=missable,
    )
