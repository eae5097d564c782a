"""What two runs were made of: sources, overrides, variables, tasks with their scripts and places, environment, host, job.

In: two Runs. Out: Differences. What only names a run (its id, its job's id, when it began, its directory wherever that is spelt) is
none.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .difference import Difference, differing
from .environment import read_environment
from .facts import Facts, TaskFacts
from .run import Run
from .secrets import Masker

_NAMES_A_JOB = frozenset({"job_id", "array_job_id"})
_NAMES_A_RUN = re.compile(
    r"SLURM_(JOB_ID|JOBID|ARRAY_JOB_ID|TASK_PID|JOB_START_TIME|JOB_END_TIME|SRUN_COMM_PORT|STEP_LAUNCHER_PORT|STEP_?ID)"
)
_LONG_ENOUGH = 4
"""A job's id of fewer digits may be any number."""
_MOST = 1 << 18
_LINES = 2000
"""Of longer scripts it is only said that they differ."""
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs, its text made comparable."""

    run: Run
    facts: Facts
    masker: Masker

    def alike(self, text: str) -> str:
        """The text with `<run>` for the run's directory and name."""
        name = re.escape(self.facts.run_id or self.run.name)
        where = r"""(?<![^\s"'=:,;(])[^\s"'=:,;()]*/"""
        return self.masker.masked(re.sub(rf"(?:{where}|(?<![\w.-])){name}(?![\w-])", "<run>", text))

    def of_job(self, text: str) -> str:
        """The same, with `<job>` for the number of its job."""
        job = str((self.facts.slurm or {}).get("job_id", ""))
        text = self.alike(text)
        return re.sub(rf"(?<!\d){re.escape(job)}(?!\d)", "<job>", text) if len(job) >= _LONG_ENOUGH else text

    def all(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self.alike(value) if isinstance(value, str) else value for name, value in values.items()}


def compare_inputs(first: Run, second: Run) -> Iterable[Difference]:
    """Nothing where a run has no run.json."""
    if first.facts is None or second.facts is None:
        return
    a, b = Side(first, first.facts, Masker.of(first)), Side(second, second.facts, Masker.of(second))
    yield from differing("source", dict(a.facts.sources), dict(b.facts.sources))
    yield from differing("run", _of_the_script(a), _of_the_script(b))
    yield from differing("override", a.all(first.state.overrides), b.all(second.state.overrides))
    yield from differing("variable", a.all(a.facts.variables), b.all(b.facts.variables))
    yield from _tasks(a, b)
    yield from differing("host", dict(a.facts.host), dict(b.facts.host))
    yield from differing("slurm", _job(a), _job(b))
    yield from differing("node", _nodes(a), _nodes(b))
    yield from differing("environment", _environment(a), _environment(b))


def _of_the_script(side: Side) -> dict[str, object]:
    facts = side.facts
    return {
        "workflow": facts.workflow,
        "sflowc": facts.sflowc,
        "made with": side.alike(facts.rebuild),
        "script": facts.body,
        "time limit": facts.limit,
        "grace": facts.grace,
    }


def _job(side: Side) -> dict[str, object]:
    return {name: side.of_job(value) for name, value in (side.facts.slurm or {}).items() if name not in _NAMES_A_JOB}


def _nodes(side: Side) -> dict[str, object]:
    return {str(index): f"{node.name} ({node.address})" for index, node in enumerate(side.facts.nodes)}


def _environment(side: Side) -> dict[str, object]:
    found = read_environment(side.run.path)
    return {name: side.of_job(value) for name, value in found.items() if not _NAMES_A_RUN.fullmatch(name)}


def _tasks(a: Side, b: Side) -> Iterable[Difference]:
    mine, yours = ({task.name: task for task in side.facts.tasks} for side in (a, b))
    for name in dict.fromkeys((*mine, *yours)):
        if name not in mine or name not in yours:
            there = ["there" if name in side else None for side in (mine, yours)]
            yield Difference("task", "", there[0], there[1], (name,))
            continue
        yield from differing("task", _task(mine[name], a), _task(yours[name], b), name)
        yield from _scripts(a, b, name)


def _task(task: TaskFacts, side: Side) -> dict[str, object]:
    probes = [f"{probe.role} {probe.kind}: {side.alike(probe.says)}" for probe in task.probes]
    return {
        "after": list(task.after),
        "nodes": list(task.nodes),
        "gpus": list(task.gpus),
        "launch": task.launch,
        "timeout": task.timeout,
        "ready within": task.ready_within,
        "retries": task.retries,
        "critical": task.critical,
        "probes": probes,
        **{f"sweep {name}": side.alike(value) for name, value in task.sweep.items()},
    }


def _scripts(a: Side, b: Side, task: str) -> Iterable[Difference]:
    texts = [_text(side, task) for side in (a, b)]
    if None in texts or texts[0] == texts[1]:  # a task that never started has none
        return
    before, after = (str(text).split("\n") for text in texts)
    lines: tuple[str, ...] = ()
    if max(len(before), len(after)) <= _LINES:
        found = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
        found = found[:-1] if found[-1] == " " else found  # what stands after the end of the last line
        more = [f"… {len(found) - _SHOWN} more lines"] if len(found) > _SHOWN else []
        lines = (*found[:_SHOWN], *more)
    yield Difference("task", "script", tasks=(task,), lines=lines or ("they are long, and differ",))


def _text(side: Side, task: str) -> str | None:
    path: Path = side.run.script(task)
    try:
        with path.open("rb") as file:
            return side.alike(file.read(_MOST).decode("utf-8", "replace"))
    except OSError:
        return None
