"""Gives every concrete task its nodes and GPUs.

Before: instances in file order, with their variables and backend. After: `node_indices` and `gpus` of each. Per backend one
cursor of used GPUs a node, which never goes back (allocation.py). What does not fit is an error with the map of what is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics import Reporter, Span
from ..ir.change import replace
from ..ir.workflow import Resources
from .allocation import Allocation
from .draft import Draft, Instance
from .fields import read_integer, read_integers
from .misfit import report_misfit
from .scope import Names
from .variables import task_scope

MAX_GPUS = 10_000


@dataclass(frozen=True, slots=True)
class _Request:
    """What a concrete task asks for: the nodes it may use in order, those it chose, and how many nodes and GPUs."""

    pool: tuple[int, ...]
    chosen: tuple[int, ...] | None
    count: int | None
    gpus: int | None


@dataclass(slots=True)
class _Replicas:
    """What is known of a task while its replicas are placed one after the other, in one piece."""

    used_before: tuple[int, ...]
    request: _Request | None = None
    failed: bool = False
    nodes: int = 0
    """Of the pool, by count, so far."""
    gpus: int = 0
    """Where nobody counts them."""


def place_tasks(draft: Draft, report: Reporter) -> Draft:
    allocations = {backend.name: Allocation(backend, [0] * backend.nodes) for backend in draft.backends}
    tasks: dict[tuple[str, str], _Replicas] = {}
    placed: list[Instance] = []
    for instance in draft.instances:
        allocation = allocations[instance.backend]
        if instance.is_lost:
            placed.append(_somewhere(instance))
            continue
        # A sweep may go over pools too: each has replicas of its own.
        task = tasks.setdefault((instance.task.name, instance.backend), _Replicas(tuple(allocation.used)))
        if task.failed:  # its other replicas would fail for the same cause
            placed.append(_somewhere(instance))
            continue
        if task.request is None or instance.sweep:
            task.request = _request(instance, allocation, draft, report)
        done = task.request and _place(instance, task.request, task, allocation)
        if done:
            placed.append(done)
            continue
        task.failed = True
        placed.append(_somewhere(instance))
        if task.request:
            wanted = task.request
            report_misfit(instance, wanted.pool, wanted.chosen, wanted.count, wanted.gpus, allocation, draft, report)
    return replace(draft, instances=tuple(placed))


def _somewhere(instance: Instance) -> Instance:
    """A task for which a diagnostic has said why it has no place: later passes go on with one."""
    return replace(instance, node_indices=(0,), is_lost=True)


def _request(instance: Instance, allocation: Allocation, draft: Draft, report: Reporter) -> _Request | None:
    """The task's resources, evaluated; None after a diagnostic."""
    resources = instance.task.resources or Resources(instance.span)
    errors, scope = report.error_count, task_scope(instance, draft)
    nodes = _pool(resources, allocation.backend.nodes, scope, report)
    chosen = _chosen(resources, nodes, scope, report)
    count = gpus = None
    if resources.node_count is not None:
        count = read_integer(resources.node_count, scope, "nodes.count", report, minimum=1)
    if resources.gpu_count is not None:
        gpus = read_integer(resources.gpu_count, scope, "gpus.count", report, minimum=1)
        if gpus is not None and gpus > MAX_GPUS:
            report.error("too-large", f"{gpus} GPUs are more than any task has", resources.gpu_count.span)
    if chosen is not None and count is not None:
        report.error("indices-and-count", "nodes.indices and nodes.count exclude each other", resources.span)
    if not nodes:
        report.error("no-nodes", f"nodes.exclude leaves task '{instance.task.name}' no node", resources.span)
    if report.error_count > errors:
        return None
    if gpus is not None and allocation.backend.gpus_per_node is None:
        _warn_unplanned(instance, allocation, report)
    return _Request(nodes, chosen, count, gpus)


