"""run.json: what a run is made of, as its script wrote it down when it started.

In: a run directory. Out: Facts, or None as long as the file is not there as a whole. The format is schemas/run.schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .shape import MAYBE_NUMBER, NUMBER, fits


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ProbeFacts:
    """`role` is readiness or failure; `says` what it waits for, for people."""

    role: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """`nodes` are indices of Facts.nodes, `gpus` the indices on each of them. Times are seconds."""

    name: str
    base: str
    replica: int
    sweep: Mapping[str, str]
    after: tuple[str, ...]
    nodes: tuple[int, ...]
    gpus: tuple[int, ...]
    launch: str
    timeout: float | None
    ready_within: float | None
    retries: int
    critical: bool
    outputs: bool
    probes: tuple[ProbeFacts, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    """Of those outputs that have one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`tasks` are in an order in which they can start. `started` and `deadline` are seconds since the epoch."""

    run_id: str
    workflow: str
    sflowc: str
    script: str
    rebuild: str
    body: str
    sources: tuple[tuple[str, str], ...]
    """Names of the compiled files and the sha256 of each."""
    started: float
    limit: float | None
    deadline: float | None
    grace: float
    host: Mapping[str, Any]
    slurm: Mapping[str, str] | None
    nodes: tuple[NodeFacts, ...]
    variables: Mapping[str, str]
    tasks: tuple[TaskFacts, ...]

    def task(self, name: str) -> TaskFacts:
        """Raises KeyError for a name that no task has."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise KeyError(name)

    def place(self, task: TaskFacts) -> tuple[str, ...]:
        """The names of the nodes that a task runs on."""
        return tuple(self.nodes[index].name for index in task.nodes if index < len(self.nodes))


_TASK = {
    "name": str, "base": str, "replica": int, "sweep": {str: str}, "after": [str], "nodes": [int], "gpus": [int],
    "launch": str, "timeout": MAYBE_NUMBER, "ready_within": MAYBE_NUMBER, "retries": int, "critical": bool,
    "outputs": bool, "probes": [{"role": str, "kind": str, "says": str}],
}  # fmt: skip
_SHAPE = {
    **dict.fromkeys(("run_id", "workflow", "sflowc", "script", "rebuild", "body"), str),
    "sources": [{"file": str, "sha256": str}],
    "started": NUMBER,
    "limit": MAYBE_NUMBER,
    "deadline": MAYBE_NUMBER,
    "grace": NUMBER,
    "nodes": [{"name": str, "address": str}],
    "variables": {str: str},
    "tasks": [_TASK],
    "host": {str: (str, int, type(None))},
}


def read_facts(run_dir: Path) -> Facts | None:
    """None while the file is missing, or not whole, as a network file system may show it, or of another version."""
    try:
        value = json.loads((run_dir / "run.json").read_text("utf-8", "replace"))
        whole = value["version"] == 1 and fits(value, _SHAPE)
        whole = whole and all(fits(task.get("units", {}), {str: str}) for task in value["tasks"])
        whole = whole and (value["slurm"] is None or fits(value["slurm"], {str: str}))
        return _facts(value) if whole else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _facts(value: dict[str, Any]) -> Facts:
    return Facts(
        **{name: value[name] for name in ("run_id", "workflow", "sflowc", "script", "rebuild", "body")},
        sources=tuple((source["file"], source["sha256"]) for source in value["sources"]),
        **{name: value[name] for name in ("started", "limit", "deadline", "grace", "host", "slurm", "variables")},
        nodes=tuple(NodeFacts(node["name"], node["address"]) for node in value["nodes"]),
        tasks=_in_order([_task(task) for task in value["tasks"]]),
    )


def _task(value: dict[str, Any]) -> TaskFacts:
    probes = tuple(ProbeFacts(probe["role"], probe["kind"], probe["says"]) for probe in value["probes"])
    lists: dict[str, Any] = {name: tuple(value[name]) for name in ("after", "nodes", "gpus")}
    names = ("name", "base", "replica", "sweep", "launch", "timeout", "ready_within", "retries", "critical", "outputs")
    return TaskFacts(**{name: value[name] for name in names}, **lists, probes=probes, units=value.get("units", {}))


def _in_order(tasks: list[TaskFacts]) -> tuple[TaskFacts, ...]:
    """By the longest way from a task that waits for nothing, else as they are."""
    waits = {task.name: len(task.after) for task in tasks}
    feeds: dict[str, list[str]] = {}
    for task in tasks:
        for before in task.after:
            feeds.setdefault(before, []).append(task.name)
    tier = [task.name for task in tasks if not task.after]
    tiers = dict.fromkeys(tier, 0)
    while tier:
        following = []
        for before in tier:
            for name in feeds.get(before, ()):
                waits[name] -= 1
                if not waits[name]:
                    following.append(name)
        tiers.update(dict.fromkeys(following, tiers[tier[0]] + 1))
        tier = following
    return tuple(sorted(tasks, key=lambda task: tiers.get(task.name, len(tasks))))
