"""What is required of a task's outputs -> awk code that holds what was found against it, for the runtime unit outputs_check.

In: the outputs of a task. Out: what the code that finds values must mark, and the statements that come last: is every value
within its bounds, and was everything found that must be?

    within("tps", "1", "")
    need("Throughput: {tps:f} tok/s", "tps")
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.plan import PlanOutput
from .awk import paths, string
from .pattern import shown

_LONGEST = 100
"""Characters of a pattern that a reason shows."""


def marked(outputs: tuple[PlanOutput, ...]) -> frozenset[str]:
    """The fields of whose values, and the patterns without names of which, the place in the log must be known."""
    found = [name for output in outputs for name, *_ in _bounds(output)]
    found += [_nameless(n) for n, output in enumerate(outputs, 1) if output.require and not paths([output.pattern])]
    return frozenset(found)


def statements(outputs: tuple[PlanOutput, ...]) -> tuple[str, ...]:
    """Calls for the end of the log; none for outputs that cannot fail a task."""
    if not any(output.is_checked for output in outputs):
        return ()
    bounds = dict.fromkeys(each for output in outputs for each in _bounds(output))
    lines = [f"within({string(name)}, {string(least)}, {string(most)})" for name, least, most in bounds]
    for number, output in enumerate(outputs, start=1):
        if output.require:
            names = [shown(path) for path in paths([output.pattern])]
            lines.append(f"need({_brief(output.pattern)}, {_names(names or [_nameless(number)])})")
    return (*lines, "judge()")


def number_text(value: float) -> str:
    """A bound as people write it."""
    return repr(int(value) if abs(value) < 1e15 and value == int(value) else value)


def _bounds(output: PlanOutput) -> Iterator[tuple[str, str, str]]:
    """Name, least and most of the metrics that have bounds, and of the numbers that are required, which must be finite."""
    bounded = set()
    for metric in output.metrics:
        if metric.min is not None or metric.max is not None:
            bounded.add(metric.name)
            least, most = ("" if bound is None else number_text(bound) for bound in (metric.min, metric.max))
            yield metric.name, least, most
    for path, is_number in paths([output.pattern]).items() if output.require else ():
        if is_number and shown(path) not in bounded:
            yield shown(path), "", ""


def _nameless(number: int) -> str:
    """What stands for a pattern that keeps nothing; no name has a space."""
    return f"pattern {number}"


def _brief(pattern: str) -> str:
    return string(pattern if len(pattern) <= _LONGEST else f"{pattern[:_LONGEST]}...")


def _names(names: list[str]) -> str:
    return " SUBSEP ".join(map(string, names))
