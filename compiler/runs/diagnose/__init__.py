"""Why a run failed, in layers, the lowest broken layer first; and whether the workflow or the application is at fault.

In: a Run, patterns, and what else is known of it: the job's output, secrets that must not be shown. Out: a Diagnosis.

    diagnose(Run(path), own_patterns()).sentence
"""

from __future__ import annotations

from collections.abc import Iterable

from ..run import Run
from . import allocation, benchmark, infrastructure, orchestration, routing
from .case import Case, Outside
from .cleaning import Cleaner, secret_values
from .examine import collect
from .findings import LAYERS, Diagnosis, Evidence, Fault, Finding, Layer, LayerReport, Verdict
from .patterns import Pattern, load_patterns, own_patterns
from .scan import in_outside
from .waiting import waits

__all__ = [
    "LAYERS",
    "Cleaner",
    "Diagnosis",
    "Evidence",
    "Fault",
    "Finding",
    "Layer",
    "LayerReport",
    "Outside",
    "Pattern",
    "Verdict",
    "diagnose",
    "diagnose_output",
    "load_patterns",
    "own_patterns",
    "secret_values",
]

from pathlib import Path

_LATE = 600
"""Seconds after its end in which a run may still be said to go on: clocks differ, file systems are late."""
_NOWHERE = Path("/nonexistent")
_BLAME: dict[Fault, str] = {
    "application": "The application is at fault, not the workflow",
    "workflow": "The workflow is at fault, not the application",
    "infrastructure": "Neither the workflow nor the application is at fault, but what they ran on",
}


def diagnose(
    run: Run,
    patterns: Iterable[Pattern],
    *,
    cleaner: Cleaner | None = None,
    outside: Iterable[Outside] = (),
    alive: bool | None = None,
    now: float | None = None,
) -> Diagnosis:
    """`alive`: whether the run's script is there, as far as somebody other than the run's directory knows."""
    case = Case(run, patterns, cleaner or Cleaner(), outside, now)
    state = run.state.state
    if not state and not run.state.tasks:
        return _unknown(case, "nothing in the directory says what happened")
    if alive is None and state == "RUNNING":
        alive = False if _overdue(case) else run.alive()
    found = collect(case, alive).settled()
    goes_on = state in ("", "RUNNING") and alive is not False
    waiting = waits(case) if goes_on else ()
    cause = found[0] if found else None
    return Diagnosis(
        run=run.name,
        state=state,
        verdict="fault" if cause is not None else "none",
        sentence=_sentence(case, cause, goes_on, waiting),
        cause=cause,
        layers=_layers(case, cause, found),
        waiting=waiting,
    )


def _overdue(case: Case) -> bool:
    """Whether the time of a run that says it goes on was over long ago: its job's, or its own limit."""
    facts, started = case.run.facts, case.run.state.started
    if facts is None or started is None:
        return False
    ends = [facts.deadline, started + facts.limit + facts.grace if facts.limit is not None else None]
    return any(end is not None and case.now > end + _LATE for end in ends)


def diagnose_output(
    name: str, outside: Outside, patterns: Iterable[Pattern], cleaner: Cleaner | None = None
) -> Diagnosis:
    """What a script printed that made no run directory, as it does not when something is missing before the first task."""
    case = Case(Run(_NOWHERE), patterns, cleaner or Cleaner(), [outside])
    found = list(in_outside(case))
    if not found:
        return _unknown(case, f"{outside.name} says nothing that is known", name)
    found.sort(key=lambda one: (one.general, LAYERS.index(one.layer)))
    layers = tuple(_report(layer, found, False, "the run did not get so far") for layer in LAYERS)
    return Diagnosis(name, "", "fault", _sentence(case, found[0], False, ()), found[0], layers)


def _unknown(case: Case, why: str, name: str | None = None) -> Diagnosis:
    layers = tuple(LayerReport(layer, "unknown", "nothing is known") for layer in LAYERS)
    run = name or case.run.name
    return Diagnosis(run, case.run.state.state, "unknown", f"It cannot be known what happened: {why}.", None, layers)


def _sentence(case: Case, cause: Finding | None, goes_on: bool, waiting: tuple[str, ...]) -> str:
    if cause is not None:
        return f"{_BLAME[cause.fault]}: {cause.cause.rstrip('.')}."
    if goes_on:
        return f"No fault found so far; the run goes on{f': {waiting[0]}' if waiting else ''}."
    done = sum(task.state == "COMPLETED" for task in case.tasks.values())
    return f"No fault found: the run {case.run.state.state or 'ended'}, with {done} of {len(case.tasks)} tasks done."


def _layers(case: Case, cause: Finding | None, found: list[Finding]) -> tuple[LayerReport, ...]:
    told = {
        "orchestration": (bool(case.tasks), orchestration.says(case, cause)),
        "allocation": allocation.says(case),
        "infrastructure": infrastructure.says(case),
        "routing": routing.says(case),
        "benchmark": benchmark.says(case),
    }
    return tuple(_report(layer, found, *told[layer]) for layer in LAYERS)


def _report(layer: Layer, found: list[Finding], known: bool, says: str) -> LayerReport:
    mine = tuple(one for one in found if one.layer == layer)
    return LayerReport(layer, "FAIL" if mine else "OK" if known else "unknown", says, mine)
