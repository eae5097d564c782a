"""What differs between two runs, in what went in and in what came out.

In: two Runs. Out: Comparison; `notes` say what could not be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from .compare_inputs import compare_inputs
from .compare_outcome import Tolerance, compare_outcome
from .difference import Difference, grouped
from .run import Run


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs."""

    inputs: tuple[Difference, ...]
    outcome: tuple[Difference, ...]
    notes: tuple[str, ...]
    complete: bool
    """Whether all could be compared."""

    @property
    def exit_status(self) -> int:
        """As diff(1) ends: 0 the same, 1 different, 2 that cannot be told."""
        if self.inputs or self.outcome:
            return 1
        return 0 if self.complete else 2


def compare(a: Run, b: Run, allowed: Tolerance) -> Comparison:
    """`b` as seen from `a`."""
    notes = [
        f"{label} has no run.json: what it was made of is not known"
        for label, run in (("A", a), ("B", b))
        if run.facts is None
    ]
    going = [
        f"{label} {'never wrote how it ended' if run.alive() is False else 'goes on'}"
        for label, run in (("A", a), ("B", b))
        if run.state.state == "RUNNING"
    ]
    return Comparison(
        grouped(list(compare_inputs(a, b))),
        grouped(list(compare_outcome(a, b, allowed))),
        (*notes, *going),
        not notes,
    )