def _pool(resources: Resources, count: int, scope: Names, report: Reporter) -> tuple[int, ...]:
    """The backend's nodes without those that are excluded."""
    nodes = tuple(range(count))
    if resources.node_exclude is None:
        return nodes
    excluded = read_integers(resources.node_exclude, scope, "nodes.exclude", report) or ()
    for index in excluded:
        if not 0 <= index < count:
            _report_range("nodes.exclude", index, count, resources.node_exclude.span, report)
    return tuple(node for node in nodes if node not in excluded)


def _chosen(resources: Resources, pool: tuple[int, ...], scope: Names, report: Reporter) -> tuple[int, ...] | None:
    """The nodes at the positions in the pool that nodes.indices names."""
    node = resources.node_indices
    if node is None:
        return None
    positions = read_integers(node, scope, "nodes.indices", report)
    if positions == ():
        report.error("no-nodes", "nodes.indices names no node", node.span, help="leave it out for all nodes")
    for order, position in enumerate(positions or ()):
        if not 0 <= position < len(pool):
            _report_range("nodes.indices", position, len(pool), node.span, report)
        elif position in (positions or ())[:order]:
            report.error("duplicate-node", f"nodes.indices names node {position} twice", node.span)
    return tuple(pool[position] for position in positions or () if 0 <= position < len(pool))


def _report_range(what: str, index: int, count: int, span: Span, report: Reporter) -> None:
    help_line = f"nodes go from 0 to {count - 1}" if count else ""
    report.error("node-range", f"{what} names node {index}, but there are {count}", span, help=help_line)


def _warn_unplanned(instance: Instance, allocation: Allocation, report: Reporter) -> None:
    report.warning(
        "unplanned-gpus",
        f"the GPUs of '{instance.task.name}' are not planned: backend '{allocation.backend.name}' has no gpus_per_node",
        instance.span,
        help="give it gpus_per_node",
    )


def _place(instance: Instance, request: _Request, task: _Replicas, allocation: Allocation) -> Instance | None:
    """The instance with its nodes and GPUs; None when it does not fit."""
    nodes = _nodes(instance, request, task, allocation)
    gpus: tuple[int, ...] | None = None
    if request.gpus is not None and not allocation.size:
        gpus = tuple(range(task.gpus, task.gpus + request.gpus))
        task.gpus += request.gpus
    elif request.gpus is not None:
        gpus = allocation.take(instance.name, nodes, request.gpus) if nodes is not None else None
        if gpus is None and _may_share(instance):
            nodes, gpus = _share(instance, request, task, allocation)
        if gpus is None:
            return None
    if nodes is None:
        return None
    return replace(instance, node_indices=nodes, gpus=gpus)


def _may_share(instance: Instance) -> bool:
    """Sequential replicas may have the same GPUs, unless one goes on running when it is ready and lets the next start."""
    return instance.sequential and all(probe.type != "readiness" for probe in instance.task.probes)


def _share(
    instance: Instance, request: _Request, task: _Replicas, allocation: Allocation
) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """Nodes and GPUs as if the task's earlier replicas, which have ended by then, had none."""
    alone = Allocation(allocation.backend, list(task.used_before))
    nodes = _nodes(instance, request, task, alone)
    gpus = alone.take(instance.name, nodes, request.gpus or 0) if nodes is not None else None
    if gpus is not None:
        allocation.used[:] = map(max, allocation.used, alone.used)
    return nodes, gpus


def _nodes(instance: Instance, request: _Request, task: _Replicas, allocation: Allocation) -> tuple[int, ...] | None:
    """The nodes of an instance; None when there are not enough."""
    if request.chosen is not None:
        return request.chosen
    if request.count is not None:
        start = 0 if instance.sequential else task.nodes
        nodes = request.pool[start : start + request.count]
        task.nodes += request.count
        return nodes if len(nodes) == request.count else None
    if request.gpus is None or not allocation.size:
        return request.pool
    return allocation.first_fit(request.pool, request.gpus)
