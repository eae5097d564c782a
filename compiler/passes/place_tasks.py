"""Gives every concrete task its nodes and GPUs.

Before: instances in file order. After: `backend`, `node_indices` and `gpus` of each. Per backend one cursor of used GPUs a node,
which never goes back: this is a plan, not a scheduler. What does not fit is an error with the map of what is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..diagnostics import Reporter, did_you_mean
from ..ir.plan import PlanBackend
from ..ir.workflow import Resources
from .draft import Draft, Instance
from .fields import read_integer, read_integers

MAX_GPUS = 10_000


@dataclass(slots=True)
class _Pool:
    """A backend's nodes while tasks are placed: how many GPUs of each are taken, and by whom."""

    backend: PlanBackend
    used: list[int]
    owners: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.backend.gpus_per_node or 0

    def free(self, node: int) -> int:
        return self.size - self.used[node]

    def map(self) -> str:
        """The allocation as lines of text, a node a line."""
        lines = []
        for node in range(min(len(self.used), 16)):
            cells = ["."] * self.size
            names = []
            for letter, (name, nodes, gpus) in zip(_letters(), self.owners, strict=False):
                if node in nodes:
                    names.append(f"{letter}={name}")
                    for gpu in gpus:
                        cells[gpu] = letter
            lines.append(f"node {node}  [{' '.join(cells)}]  {' '.join(names)}".rstrip())
        if len(self.used) > 16:
            lines.append(f"... and {len(self.used) - 16} more nodes")
        return "\n".join(lines)


def _letters() -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class _Request:
    """What a task asks for, evaluated: the nodes it may use in order, and whether it chose them."""

    pool: tuple[int, ...]
    chosen: tuple[int, ...] | None
    count: int | None
    gpus: int | None


def place_tasks(draft: Draft, report: Reporter) -> Draft:
    pools = {backend.name: _Pool(backend, [0] * backend.nodes) for backend in draft.backends}
    first: dict[str, Instance] = {}
    requests: dict[str, _Request | None] = {}
    placed: list[Instance] = []
    for instance in draft.instances:
        pool = _pool_of(instance, pools, report)
        if pool is None:
            continue
        name = instance.task.name
        if name not in requests:
            requests[name] = _request(instance, pool, draft, report)
            _warn_unplanned(instance, requests[name], pool, report)
        request = requests[name]
        done = request and _place(instance, request, pool, first.get(name), report)
        if not done:
            requests[name] = None  # its other replicas would fail for the same cause
            continue
        first.setdefault(name, done)
        placed.append(done)
    report.raise_if_errors()
    return replace(draft, instances=tuple(placed))


def _pool_of(instance: Instance, pools: dict[str, _Pool], report: Reporter) -> _Pool | None:
    wanted = instance.task.backend
    if wanted is None:
        return next(pool for pool in pools.values() if pool.backend.default)
    if wanted.text not in pools:
        advice = did_you_mean(wanted.text, pools, what="backends")
        report.error("unknown-backend", f"no backend is called '{wanted.text}'", wanted.span, help=advice)
        return None
    return pools[wanted.text]


def _request(instance: Instance, pool: _Pool, draft: Draft, report: Reporter) -> _Request | None:
    """The task's resources, evaluated; None after a diagnostic."""
    resources = instance.task.resources or Resources(instance.span)
    errors, scope = report.error_count, draft.scope
    nodes = tuple(range(pool.backend.nodes))
    if resources.node_exclude is not None:
        excluded = read_integers(resources.node_exclude, scope, "nodes.exclude", report)
        for index in excluded or ():
            if not 0 <= index < pool.backend.nodes:
                _report_range("nodes.exclude", index, pool.backend.nodes, resources.node_exclude.span, report)
        nodes = tuple(node for node in nodes if node not in (excluded or ()))
    chosen: tuple[int, ...] | None = None
    if resources.node_indices is not None:
        positions = read_integers(resources.node_indices, scope, "nodes.indices", report) or ()
        for position in positions:
            if not 0 <= position < len(nodes):
                _report_range("nodes.indices", position, len(nodes), resources.node_indices.span, report)
        chosen = tuple(nodes[position] for position in positions if 0 <= position < len(nodes))
    count = gpus = None
    if resources.node_count is not None:
        count = read_integer(resources.node_count, scope, "nodes.count", report, minimum=1)
    if resources.gpu_count is not None:
        gpus = read_integer(resources.gpu_count, scope, "gpus.count", report, minimum=1)
        if gpus is not None and gpus > MAX_GPUS:
            report.error("too-large", f"{gpus} GPUs are more than any task has", resources.gpu_count.span)
    if resources.node_indices is not None and resources.node_count is not None:
        report.error("indices-and-count", "nodes.indices and nodes.count exclude each other", resources.span)
    if not nodes:
        report.error("no-nodes", f"nodes.exclude leaves task '{instance.task.name}' no node", resources.span)
    return None if report.error_count > errors else _Request(nodes, chosen, count, gpus)


