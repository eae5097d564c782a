"""Gives the backends their sizes and options, and finds the default one.

Before: `draft.globals`. After: `draft.backends` and `backends.B` in the scope. A workflow without a backend has a local one.
"""

from __future__ import annotations

from ..diagnostics import Label, Reporter
from ..ir.change import replace
from ..ir.expr import RunText, display
from ..ir.plan import PlanBackend
from ..ir.tree import Mapping, Node, Sequence, to_python
from ..ir.workflow import Backend
from .draft import Draft
from .fields import read_boolean, read_integer, read_text
from .scope import BROKEN, Names, node_value

MAX_NODES = 100_000
MAX_GPUS_PER_NODE = 1000
_NUMBERS = ("nodes", "gpus_per_node")
_BOOLEANS = ("exclusive", "requeue")


def resolve_backends(draft: Draft, report: Reporter) -> Draft:
    declared = draft.workflow.backends
    backends: list[PlanBackend] = []
    broken: set[str] = set()
    for backend in declared:
        errors = report.error_count
        backends.append(_resolve(backend, draft, report))
        if report.error_count > errors:
            broken.add(backend.name)
    backends = _choose_default(declared, backends, report) or [PlanBackend("local", "local", True, 1, None)]
    backends = _count_components(backends)
    values = {found.name: BROKEN if found.name in broken else _value(found) for found in backends}
    scope = draft.scope.extended(backends=Names("backend", values))
    return replace(draft, backends=tuple(backends), broken_backends=frozenset(broken), scope=scope)


def _resolve(backend: Backend, draft: Draft, report: Reporter) -> PlanBackend:
    """The backend; after a diagnostic something in its place that later passes can work with."""
    fields = {key: entry.value for key, entry in backend.fields.entries.items() if to_python(entry.value) is not None}
    nodes = _number(fields.get("nodes"), 1, f"nodes of backend '{backend.name}'", draft, report)
    gpus = _number(fields.get("gpus_per_node"), None, f"gpus_per_node of backend '{backend.name}'", draft, report)
    if nodes is not None and nodes > MAX_NODES:
        report.error("too-large", f"{nodes} nodes are more than any cluster has", fields["nodes"].span)
        nodes = None
    if gpus is not None and gpus > MAX_GPUS_PER_NODE:
        report.error("too-large", f"{gpus} GPUs are more than any node has", fields["gpus_per_node"].span)
        gpus = None
    offered = fields.pop("accelerator", None)
    accelerators = () if offered is None else _accelerators(offered, draft, report)
    options: list[tuple[str, str | tuple[str, ...]]] = []
    if backend.type == "slurm":
        for name, node in fields.items():
            if name not in _NUMBERS:
                value = _option(name, node, draft, report)
                if value is not None:
                    options.append((name, value))
    default = backend.default is not None and bool(read_boolean(backend.default, draft.scope, "default", report))
    return PlanBackend(backend.name, backend.type, default, nodes or 1, gpus, tuple(options), None, accelerators)  # type: ignore[arg-type]


def _number(node: Node | None, default: int | None, what: str, draft: Draft, report: Reporter) -> int | None:
    return default if node is None else read_integer(node, draft.scope, what, report, minimum=1)


def _accelerators(node: Node, draft: Draft, report: Reporter) -> tuple[str, ...]:
    """The kinds of hardware that a backend offers, each once."""
    value = _option("accelerator", node, draft, report) or ()
    names = (value,) if isinstance(value, str) else value
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _option(name: str, node: Node, draft: Draft, report: Reporter) -> str | tuple[str, ...] | None:
    if isinstance(node, Sequence):
        items = [_option(name, item, draft, report) for item in node]
        return tuple(item for item in items if isinstance(item, str))
    if isinstance(node, Mapping):
        return None
    if name in _BOOLEANS:
        value = read_boolean(node, draft.scope, name, report)
        return None if value is None else str(value).lower()
    text = read_text(node, draft.scope, report)
    if isinstance(text, RunText):
        message = f"{name} is {display(text)}, which is known only when the job runs"
        report.error("runtime-value", message, node.span)
        return None
    if text is not None and "\n" in text.strip():
        report.error("bad-directive", f"{name} has a line break, and a directive is one line", node.span)
        return None
    return text


def _choose_default(declared: tuple[Backend, ...], backends: list[PlanBackend], report: Reporter) -> list[PlanBackend]:
    marked = [index for index, backend in enumerate(backends) if backend.default]
    if len(marked) > 1:
        first, second = declared[marked[0]].span, declared[marked[1]].span
        report.error("two-defaults", "two backends are the default", second, labels=[Label(first, "the other one")])
    chosen = marked[0] if marked else 0
    return [replace(backend, default=index == chosen) for index, backend in enumerate(backends)]


def _count_components(backends: list[PlanBackend]) -> list[PlanBackend]:
    """Several slurm backends are the components of one heterogeneous job, in file order."""
    slurm = [backend.name for backend in backends if backend.type == "slurm"]
    if len(slurm) < 2:
        return backends
    return [replace(b, component=slurm.index(b.name)) if b.name in slurm else b for b in backends]


def _value(backend: PlanBackend) -> dict[str, object]:
    nodes = [node_value(backend.name, index, backend.gpus_per_node) for index in range(backend.nodes)]
    return {"name": backend.name, "type": backend.type, "nodes": nodes, "gpus_per_node": backend.gpus_per_node}
