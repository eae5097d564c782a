"""The last step: a finished Draft as the Plan.

In: a Draft that all passes have been over. Out: the Plan, which every target reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..ir.plan import Plan, PlanOperator, PlanTask, SourceFile
from .draft import Draft, Instance


def assemble_plan(draft: Draft, sources: Iterable[SourceFile], command: Iterable[str]) -> Plan:
    """The Plan of a draft that all passes have been over."""
    variables = {**draft.globals, **draft.workflow_variables}
    return Plan(
        workflow=draft.workflow.name,
        timeout=draft.timeout,
        timeout_text=draft.timeout_text,
        variables=tuple(variables.values()),
        artifacts=draft.artifacts,
        backends=draft.backends,
        tasks=tuple(_task(instance) for instance in draft.instances),
        order=draft.order,
        sources=tuple(sources),
        command=tuple(command),
        cluster=draft.cluster,
        on_timeout=draft.on_timeout,
    )


def _task(instance: Instance) -> PlanTask:
    return PlanTask(
        name=instance.name,
        base=instance.task.name,
        span=instance.span,
        replica_index=instance.replica_index,
        replicated=instance.replicated,
        sweep_variables=tuple(instance.sweep),
        own_variables=tuple(sorted(instance.variables)),
        depends_on=instance.depends_on,
        backend=instance.backend,
        node_indices=instance.node_indices,
        gpus=instance.gpus,
        operator=PlanOperator(instance.operator_type, instance.operator_name),  # type: ignore[arg-type]
        argv=instance.command.argv,
        container_mounts=instance.command.container_mounts,
        env=instance.environment,
        script=instance.script,
        probes=instance.probes,
        retries=instance.retries,
        outputs=instance.outputs,
        timeout=instance.timeout,
        strict=instance.strict,
        critical=instance.critical,
        accelerator=instance.accelerator,
    )
