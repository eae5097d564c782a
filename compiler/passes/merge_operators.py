"""Gives every concrete task the command that runs its script.

Before: placement and environment. After: `command` of each. An override's `extra_args` are appended to the operator's, every
other key replaces, a null changes nothing, and the type itself may be overridden.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ..diagnostics import Diagnostic, Reporter
from ..ir.change import replace
from ..ir.expr import OUTPUT_DIR, WORKFLOW_OUTPUT_DIR, WORKSPACE_DIR, Atom, RunText, Text
from ..ir.memo import by_identity
from ..ir.plan import PlanBackend
from ..ir.tree import Entry, Node, Scalar, Sequence, to_python
from ..ir.tree import Mapping as MappingNode
from ..ir.workflow import Operator, OperatorUse
from ..operators import OPERATORS
from ..operators.base import Command, Fields, FieldValue, Placement
from ..operators.images import check_image
from .draft import NO_COMMAND, Draft, Instance
from .fields import read_boolean, read_text
from .scope import Names
from .variables import task_scope


def _mount(directory: RunText) -> RunText:
    return RunText.of(directory, ":", directory, ":rw")


_SHARED_MOUNTS = tuple(_mount(RunText((atom,))) for atom in (WORKSPACE_DIR, OUTPUT_DIR, WORKFLOW_OUTPUT_DIR))
_Nodes = tuple[tuple[str, Node], ...]
_Shared = dict[tuple[str, int], FieldValue]
"""The fields that tasks have in common which see the same names, by the operator's type and the node's identity."""


def merge_operators(draft: Draft, report: Reporter) -> Draft:
    operators = {operator.name: operator for operator in draft.workflow.operators}
    backends = {backend.name: backend for backend in draft.backends}
    no_image = {operator.name for operator in draft.workflow.operators if not _check_image(operator, draft, report)}
    shared: _Shared = {}
    instances: list[Instance] = []
    for instance in draft.instances:
        if instance.task.name in draft.broken_operators:
            instances.append(
                replace(instance, operator_name=instance.operator_use.name if instance.operator_use else "")
            )
            continue
        errors = report.error_count
        name, kind, nodes = _operator(instance, operators, backends[instance.backend].type)
        fields = _read_fields(kind, nodes, instance, draft, shared, report)
        command = NO_COMMAND
        if (
            name not in no_image
            and report.error_count == errors
            and _has_required(kind, fields, name, instance, report)
        ):
            placement = _placement(instance, backends[instance.backend], draft)
            command, found = _command(kind, tuple(fields.items()), placement)
            for diagnostic in found:
                report.add(diagnostic)
        instances.append(replace(instance, operator_name=name, operator_type=kind, command=command))
    return replace(draft, instances=tuple(instances))


def _check_image(operator: Operator, draft: Draft, report: Reporter) -> bool:
    """A wrong image is an error also of an operator that no task uses."""
    errors = report.error_count
    for key in ("container_image", "image"):
        image = operator.fields.get(key)
        if isinstance(image, Scalar) and image.value is not None:
            text = read_text(image, draft.scope, report)
            if text is not None:
                check_image(text, image.span, report)
    return report.error_count == errors


def _operator(instance: Instance, operators: Mapping[str, Operator], backend_type: str) -> tuple[str, str, _Nodes]:
    """The operator's name and type, and its fields."""
    use = instance.operator_use
    if use is None:
        return f"default_{instance.backend}", "srun" if backend_type == "slurm" else "bash", ()
    return (use.name, *_merged(use, operators[use.name]))


@by_identity
def _merged(use: OperatorUse, operator: Operator) -> tuple[str, _Nodes]:
    """The type, and the fields that it has with the task's overrides; those of another type, left by an override, do not count."""
    kind, fields = operator.type, dict(operator.fields.entries)
    for key, entry in (use.overrides.entries if use.overrides else {}).items():
        if to_python(entry.value) is None:
            continue
        if key == "type":
            kind = str(to_python(entry.value))
        elif key == "extra_args" and isinstance(entry.value, Sequence) and isinstance(_node(fields, key), Sequence):
            own = _node(fields, key)
            assert isinstance(own, Sequence)
            fields[key] = Entry(entry.key_span, Sequence((*own.items, *entry.value.items), entry.value.span))
        elif key != "description":
            fields[key] = entry
    known = OPERATORS[kind].fields
    given = ((key, entry.value) for key, entry in fields.items() if key in known)
    return kind, tuple((key, node) for key, node in given if to_python(node) is not None)


def _node(fields: Mapping[str, Entry], key: str) -> Node | None:
    return fields[key].value if key in fields else None


def _read_fields(
    kind: str, nodes: _Nodes, instance: Instance, draft: Draft, shared: _Shared, report: Reporter
) -> Fields:
    """The values of the fields."""
    known = OPERATORS[kind].fields
    scope = task_scope(instance, draft)
    fields: dict[str, FieldValue] = {}
    for key, node in nodes:
        place = (kind, id(node))
        if scope is draft.scope and place in shared:
            fields[key] = shared[place]
            continue
        errors = report.error_count
        fields[key] = _read(node, str(known[key].get("$ref", "")), key, scope, report)
        if scope is draft.scope and report.error_count == errors:
            shared[place] = fields[key]
    return fields


def _read(node: Node, reference: str, key: str, scope: Names, report: Reporter) -> FieldValue:
    if isinstance(node, Sequence):
        return tuple(text for item in node if (text := read_text(item, scope, report)) is not None)
    if isinstance(node, Scalar) and reference.endswith("/boolean"):
        return read_boolean(node, scope, key, report)
    if isinstance(node, MappingNode):
        return None
    return read_text(node, scope, report)


def _has_required(kind: str, fields: Fields, name: str, instance: Instance, report: Reporter) -> bool:
    missing = [key for key in OPERATORS[kind].required if fields.get(key) in (None, "")]
    for key in missing:
        message = f"the {kind} operator '{name}' has no '{key}', which task '{instance.name}' needs"
        report.error("missing-key", message, (instance.operator_use or instance).span)
    return not missing


@functools.lru_cache(maxsize=4096)
def _command(
    kind: str, fields: tuple[tuple[str, FieldValue], ...], placement: Placement
) -> tuple[Command, tuple[Diagnostic, ...]]:
    """The command, and what is wrong with it. The rows of a table have most commands in common: hence the cache."""
    report = Reporter()
    return OPERATORS[kind].command(dict(fields), placement, report), tuple(report)


def _placement(instance: Instance, backend: PlanBackend, draft: Draft) -> Placement:
    names: tuple[Text, ...] = tuple(RunText((Atom("name", instance.backend, node),)) for node in instance.node_indices)
    return Placement(
        task=instance.name,
        span=(instance.operator_use or instance).span,
        node_names=names,
        environment=tuple([name for name, _ in instance.environment]),
        artifact_mounts=draft.mounts,
        run_mounts=_run_mounts(instance.name),
        cluster_mounts=draft.cluster.container_mounts if draft.cluster else (),
        component=backend.component,
    )


@functools.lru_cache(maxsize=4096)
def _run_mounts(task: str) -> tuple[Text, ...]:
    return (*_SHARED_MOUNTS, _mount(RunText((WORKFLOW_OUTPUT_DIR, f"/{task}"))))
