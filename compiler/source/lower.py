"""The merged document -> the Workflow IR.

In: a Document whose parts the schema allows. Out: a Workflow. Nothing is evaluated; a null means that nothing was said.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Reporter, Span, did_you_mean
from ..ir.memo import by_identity
from ..ir.tree import Entry, Mapping, Node, Scalar, Sequence, to_python
from ..ir.workflow import (
    Artifact,
    Backend,
    Defaults,
    OnTimeout,
    Operator,
    OperatorUse,
    Probe,
    Replicas,
    Resources,
    Task,
    Variable,
    Workflow,
)
from .compose import Document
from .validate import validate_part

_NOTHING = Mapping({}, Span("", 0, 0))
_PROBE_KNOBS = ("delay", "timeout", "interval", "success_threshold", "failure_threshold")


def lower(document: Document) -> Workflow:
    """The typed form of a document."""
    name = document.workflow_name
    assert name is not None
    sections = document.sections
    return Workflow(
        name=name.text,
        span=name.span,
        timeout=document.workflow.get("timeout"),
        strict=document.workflow.get("strict"),
        global_variables=_variables(sections["variables"]),
        artifacts=tuple(_artifact(key, entry) for key, entry in sections["artifacts"].items()),
        backends=tuple(_backend(key, entry) for key, entry in sections["backends"].items()),
        operators=tuple(_operator(key, entry) for key, entry in sections["operators"].items()),
        workflow_variables=_variables(document.workflow_variables),
        tasks=tuple(_task(key, entry) for key, entry in document.tasks.items()),
        defaults=_defaults(_mapping(document.workflow.get("defaults"))),
        on_timeout=_on_timeout(_given(document.workflow.get("on_timeout"))),
        missable=document.missable,
    )


@by_identity
def _defaults(body: Mapping) -> Defaults:
    retries, knobs = body.get("retries"), body.get("probes")
    return Defaults(
        timeout=_given(body.get("timeout")),
        retries=retries if isinstance(retries, Mapping) else None,
        strict=_given(body.get("strict")),
        knobs=knobs if isinstance(knobs, Mapping) else None,
    )


def _on_timeout(node: Node | None) -> OnTimeout | None:
    """Lines of a script, or a mapping in which they stand."""
    if node is None:
        return None
    lines = _mapping(node).get("script") if isinstance(node, Mapping) else node
    script = tuple(item for item in _items(lines) if isinstance(item, Scalar))
    return OnTimeout(node.span, script, _given(_mapping(node).get("lead")))


def _given(node: Node | None) -> Node | None:
    """The node, or None for a null."""
    return None if isinstance(node, Scalar) and node.value is None else node


def _mapping(node: Node | None) -> Mapping:
    return node if isinstance(node, Mapping) else _NOTHING


def _scalar(node: Node | None) -> Scalar | None:
    given = _given(node)
    return given if isinstance(given, Scalar) else None


def _without(mapping: Mapping, *keys: str) -> Mapping:
    return Mapping({key: entry for key, entry in mapping.entries.items() if key not in keys}, mapping.span)


def _variables(entries: dict[str, Entry]) -> tuple[Variable, ...]:
    return tuple(_variable(name, entry) for name, entry in entries.items())


@by_identity
def _variable(name: str, entry: Entry) -> Variable:
    body = entry.value
    if not isinstance(body, Mapping):
        return Variable(name, entry.key_span, body)
    kind = _scalar(body.get("type"))
    value = body.get("value")
    assert value is not None
    return Variable(name, entry.key_span, value, kind.text if kind else None, _given(body.get("domain")))


@by_identity
def _artifact(name: str, entry: Entry) -> Artifact:
    body = _mapping(entry.value)
    uri = body.get("uri")
    assert isinstance(uri, Scalar)
    return Artifact(name, entry.key_span, uri, _scalar(body.get("content")), _scalar(body.get("sha256")))


@by_identity
def _backend(name: str, entry: Entry) -> Backend:
    body = _mapping(entry.value)
    kind = _scalar(body.get("type"))
    fields = _without(body, "name", "type", "default", "description")
    return Backend(name, entry.key_span, kind.text if kind else "local", _given(body.get("default")), fields)


@by_identity
def _operator(name: str, entry: Entry) -> Operator:
    body = _mapping(entry.value)
    kind = _scalar(body.get("type"))
    fields = _without(body, "name", "type", "description")
    return Operator(name, entry.key_span, kind.text if kind else "bash", fields)


@by_identity
def _task(name: str, entry: Entry) -> Task:
    body = _mapping(entry.value)
    script = body.get("script")
    return Task(
        name=name,
        span=entry.key_span,
        script=tuple(item for item in script if isinstance(item, Scalar)) if isinstance(script, Sequence) else (),
        depends_on=tuple(_names(body.get("depends_on"))),
        operator=_operator_use(body.get("operator")),
        backend=_scalar(body.get("backend")),
        replicas=_replicas(body.get("replicas")),
        resources=_resources(body.get("resources")),
        probes=tuple(_probes(_mapping(body.get("probes")))),
        retries=_mapping(body.get("retries")) if _given(body.get("retries")) is not None else None,
        outputs=tuple(_mapping(item) for item in _items(body.get("outputs"))),
        timeout=_given(body.get("timeout")),
        variables=_variables(_named(body.get("variables"))),
        strict=_given(body.get("strict")),
        critical=_given(body.get("critical")),
    )


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _named(node: Node | None) -> dict[str, Entry]:
    """A section's entries; lists were validated to have names."""
    if isinstance(node, Mapping):
        return node.entries
    found = {}
    for item in _items(node):
        name = _mapping(item).get("name")
        if isinstance(name, Scalar):
            found[name.text] = Entry(name.span, item)
    return found


