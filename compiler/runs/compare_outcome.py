"""How two runs went: states, exit statuses, attempts, durations, outputs.

In: two Runs, and how much numbers may differ. Out: Differences, with the relative change of what is a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .difference import Difference
from .history import history
from .run import Run

_MOMENT = 1.0
"""Seconds: what differs by less took as long."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Relative: 0.1 is 10 percent."""

    outputs: float = 0.0
    durations: float = 0.1


def compare_outcome(a: Run, b: Run, allowed: Tolerance) -> Iterable[Difference]:
    """The run itself first, then its tasks."""
    yield from _plain("state", a.state.state or None, b.state.state or None)
    yield from _plain("exit status", a.state.exit_status, b.state.exit_status)
    yield from _lasted("duration", _took(a), _took(b), allowed)
    mine, yours = _Times(a), _Times(b)
    for name in dict.fromkeys((*a.state.tasks, *b.state.tasks)):
        one, other = a.state.tasks.get(name), b.state.tasks.get(name)
        if one is None or other is None:
            if a.facts is None or b.facts is None:  # else it is an input
                yield Difference("task", "", "there" if one else None, "there" if other else None, (name,))
            continue
        yield from _plain("state", one.state, other.state, name)
        if (one.state, other.state) != ("COMPLETED", "COMPLETED"):  # a service that was stopped has that of a signal
            yield from _plain("exit status", one.exit_status, other.exit_status, name)
        yield from _plain("attempts", one.attempt, other.attempt, name)
        yield from _lasted("time to ready", mine.ready(name), yours.ready(name), allowed, name)
        yield from _lasted("duration", mine.took(name), yours.took(name), allowed, name)
        if "/" not in name:
            units = _units(a, b, name)
            yield from _outputs(a.outputs(name) or {}, b.outputs(name) or {}, allowed, name, units)


def _took(run: Run) -> float | None:
    return None if run.state.started is None or run.state.finished is None else run.state.finished - run.state.started


class _Times:
    def __init__(self, run: Run) -> None:
        self.tasks = run.state.tasks
        self.attempts = history(run.events).attempts

    def ready(self, name: str) -> float | None:
        task = self.tasks[name]
        return None if task.ready is None or task.started is None else task.ready - task.started

    def took(self, name: str) -> float | None:
        """From its first start to its end."""
        task, attempts = self.tasks[name], self.attempts.get(name)
        started = attempts[0].started if attempts else task.started
        return None if started is None or task.finished is None else task.finished - started


def _plain(name: str, a: object, b: object, task: str = "") -> Iterable[Difference]:
    if a != b:
        yield Difference("task" if task else "run", name, a, b, (task,) if task else ())


def _lasted(name: str, a: float | None, b: float | None, allowed: Tolerance, task: str = "") -> Iterable[Difference]:
    if a is None or b is None or abs(b - a) <= max(_MOMENT, allowed.durations * max(a, b)):
        return
    yield Difference("task" if task else "run", name, round(a, 3), round(b, 3), (task,) if task else (), _change(a, b))


def _units(a: Run, b: Run, name: str) -> dict[str, str]:
    """Those of a task's outputs on which both runs agree."""
    found = [set(task.units.items()) for run in (a, b) if run.facts for task in run.facts.tasks if task.name == name]
    return dict(found[0] & found[1]) if len(found) == 2 else {}


def _outputs(
    a: Mapping[str, object], b: Mapping[str, object], allowed: Tolerance, task: str, units: Mapping[str, str]
) -> Iterable[Difference]:
    mine, yours = _flat(a), _flat(b)
    for name in dict.fromkeys((*mine, *yours)):
        one, other = mine.get(name), yours.get(name)
        if one == other:
            continue
        numbers, others = _numbers(one), _numbers(other)
        if numbers and others:
            if len(numbers) == len(others) and all(_near(x, y, allowed) for x, y in zip(numbers, others, strict=True)):
                continue
            change = _change(sum(numbers) / len(numbers), sum(others) / len(others))
            yield Difference("output", name, one, other, (task,), change, unit=units.get(name, ""))
        else:
            yield Difference("output", name, one, other, (task,))


def _flat(values: Mapping[str, object], before: str = "") -> dict[str, object]:
    """Objects within objects as names with dots."""
    found: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def _numbers(value: object) -> list[float]:
    """A number, or a list of them; empty for everything else."""
    items = value if isinstance(value, list) else [value]
    numbers = [float(item) for item in items if isinstance(item, (int, float)) and not isinstance(item, bool)]
    return numbers if len(numbers) == len(items) else []


def _near(a: float, b: float, allowed: Tolerance) -> bool:
    return a == b or abs(b - a) <= allowed.outputs * abs(a)


def _change(a: float, b: float) -> float | None:
    return round((b - a) / abs(a), 6) if a else None
