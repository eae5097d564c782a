"""What a measurement has found, a row of the table.

In: a value and what it was measured against. Out: a line of text, and whether the target is met.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from measure import Cost, load


@dataclass(frozen=True)
class Row:
    """A value with its unit (`x` is a ratio), its target, and whether it was counted: then it is the same on every run."""

    name: str
    what: str
    against: str
    value: float
    unit: str
    target: float | None
    detail: str = ""
    counted: bool = False

    @property
    def is_met(self) -> bool:
        return self.target is None or self.value <= self.target

    def cells(self) -> tuple[str, ...]:
        target = "" if self.target is None else f"<= {number(self.target)} {self.unit}"
        return (
            self.what,
            self.against,
            f"{number(self.value)} {self.unit}",
            target,
            "" if self.is_met else "over",
            self.detail,
        )


def number(value: float) -> str:
    """A number with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(name: str, what: str, against: str, ours: Cost, base: Cost, target: float) -> Row:
    """Our seconds by those of the baseline; on a machine that has more to do than it has cores, those of CPU time."""
    wall, cpu = ours.wall / base.wall, ours.cpu / base.cpu
    if load() > len(os.sched_getaffinity(0)):
        return Row(
            name,
            what,
            against,
            cpu,
            "x",
            target,
            f"CPU time; by the clock {wall:.2f} x: {ours.wall:.3f} s to {base.wall:.3f} s",
        )
    return Row(name, what, against, wall, "x", target, f"{ours.wall:.3f} s to {base.wall:.3f} s; CPU time {cpu:.2f} x")
