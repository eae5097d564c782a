"""`on_timeout` -> what a script's upper half says of it.

In: the hook of a plan. Out: settings, and a function for what is not in the environment that all tasks get.

    SF_LEAD=6000 # centiseconds before a time limit at which on_timeout begins
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from ..ir.expr import Atom, Text
from ..ir.plan import PlanOnTimeout
from ..ir.script import Function
from .shell import assignment


def settings(hook: PlanOnTimeout | None, directives: tuple[str, ...]) -> tuple[str, ...]:
    """When it begins. A job's signal comes when its directive says; the run asks Slurm for the time that is left then."""
    if hook is None:
        return ()
    lines = [
        f"SF_LEAD={round(hook.lead * 100)} # centiseconds before the workflow's time limit at which on_timeout begins"
    ]
    for directive in directives:
        if found := re.fullmatch(r"--signal=\S*@(\d+)", directive):
            lines.append(
                f"SF_SIGNAL_LEAD={found[1]} # seconds before the job's time limit, if Slurm does not say how many are left"
            )
            break
    return tuple(lines)


def functions(
    hook: PlanOnTimeout | None, common: Mapping[str, Text], spell: Callable[[Atom], str]
) -> Iterator[Function]:
    """The variables of the workflow that some task has otherwise."""
    own = [(name, value) for name, value in hook.env if common.get(name) != value] if hook is not None else []
    if own:
        lines = ("SF_ENV+=(", *(f"  {assignment(name, value, spell)}" for name, value in own), ")")
        yield Function("on_timeout_environment", "what on_timeout gets beside", lines)
