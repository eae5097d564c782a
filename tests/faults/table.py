"""The table of faults: what a script promises, and what is done to it to see whether it keeps that.

In: test modules (`tests/faults/test_*.py` and `tests/slurm/test_faults_*.py`). Out: `faults()`, every entry of theirs, from which
docs/promises.md is written (`page.py`).

An entry and its test are one thing, so that neither can be without the other. To add one, write a function in the module of its
topic (a new topic is a new module; tests run in parallel module by module) that does the deed and returns how the run ended:

    @attack(
        Fault(
            "a command that fails", EXIT,
            does="The only command of a task ends with status 7.",
            status=7, state="FAILED", reason="t FAILED: exit status 7",
        ),
    )
    def test_a_task_that_fails(stage: Stage, fault: Fault) -> Ended:
        return stage.run("workflow: {name: w, tasks: [{name: t, script: ['exec sleep TOKEN & exit 7']}]}")

`stage` (`stage.py`; on Slurm the fixture of tests/slurm/conftest.py) compiles and runs workflows. In their text TOKEN is a number
that no other process of the machine has among its arguments: `sleep TOKEN` is found wherever it hides. Several faults that differ
in a detail share a function: each is `Fault(..., given=detail)` and reads `fault.given`.

When the function has returned, `checks.py` asserts what is asserted of every run, whatever was done to it:

- it ended within `within` seconds, with the exit status, state and reason that the entry says;
- exit status, state and reason are the same for the caller, in status.json and in the last event of the run;
- events.jsonl can be read up to its last whole line, keeps its schema, and tells the same of every task as status.json;
- a few seconds later no process of the run is alive, and no temporary file, lock or pipe is left.

`books` says what there is to read: "kept" is the rule; "none": the run was refused before it had a directory; "torn": the fault
took the means of writing away, so that only whole lines are held to be true. Where something must be left, `leaves` says what;
`grace` is how much longer tasks may live that are entitled to a period of grace after the script was killed.
Asserts that only this fault needs are in its function. Each promise has the number of faults that it must have at `least`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Promise:
    """What a script is held to. `least`: how many faults must attack it."""

    title: str
    sentence: str
    least: int


EXIT = Promise(
    "Truthful exit",
    "However a run ends, its exit status, the state and the reason in `status.json` and the last line of `events.jsonl` say how, "
    "and say the same; on Slurm the job's own record agrees.",
    105,
)
LEFT = Promise(
    "Nothing left",
    "Five seconds after a run has ended (on Slurm fifteen) no process, step, lock, pipe or temporary file of it is left, "
    "whatever its tasks did to stay.",
    30,
)
HANGS = Promise(
    "Nothing hangs",
    "Nothing that a task, a service, a log or a file system does holds up the schedule, a probe or the end of the run.",
    35,
)
LOST = Promise(
    "Nothing lost",
    "After any kill the events can be read up to the last whole line and agree with `status.json`; a resumed run does exactly what "
    "had not been completed, and ends as an undisturbed one.",
    15,
)
PREEMPTION = Promise(
    "Preemption",
    "A job that is drained or requeued collects what it has, says why it ended, and goes on where it was.",
    8,
)
HOSTILE = Promise(
    "Hostile values",
    "Values, names, log lines and host names are data everywhere, whatever characters they hold.",
    20,
)
SECRETS = Promise(
    "Secrets",
    "What is secret by its name stands in no plan, header, event, status or report, and on no command line.",
    7,
)
INTEGRITY = Promise(
    "Integrity",
    "A script knows its own text: an edited or outdated one is told from a faithful one.",
    10,
)
OLD = Promise(
    "Old and small machines",
    "Scripts run with the bash and the tools of old and small systems, and in directories with awkward names and rights.",
    35,
)
PROMISES = (EXIT, LEFT, HANGS, LOST, PREEMPTION, HOSTILE, SECRETS, INTEGRITY, OLD)

State = Literal["COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"]


@dataclass(frozen=True)
class Fault:
    """One deed. `status`, `state` and `reason` (a part of it) are of the run; `outcome` is what else the test sees to; `job` what Slurm
    says of the job, such as `CANCELLED 0:15`, where that is neither `COMPLETED 0:0` nor `FAILED status:0`."""

    name: str
    promise: Promise
    does: str
    status: int
    state: State | None = None
    reason: str = ""
    outcome: str = ""
    backend: Literal["local", "slurm", "docker", "ssh"] = "local"
    books: Literal["kept", "none", "torn"] = "kept"
    leaves: str = ""
    within: float = 30
    grace: float = 0
    job: str = ""
    given: Any = None

    @property
    def id(self) -> str:
        return self.name.replace(" ", "-")


def attack(*faults: Fault) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Makes a test of a function that does these faults: it gets a stage and the fault, and returns how the run ended."""

    def decorate(function: Callable[..., Any]) -> Callable[..., None]:
        @pytest.mark.parametrize("fault", faults, ids=[fault.id for fault in faults])
        def test(stage: Any, fault: Fault, request: pytest.FixtureRequest) -> None:
            stage.check(function(stage, fault), fault)

        test.__name__ = function.__name__
        test.__doc__ = function.__doc__
        test.__module__ = function.__module__
        test.faults = faults  # type: ignore[attr-defined]
        return test

    return decorate


def modules() -> list[str]:
    """The modules that have entries, by the names under which they can be imported."""
    local = [f"faults.{path.stem}" for path in sorted((TESTS / "faults").glob("test_*.py"))]
    slurm = [path.stem for path in sorted((TESTS / "slurm").glob("test_faults_*.py"))]
    return [name for name in local + slurm if name != "faults.test_table"]


def attacks() -> dict[str, tuple[Fault, ...]]:
    """Every test of those modules, as module:function, with its faults: none when it is not an attack."""
    found: dict[str, tuple[Fault, ...]] = {}
    for name in modules():
        for key, value in vars(importlib.import_module(name)).items():
            if key.startswith("test_") and callable(value):
                found[f"{name}:{key}"] = getattr(value, "faults", ())
    return found


def faults() -> list[Fault]:
    """The whole table, in the order of modules and, in them, of lines."""
    return [fault for entries in attacks().values() for fault in entries]
