"""Tells of a task that does not fit: what it asks for, who has what, and three ways out.

In: what the task asks for and the allocation that has no room for it. Out: one diagnostic.

    node 0  [A A A .]  A=prefill
    'decode' asks for 2 GPUs
"""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Reporter
from ..ir.workflow import Resources
from .allocation import Allocation
from .draft import Draft, Instance


def report_misfit(
    instance: Instance,
    pool: tuple[int, ...],
    chosen: tuple[int, ...] | None,
    count: int | None,
    gpus: int | None,
    allocation: Allocation,
    draft: Draft,
    report: Reporter,
) -> None:
    """Reports that `count` nodes and `gpus` GPUs are not there; `pool` is what the task may have, `chosen` what it chose."""
    backend = allocation.backend
    wanted = [text for number, noun in ((count, "node"), (gpus, "GPU")) if (text := _count(number, noun))]
    size = f" of {allocation.size} GPUs" if allocation.size else ""
    note = ""
    if allocation.size:
        where = f"node {', '.join(map(str, chosen))}" if chosen else f"{_count(count, 'node')}" if count else ""
        asks = f"{_count(gpus, 'GPU')}{f' on {where}' if where else ''}" if gpus else where
        note = f"{allocation.map()}\n'{instance.name}' asks for {asks}"
    if gpus is None or not allocation.size:
        ways = _for_nodes(instance, count or 1, len(pool), backend.nodes)
    elif count is None and chosen is None and gpus > allocation.size and gpus % allocation.size:
        ways = _for_whole_nodes(gpus, allocation.size)
    else:
        ways = _for_gpus(pool, chosen, count, gpus, allocation, "at least " if instance.replicated else "")
    ways = [*ways, _other_way(instance, draft)]
    report.error(
        "does-not-fit",
        f"task '{instance.name}' asks for {' and '.join(wanted)}, which do not fit on backend '{backend.name}' "
        f"({_count(backend.nodes, 'node')}{size})",
        (instance.task.resources or Resources(instance.span)).span,
        note=note,
        help="\nor ".join(ways),
    )


def _count(number: int | None, noun: str) -> str:
    return "" if number is None else f"{number} {noun}{'' if number == 1 else 's'}"


def _for_nodes(instance: Instance, count: int, there: int, nodes: int) -> list[str]:
    needed = nodes - there + count * (1 if instance.sequential else instance.replica_index + 1)
    fewer = "fewer nodes or replicas" if instance.replicated and not instance.sequential else "fewer nodes"
    return [f"ask for {fewer}", f"give the backend at least {needed} nodes (`nodes`)"]


def _for_whole_nodes(gpus: int, size: int) -> list[str]:
    lower = gpus // size * size
    spread = -(-gpus // size)
    return [
        f"ask for {lower} or {lower + size} GPUs: more than a node has are whole nodes",
        f"spread them over {spread} nodes, {-(-gpus // spread)} on each (`nodes: {{count: {spread}}}`)",
    ]


def _for_gpus(
    pool: tuple[int, ...],
    chosen: tuple[int, ...] | None,
    count: int | None,
    gpus: int,
    allocation: Allocation,
    least: str,
) -> list[str]:
    """What would fit: fewer GPUs where there are some left, and as many more nodes as would do."""
    size = allocation.size
    among = chosen or (pool[:count] if count else None)
    if among:
        free = len(among) * min((allocation.free(node) for node in among), default=0)
    elif gpus <= size:
        free = max((allocation.free(node) for node in pool), default=0)
    else:
        free = size * sum(allocation.used[node] == 0 for node in pool)
    fewer = f"ask for {'no more than ' if free > 1 else ''}{_count(free, 'GPU')}, which is what is left"
    fewer = fewer if free else f"take GPUs from {_owners(among or pool, allocation)}"
    if among:
        spare = [node for node in pool if allocation.used[node] == 0]
        if count is None and spare:
            return [
                fewer,
                f"choose other nodes: {', '.join(map(str, spare[:8]))} {'is' if len(spare) == 1 else 'are'} free",
            ]
        return [fewer, f"spread them over more nodes, or give the nodes more GPUs (`gpus_per_node` is {size})"]
    more = -(-gpus // size) - (free // size if gpus > size else 0)
    return [fewer, f"give the backend {least}{allocation.backend.nodes + more} nodes (`nodes`)"]


def _owners(nodes: Iterable[int], allocation: Allocation) -> str:
    there = set(nodes)
    names = [name for name, taken, _ in allocation.owners if there & set(taken)]
    shown = [f"'{name}'" for name in names[:3]]
    return f"{', '.join(shown)} or others" if len(names) > 3 else " or ".join(shown) or "another task"


def _other_way(instance: Instance, draft: Draft) -> str:
    if instance.replicated and not instance.sequential:
        return "let one replica run after the other, with the same GPUs and nodes (`policy: sequential`)"
    others = [backend.name for backend in draft.backends if backend.name != instance.backend]
    if others:
        return f"run it on another backend (`backend: {others[0]}`)"
    return "let tasks that need not run at once share: the sequential replicas of one task do"
