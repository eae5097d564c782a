"""The Workflow IR: the merged and validated document as typed, spanned, unevaluated parts.

In: lowered from the merged YAML tree. Out: read by the passes. A field that may hold an expression is a node of
`ir.tree`, evaluated by the pass that owns it; names and lists of names are plain.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics import Span
from .tree import Mapping, Node, Scalar


@dataclass(frozen=True, slots=True)
class Variable:
    """`type` is string, integer, float, boolean, list or dict; None when the user gave none (it means string)."""

    name: str
    span: Span
    value: Node
    type: str | None = None
    domain: Node | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or directory; `content` is what the run writes to it."""

    name: str
    span: Span
    uri: Scalar
    content: Scalar | None = None
    sha256: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Backend:
    """`fields` are those of the type, without name, type and default."""

    name: str
    span: Span
    type: str
    default: Node | None
    fields: Mapping


@dataclass(frozen=True, slots=True)
class Operator:
    """`fields` are those of the type, without name and type."""

    name: str
    span: Span
    type: str
    fields: Mapping


@dataclass(frozen=True, slots=True)
class OperatorUse:
    """A task's `operator:`; `overrides` hold all keys but the name."""

    name: str
    span: Span
    overrides: Mapping | None = None


@dataclass(frozen=True, slots=True)
class Replicas:
    """How often a task runs: `count` times, or once for each combination of the values of `variables`."""

    span: Span
    count: Node | None = None
    policy: Node | None = None
    variables: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Resources:
    """What a task asks for."""

    span: Span
    node_indices: Node | None = None
    node_count: Node | None = None
    node_exclude: Node | None = None
    gpu_count: Node | None = None
    accelerator: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """`kind` names an entry of PROBES, `fields` are its own; `knobs` are delay, timeout, interval and the thresholds."""

    type: str
    span: Span
    kind: str
    fields: Mapping
    knobs: Mapping


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was written, before its replicas."""

    name: str
    span: Span
    script: tuple[Scalar, ...]
    depends_on: tuple[tuple[str, Span], ...] = ()
    operator: OperatorUse | None = None
    backend: Scalar | None = None
    replicas: Replicas | None = None
    resources: Resources | None = None
    probes: tuple[Probe, ...] = ()
    retries: Mapping | None = None
    outputs: tuple[Mapping, ...] = ()
    timeout: Node | None = None
    variables: tuple[Variable, ...] = ()
    strict: Node | None = None
    critical: Node | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every task that does not say otherwise; `knobs` are those of probes."""

    timeout: Node | None = None
    retries: Mapping | None = None
    strict: Node | None = None
    knobs: Mapping | None = None


@dataclass(frozen=True, slots=True)
class OnTimeout:
    """What runs when a time limit is near."""

    span: Span
    script: tuple[Scalar, ...]
    lead: Node | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """All of it."""

    name: str
    span: Span
    timeout: Node | None
    strict: Node | None
    global_variables: tuple[Variable, ...]
    artifacts: tuple[Artifact, ...]
    backends: tuple[Backend, ...]
    operators: tuple[Operator, ...]
    workflow_variables: tuple[Variable, ...]
    tasks: tuple[Task, ...]
    defaults: Defaults = Defaults()
    on_timeout: OnTimeout | None = None
    missable: tuple[str, ...] = ()
    """Patterns of the names that a dependency or a logger may have without there being such a task."""
