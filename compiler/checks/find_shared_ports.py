"""Two services on one node whose readiness is that of one port.

Before: placed tasks with probes. After: a warning for the second: the port can belong to one of them, and the other one is
taken for ready as soon as that one is.
"""

from __future__ import annotations

from ..diagnostics import Label, Reporter, Span
from ..ir.plan import NodeAddress, TcpPort
from ..passes.draft import Draft, Instance


def find_shared_ports(draft: Draft, report: Reporter) -> None:
    local = {backend.name for backend in draft.backends if backend.type == "local"}
    first: dict[tuple[str, int, int], Instance] = {}
    for instance in draft.instances:
        for probe in instance.probes:
            if probe.type != "readiness" or not isinstance(probe.check, TcpPort):
                continue
            for host in probe.check.hosts:
                if not isinstance(host, NodeAddress):
                    continue
                place = (host.backend, -1 if host.backend in local else host.node, probe.check.port)
                other = first.setdefault(place, instance)
                if (
                    other is not instance
                ):  # the next of sequential replicas starts when this one is ready, and still runs
                    _report(instance, other, probe.check.port, local, report)


def _report(instance: Instance, other: Instance, port: int, local: set[str], report: Reporter) -> None:
    where = "this machine" if instance.backend in local else "one node"
    labels = [] if other.task is instance.task else [Label(_span(other), f"'{other.name}' probes it too")]
    report.warning(
        "shared-port",
        f"'{other.name}' and '{instance.name}' are both on {where}, and both ready when port {port} is open",
        _span(instance),
        labels=labels,
        help="give each its own port, such as ${{ variables.PORT + 1 }}, or a node of its own",
    )


def _span(instance: Instance) -> Span:
    probe = next(probe for probe in instance.task.probes if probe.type == "readiness")
    node = probe.fields.get("port")
    return node.span if node is not None else probe.span
