"""Collects what is wrong with a run, from all layers, and which of it explains the rest.

In: a Case. Out: findings: the causes, and what only followed.

A task that failed is explained by its own log; if that only says how it ended, by the logs of what it needs, by GPUs that it
shares, and, when it is a benchmark, by the way of its requests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..run import BAD_STATES, GOOD_STATES
from . import allocation, benchmark, orchestration, routing
from .case import Case
from .findings import LAYERS, Finding
from .patterns import Pattern
from .scan import best, in_log, in_outside, in_reason

_NEEDED = 24
"""How many of the tasks that a failed one needs are looked at."""


@dataclass(slots=True)
class Findings:
    """`symptom` says how it ended; `causes` explain it; `others` stand for themselves."""

    symptom: Finding | None
    causes: list[Finding]
    others: list[Finding]

    def settled(self) -> list[Finding]:
        """All that count, the cause first: of the causes, those in the lowest layer; else the symptom, unless a layer below
        it is broken too. What a cause explains is left out where it stands no higher."""
        symptom, causes = self.symptom, list(self.causes)
        if symptom is not None and not symptom.general:
            causes.insert(0, symptom)
            symptom = None
        ids = {cause.id for cause in [*causes, *self.others]}
        explained = [one for one in causes if ids & set(one.explained_by)]
        causes = [one for one in causes if one not in explained]
        stays = symptom is not None and (not causes or _rank(symptom) > min(map(_rank, causes)))
        found = sorted([*causes, *([symptom] if symptom is not None and stays else []), *self.others], key=_rank)
        if found and explained:
            found = [_merged(one, explained) for one in found]
        return _unique(found)


def _rank(found: Finding) -> int:
    return LAYERS.index(found.layer)


def _merged(found: Finding, explained: list[Finding]) -> Finding:
    """A cause with the evidence of what it explains."""
    evidence = [line for one in explained if found.id in one.explained_by for line in one.evidence]
    return replace(found, evidence=(*found.evidence, *evidence))


def _unique(found: list[Finding]) -> list[Finding]:
    kept: dict[tuple[str, str | None], Finding] = {}
    for one in found:
        kept.setdefault((one.id, one.task), one)
    return list(kept.values())


def collect(case: Case, alive: bool | None) -> Findings:
    """Everything that is wrong. `alive`: whether the script of a run that says it goes on is there."""
    state = case.run.state.state
    if state == "COMPLETED":
        return _of_results(case)
    if state == "RUNNING" and alive is not False:
        return Findings(None, _signs(case), [])
    common = {pattern.id for pattern in case.patterns if pattern.at_end}
    outside = [one for one in in_outside(case) if one.id not in common]
    told = [one for one in outside if not one.general]
    if case.failed:
        return _of_task(case, told)
    symptom = orchestration.why_it_ended(case) if state != "RUNNING" else orchestration.vanished(case)
    if symptom is not None and symptom.id in ("stopped-from-outside", "vanished", "script-killed") and not told:
        told = [replace(one, general=False) for one in outside[:1]]
    causes = told[:1]
    if not causes and state == "TIMEOUT":
        causes = _of_unfinished(case)
    if symptom is not None and not causes and symptom.general and state == "TIMEOUT":
        symptom = _with_last_words(case, symptom)
    return Findings(symptom, causes, [])


def _of_task(case: Case, told: list[Finding]) -> Findings:
    """The first task that failed, with what may explain it."""
    first = case.failed[0]
    symptom = orchestration.why_it_failed(case, first)
    needed = case.needs(first.name)
    is_client = case.layer_of(first.name) == "orchestration" and "HTTP Error" in symptom.cause
    asks = is_client or "benchmark" in case.roles(first.name)
    causes = told[:1]
    if symptom.general or any(pattern.id == symptom.id and pattern.at_end for pattern in case.patterns):
        causes += _of_needed(case, needed)
    shared = allocation.findings(case, [first.name, *needed]) if symptom.general or symptom.explained_by else []
    causes += shared if shared and (shared[0].task == first.name or not causes) else []
    results = benchmark.findings(case)
    if asks:
        causes += [*routing.findings(case), *results]
        results = []
    if "benchmark" in case.roles(first.name) and symptom.layer != "benchmark" and (end := in_reason(case, first)):
        results = [*results, replace(end, layer="benchmark", general=True)]
    return Findings(symptom, causes, [*orchestration.others_that_failed(case), *results])


def _of_results(case: Case) -> Findings:
    """A run that ended well: its benchmarks may have measured nothing."""
    results = benchmark.findings(case)
    if not results:
        return Findings(None, [], [])
    needed = [name for task in dict.fromkeys(one.task for one in results) if task for name in case.needs(task)]
    return Findings(None, [*_of_needed(case, list(dict.fromkeys(needed))), *routing.findings(case)], results)


def _of_needed(case: Case, needed: list[str]) -> list[Finding]:
    """What the logs of services say that a failed task needs; only what no healthy log says."""
    found = []
    for name in needed[:_NEEDED]:
        cause = best(in_log(case, name, _is_sure))
        if cause is not None and not cause.general:
            found.append(cause)
    return found


def _is_sure(pattern: Pattern) -> bool:
    return not (pattern.at_end or pattern.general or pattern.always)


def _of_unfinished(case: Case) -> list[Finding]:
    """What the logs of tasks say that were under way when the time was over."""
    names = [name for name, task in case.tasks.items() if task.started is not None and task.state not in GOOD_STATES]
    return _of_needed(case, names)


def _with_last_words(case: Case, symptom: Finding) -> Finding:
    """A limit with the last words of what was not done."""
    names = [name for name, task in case.tasks.items() if task.started is not None and task.ready is None]
    lines = [line for name in names if case.tasks[name].state == "CANCELLED" for line in case.end_of_log(name, 1)]
    return replace(symptom, evidence=(*symptom.evidence, *lines[:3]))


def _signs(case: Case) -> list[Finding]:
    """What logs of tasks say that run and are not ready, in a run that goes on; and tasks that failed a moment ago."""
    if any(task.state in BAD_STATES for task in case.tasks.values()):
        return [orchestration.why_it_failed(case, case.failed[0])]
    names = [
        name
        for name, task in case.tasks.items()
        if task.state == "RUNNING"
        and (facts := case.facts(name)) is not None
        and any(p.role == "readiness" for p in facts.probes)
    ]
    return _of_needed(case, names)