def _report_range(what: str, index: int, count: int, span: object, report: Reporter) -> None:
    message = f"{what} names node {index}, but there are {count}"
    report.error("node-range", message, span, help=f"nodes go from 0 to {count - 1}")  # type: ignore[arg-type]


def _warn_unplanned(instance: Instance, request: _Request | None, pool: _Pool, report: Reporter) -> None:
    if request is not None and request.gpus is not None and pool.backend.gpus_per_node is None:
        report.warning(
            "unplanned-gpus",
            f"the GPUs of '{instance.task.name}' are not planned: backend '{pool.backend.name}' has no gpus_per_node",
            instance.span,
            help="give it gpus_per_node",
        )


def _place(
    instance: Instance, request: _Request, pool: _Pool, first: Instance | None, report: Reporter
) -> Instance | None:
    """The instance with its nodes and GPUs. Sequential replicas share the first one's where distinct ones do not fit."""
    nodes = _nodes(instance, request, pool)
    if nodes is not None and (request.gpus is None or pool.backend.gpus_per_node is None):
        gpus = None
        if request.gpus is not None:
            start = instance.replica_index * request.gpus
            gpus = tuple(range(start, start + request.gpus))
        return replace(instance, backend=pool.backend.name, node_indices=nodes, gpus=gpus)
    taken = None if nodes is None or request.gpus is None else _take(instance, nodes, request.gpus, pool)
    if nodes is not None and taken is not None:
        return replace(instance, backend=pool.backend.name, node_indices=nodes, gpus=taken)
    if instance.sequential and first is not None:
        return replace(instance, backend=first.backend, node_indices=first.node_indices, gpus=first.gpus)
    _report_misfit(instance, request, pool, report)
    return None


def _nodes(instance: Instance, request: _Request, pool: _Pool) -> tuple[int, ...] | None:
    """The nodes of an instance; None when there are not enough."""
    if request.chosen is not None:
        return request.chosen
    if request.count is not None:
        start = 0 if instance.sequential else instance.replica_index * request.count
        nodes = request.pool[start : start + request.count]
        return nodes if len(nodes) == request.count else None
    if request.gpus is None or pool.backend.gpus_per_node is None:
        return request.pool
    if request.gpus <= pool.size:
        return next(((node,) for node in request.pool if pool.free(node) >= request.gpus), None)
    if request.gpus % pool.size:
        return None
    whole = [node for node in request.pool if pool.used[node] == 0][: request.gpus // pool.size]
    return tuple(whole) if len(whole) == request.gpus // pool.size else None


def _take(instance: Instance, nodes: tuple[int, ...], gpus: int, pool: _Pool) -> tuple[int, ...] | None:
    """The next GPUs of the nodes' common cursor; None when they do not fit."""
    each = -(-gpus // len(nodes))
    start = max(pool.used[node] for node in nodes)
    if start + each > pool.size:
        return None
    for node in nodes:
        pool.used[node] = start + each
    indices = tuple(range(start, start + each))
    pool.owners.append((instance.name, nodes, indices))
    return indices


def _report_misfit(instance: Instance, request: _Request, pool: _Pool, report: Reporter) -> None:
    backend = pool.backend
    wanted = []
    if request.count is not None:
        wanted.append(f"{request.count} node{'s' if request.count != 1 else ''}")
    if request.gpus is not None:
        wanted.append(f"{request.gpus} GPU{'s' if request.gpus != 1 else ''}")
    place = f"backend '{backend.name}' ({backend.nodes} node{'s' if backend.nodes != 1 else ''}"
    size = f" of {pool.size} GPUs" if backend.gpus_per_node else ""
    report.error(
        "does-not-fit",
        f"task '{instance.name}' asks for {' and '.join(wanted)}, which do not fit on {place}{size})",
        (instance.task.resources or Resources(instance.span)).span,
        note=pool.map() if backend.gpus_per_node else "",
        help=_ways_out(request, pool),
    )


def _ways_out(request: _Request, pool: _Pool) -> str:
    if request.gpus is None or not pool.size:
        return "give the backend more nodes, or the task fewer replicas or nodes"
    largest = max((pool.free(node) for node in request.pool), default=0)
    if request.gpus > pool.size and request.gpus % pool.size and request.count is None and request.chosen is None:
        lower = request.gpus // pool.size * pool.size
        return f"more than one node's GPUs must be whole nodes: ask for {lower} or {lower + pool.size}, or give nodes.count"
    return f"the freest node has {largest} GPUs left: ask for fewer, give the backend more nodes, or drop a replica"
