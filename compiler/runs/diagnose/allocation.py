"""What the tasks were given: nodes, GPUs, memory, disk, the job's time.

In: a Case. Out: GPUs that two tasks had at the same time, GPUs that a task took and was not given, GPUs that were never there.
What logs tell of memory, disk, nodes and the job's time comes from patterns.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from .case import Case
from .findings import Evidence, Finding

_TAKEN = re.compile(
    r"^[ \t]*(?:(?:export|env|exec[ \t]+env)[ \t]+)?CUDA_VISIBLE_DEVICES=[\"']?([0-9]+(?:,[0-9]+)*)[\"']?(?=[\s;&|]|$)",
    re.MULTILINE,
)


def findings(case: Case, involved: Iterable[str]) -> list[Finding]:
    """What is wrong with the GPUs of tasks, as far as those that the failure is about have a part in it."""
    names = [name for name in dict.fromkeys(involved) if name in case.tasks]
    return [*_missing(case, names), *_shared(case, names)]


def _gpus(case: Case, task: str) -> tuple[frozenset[tuple[int, int]], Evidence | None]:
    """(node, GPU) of a task: those of the plan, or those that its script takes instead, with the line that does."""
    facts = case.facts(task)
    if facts is None:
        return frozenset(), None
    script = case.script(task)
    taken = _TAKEN.search(script)
    if taken is None:
        return frozenset((node, gpu) for node in facts.nodes for gpu in facts.gpus), None
    line = script[taken.start() :].lstrip("\n").split("\n", 1)[0]
    number = script.count("\n", 0, taken.start(1)) + 1
    evidence = Evidence(case.clean(case.relative(case.run.script(task))), number, case.clean(line))
    return frozenset((node, int(gpu)) for node in facts.nodes for gpu in taken[1].split(",")), evidence


def _shared(case: Case, names: list[str]) -> list[Finding]:
    """Tasks that had the same GPU of the same node at the same time."""
    for one, other in itertools.product(names, case.tasks):
        if one == other or not _together(case, one, other):
            continue
        mine, my_line = _gpus(case, one)
        theirs, their_line = _gpus(case, other)
        both = sorted(gpu for _, gpu in mine & theirs)
        if not both:
            continue
        evidence = [line or _of_plan(case, name) for name, line in ((one, my_line), (other, their_line))]
        gpus = ", ".join(map(str, dict.fromkeys(both)))
        cause = f"{one} and {other} have the same GPU{'s' if len(set(both)) > 1 else ''} {gpus} at the same time"
        next_step = (
            "give the backend its `gpus_per_node`, so that tasks get GPUs of their own, or let one wait for the other"
        )
        if my_line or their_line:
            next_step = "leave CUDA_VISIBLE_DEVICES as the run sets it, and ask for GPUs with `resources.gpus.count`"
        return [Finding("gpus-shared", "allocation", "workflow", case.clean(cause), next_step, tuple(evidence), one)]
    return []


def _together(case: Case, one: str, other: str) -> bool:
    """Whether two tasks ran at the same time."""
    spans = []
    for task in (case.tasks[one], case.tasks[other]):
        if task.started is None:
            return False
        spans.append((task.started, case.now if task.finished is None else task.finished))
    return max(spans[0][0], spans[1][0]) < min(spans[0][1], spans[1][1])


def _missing(case: Case, names: list[str]) -> list[Finding]:
    """GPUs that Slurm did not give to the job."""
    facts = case.run.facts
    given = (facts.slurm or {}).get("gpus_on_node", "") if facts is not None else ""
    for name in names if given.isdigit() else ():
        mine, line = _gpus(case, name)
        largest = max((gpu for node, gpu in mine if node == 0), default=-1)
        if largest >= int(given):
            cause = f"{name} uses GPU {largest}, and the job has {given} on its first node"
            evidence = (line or _of_plan(case, name), Evidence("run.json", None, f"gpus_on_node: {given}"))
            return [
                Finding(
                    "gpus-not-given",
                    "allocation",
                    "workflow",
                    case.clean(cause),
                    "ask Slurm for as many as the plan has (`extra_args` of the backend: --gpus-per-node=N)",
                    evidence,
                    name,
                )
            ]
    return []


def _of_plan(case: Case, task: str) -> Evidence:
    facts = case.facts(task)
    assert facts is not None
    assert case.run.facts is not None
    where = ", ".join(case.run.facts.place(facts))
    return Evidence(
        "run.json", None, case.clean(f"{task}: node {where}, GPU {','.join(map(str, facts.gpus)) or 'none'}")
    )


def says(case: Case) -> tuple[bool, str]:
    """Whether anything is known, and what."""
    facts = case.run.facts
    if facts is None:
        return False, "there is no run.json that says which nodes and GPUs tasks have"
    nodes = [node.name for node in facts.nodes]
    shown = ", ".join(nodes[:4]) + (f" and {len(nodes) - 4} more" if len(nodes) > 4 else "")
    text = f"{len(nodes)} node{'s' if len(nodes) != 1 else ''} ({shown})"
    with_gpus = [task for task in facts.tasks if task.gpus]
    if with_gpus:
        text += f"; {len(with_gpus)} task{'s have' if len(with_gpus) != 1 else ' has'} GPUs"
    return True, case.clean(text)
