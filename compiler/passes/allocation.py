"""Who has which GPUs while tasks are placed: a cursor of used GPUs for each node of a backend, and the map of it.

In: a backend. Out: an Allocation, which hands out nodes and GPUs; its `map` is what a misfit prints. The cursors never go
back: this is a plan, not a scheduler.

    node 0  [A A B .]  A=prefill B=decode
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..ir.plan import PlanBackend

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
MAX_NODES_SHOWN = 16
MAX_GPUS_SHOWN = 32
MAX_NAMES_SHOWN = 8


def _few(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMES_SHOWN} more" if len(names) > MAX_NAMES_SHOWN else ""
    return " ".join(names[:MAX_NAMES_SHOWN]) + more


@dataclass(slots=True)
class Allocation:
    """A backend's nodes: how many GPUs of each are taken, and by whom (name, nodes, GPUs)."""

    backend: PlanBackend
    used: list[int]
    owners: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.backend.gpus_per_node or 0

    def free(self, node: int) -> int:
        return self.size - self.used[node]

    def first_fit(self, pool: tuple[int, ...], gpus: int) -> tuple[int, ...] | None:
        """The first node of the pool with so many GPUs free, or as many whole free nodes as they fill."""
        if gpus <= self.size:
            return next(((node,) for node in pool if self.free(node) >= gpus), None)
        if gpus % self.size:
            return None
        whole = [node for node in pool if self.used[node] == 0][: gpus // self.size]
        return tuple(whole) if len(whole) == gpus // self.size else None

    def take(self, name: str, nodes: tuple[int, ...], gpus: int) -> tuple[int, ...] | None:
        """The next GPUs of the nodes' common cursor, the same on each node; None when they do not fit."""
        each = -(-gpus // len(nodes))
        start = max(self.used[node] for node in nodes)
        if start + each > self.size:
            return None
        for node in nodes:
            self.used[node] = start + each
        indices = tuple(range(start, start + each))
        self.owners.append((name, nodes, indices))
        return indices

    def map(self) -> str:
        """The allocation as lines of text, a node a line."""
        lines = []
        for node in range(min(len(self.used), MAX_NODES_SHOWN)):
            cells = ["."] * self.size
            names = []
            for number, (name, nodes, gpus) in enumerate(self.owners):
                if node in nodes:
                    letter = LETTERS[number] if number < len(LETTERS) else "#"
                    names.append(f"{letter}={name}")
                    for gpu in gpus:
                        cells[gpu] = letter
            row = " ".join(cells) if self.size <= MAX_GPUS_SHOWN else f"{self.used[node]} of {self.size} taken"
            lines.append(f"node {node}  [{row}]  {_few(names)}".rstrip())
        if len(self.used) > MAX_NODES_SHOWN:
            lines.append(f"... and {len(self.used) - MAX_NODES_SHOWN} more nodes")
        return "\n".join(lines)
