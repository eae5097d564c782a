"""The Draft: what the passes know so far, from the Workflow IR to the Plan.

In: a Workflow. Out: after the last pass, everything that a Plan holds. A pass takes a Draft and returns another one; it never
changes the one that it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..diagnostics import Span
from ..ir.cluster import Cluster
from ..ir.expr import Text
from ..ir.plan import PlanArtifact, PlanBackend, PlanOnTimeout, PlanOutput, PlanProbe, PlanVariable, Retries
from ..ir.workflow import OperatorUse, Task, Workflow
from ..operators.base import Command
from .scope import Names

NO_COMMAND = Command(())


@dataclass(frozen=True, slots=True)
class Instance:
    """One concrete task: a task's only instance, or one of its replicas. Later passes fill what is None."""

    name: str
    task: Task
    replica_index: int = 0
    replicated: bool = False
    sequential: bool = False
    sweep: Mapping[str, PlanVariable] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    backend: str = ""
    accelerator: str | None = None
    node_indices: tuple[int, ...] = ()
    gpus: tuple[int, ...] | None = None
    variables: Mapping[str, PlanVariable] = field(default_factory=dict)
    environment: tuple[tuple[str, Text], ...] = ()
    operator_name: str = ""
    operator_type: str = ""
    command: Command = NO_COMMAND
    probes: tuple[PlanProbe, ...] = ()
    script: tuple[Text, ...] = ()
    timeout: float | None = None
    retries: Retries | None = None
    outputs: tuple[PlanOutput, ...] = ()
    strict: bool = False
    critical: bool = True
    is_lost: bool = False
    """Where it runs is not known, and a diagnostic has said why."""

    @property
    def span(self) -> Span:
        return self.task.span

    @property
    def operator_use(self) -> OperatorUse | None:
        return self.task.operator


@dataclass(frozen=True, slots=True)
class Draft:
    """`scope` holds what expressions may name; each pass that makes names known adds them.

    Passes go on after errors, so that all are told at once. Of what is broken (backends, tasks whose replicas are not known, tasks
    whose operator is not) a diagnostic has told; something stands in its place, and nothing is said of what follows from that.
    """

    workflow: Workflow
    scope: Names
    cluster: Cluster | None = None
    globals: Mapping[str, PlanVariable] = field(default_factory=dict)
    workflow_variables: Mapping[str, PlanVariable] = field(default_factory=dict)
    artifacts: tuple[PlanArtifact, ...] = ()
    mounts: tuple[Text, ...] = ()
    backends: tuple[PlanBackend, ...] = ()
    broken_backends: frozenset[str] = frozenset()
    broken_tasks: frozenset[str] = frozenset()
    broken_operators: frozenset[str] = frozenset()
    instances: tuple[Instance, ...] = ()
    order: tuple[str, ...] = ()
    timeout: float | None = None
    timeout_text: str | None = None
    on_timeout: PlanOnTimeout | None = None

    def is_broken(self, name: str) -> bool:
        """Whether a name is that of a task whose replicas are not known, or may be that of one of them."""
        return any(name == task or name.startswith(f"{task}_") for task in self.broken_tasks)
