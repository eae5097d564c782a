"""Gives every concrete task its backend.

Before: instances with their variables. After: `backend` and `accelerator` of each: the backend that the task names; without
a name the first one that offers the accelerator that it asks for; without either the default.

    {name: decode, resources: {accelerator: h200}}  ->  the first backend with `accelerator: h200`
"""

from __future__ import annotations

from ..diagnostics import Label, Reporter, did_you_mean, nearest
from ..ir.change import replace
from ..ir.expr import RunText, display
from ..ir.plan import PlanBackend
from ..ir.tree import Scalar
from .draft import Draft, Instance
from .fields import read_text
from .variables import task_scope


def route_tasks(draft: Draft, report: Reporter) -> Draft:
    backends = {backend.name: backend for backend in draft.backends}
    instances: list[Instance] = []
    for instance in draft.instances:
        wanted = instance.task.resources.accelerator if instance.task.resources else None
        errors = report.error_count
        accelerator = _read(wanted, instance, draft, report) if wanted is not None else ""
        backend = _named(instance, backends, report) if instance.task.backend else None
        if wanted is not None and accelerator and report.error_count == errors:
            backend = _offering(accelerator, wanted, backend, draft, report)
        is_lost = report.error_count > errors
        backend = backend or next(backend for backend in draft.backends if backend.default)
        is_lost = is_lost or backend.name in draft.broken_backends
        instances.append(replace(instance, backend=backend.name, accelerator=accelerator or None, is_lost=is_lost))
    return replace(draft, instances=tuple(instances))


def _read(node: Scalar, instance: Instance, draft: Draft, report: Reporter) -> str:
    text = read_text(node, task_scope(instance, draft), report)
    if isinstance(text, RunText):
        message = f"resources.accelerator is {display(text)}, which is known only when the job runs"
        report.error("runtime-value", message, node.span)
        return ""
    return (text or "").strip()


def _named(instance: Instance, backends: dict[str, PlanBackend], report: Reporter) -> PlanBackend | None:
    name = instance.task.backend
    assert name is not None
    if name.text not in backends:
        advice = did_you_mean(name.text, backends, what="backends")
        report.error("unknown-backend", f"no backend is called '{name.text}'", name.span, help=advice)
    return backends.get(name.text)


def _offering(
    accelerator: str, wanted: Scalar, named: PlanBackend | None, draft: Draft, report: Reporter
) -> PlanBackend | None:
    """The task's own backend if it offers the accelerator, or the first one that does; None after a diagnostic."""
    offering = [backend for backend in draft.backends if accelerator in backend.accelerators]
    if not offering:
        _report_unknown(accelerator, wanted, draft, report)
        return None
    if named is None or named in offering:
        return named or offering[0]
    spans = {backend.name: backend.span for backend in draft.workflow.backends}
    report.error(
        "accelerator-elsewhere",
        f"backend '{named.name}' does not offer the accelerator '{accelerator}'",
        wanted.span,
        labels=[Label(spans[named.name], _offer(named))] if named.name in spans else [],
        help=f"{' and '.join(repr(backend.name) for backend in offering)} offer{'s' if len(offering) == 1 else ''} it: "
        "leave out `backend`, or name another",
    )
    return None


def _report_unknown(accelerator: str, wanted: Scalar, draft: Draft, report: Reporter) -> None:
    known = {name for backend in draft.backends for name in backend.accelerators}
    near = nearest(accelerator, known)
    hint = f"did you mean '{near}'?" if near else "give a backend that has it the field `accelerator`"
    note = "\n".join(f"{backend.name}: {_offer(backend)}" for backend in draft.backends)
    report.error("unknown-accelerator", f"no backend offers '{accelerator}'", wanted.span, note=note, help=hint)


def _offer(backend: PlanBackend) -> str:
    return f"offers {', '.join(backend.accelerators)}" if backend.accelerators else "offers no accelerator"