def _names(node: Node | None) -> Iterable[tuple[str, Span]]:
    for item in _items(node):
        if isinstance(item, Scalar):
            yield item.text, item.span


def _operator_use(node: Node | None) -> OperatorUse | None:
    if isinstance(node, Mapping):
        name = node.get("name")
        assert isinstance(name, Scalar)
        return OperatorUse(name.text, name.span, _without(node, "name"))
    scalar = _scalar(node)
    return OperatorUse(scalar.text, scalar.span) if scalar else None


def _replicas(node: Node | None) -> Replicas | None:
    if not isinstance(node, Mapping):
        return None
    names = tuple(_names(node.get("variables")))
    return Replicas(node.span, _given(node.get("count")), _given(node.get("policy")), names)


def _resources(node: Node | None) -> Resources | None:
    if not isinstance(node, Mapping):
        return None
    nodes, gpus = _mapping(node.get("nodes")), _mapping(node.get("gpus"))
    return Resources(
        node.span,
        node_indices=_given(nodes.get("indices")),
        node_count=_given(nodes.get("count")),
        node_exclude=_given(nodes.get("exclude")),
        gpu_count=_given(gpus.get("count")),
        accelerator=_scalar(node.get("accelerator")),
    )


def _probes(probes: Mapping) -> Iterable[Probe]:
    for kind_of_probe in ("readiness", "failure"):
        probe = probes.get(kind_of_probe)
        if not isinstance(probe, Mapping):
            continue
        for kind, entry in probe.entries.items():
            if kind not in _PROBE_KNOBS and to_python(entry.value) is not None:
                knobs = Mapping({key: probe.entries[key] for key in _PROBE_KNOBS if key in probe}, probe.span)
                yield Probe(kind_of_probe, entry.key_span, kind, _mapping(entry.value), knobs)
                break


def check_overrides(workflow: Workflow, report: Reporter) -> frozenset[str]:
    """Reports operators that do not exist, and override keys that the operator's type does not have; names the tasks."""
    operators = {operator.name: operator for operator in workflow.operators}
    broken: set[str] = set()
    for task in workflow.tasks:
        if task.operator is None:
            continue
        errors = report.error_count
        operator = operators.get(task.operator.name)
        if operator is None:
            report.error(
                "unknown-operator",
                f"no operator is called '{task.operator.name}'",
                task.operator.span,
                help=did_you_mean(task.operator.name, operators, what="operators"),
            )
        elif task.operator.overrides is not None:
            _check_override(task.operator.overrides, operator, report)
        if report.error_count > errors:
            broken.add(task.name)
    return frozenset(broken)


def _check_override(overrides: Mapping, operator: Operator, report: Reporter) -> None:
    kind = _given(overrides.get("type"))
    if kind is not None:
        errors = report.error_count
        validate_part(Mapping({"type": overrides.entries["type"]}, kind.span), "operator", "the override", report)
        if report.error_count > errors:
            return
    type_name = kind.text if isinstance(kind, Scalar) else operator.type
    what = f"operator '{operator.name}' of type {type_name}"
    fields = overrides if kind else _without(overrides, "type")  # a null changes nothing
    validate_part(fields, f"operator_{type_name}", what, report)
