"""The sbatch target: a script that `sbatch` takes as it is; its tasks are steps of the job.

In: a Plan with slurm backends. Out: a bash script whose `#SBATCH` lines ask for their nodes: one backend is a job, several are
the components of a heterogeneous job. Options are those of sbatch(1); `--signal` is asked for so that the run can end in
order before the time limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import __version__
from ..emit.lower_script import lower_script
from ..emit.render_script import render_script
from ..emit.shell import directive_value
from ..ir.plan import Plan, PlanBackend

USAGE = (
    "`sbatch FILE` submits it, `bash FILE` runs it inside an allocation (salloc);",
    "`bash FILE --help` says what else it can do.",
)
SIGNAL_LEAD = 60
"""Seconds before the time limit at which the run is told to end; a quarter of the limit when that is shorter."""


MAX_SIGNAL_LEAD = 65535
"""The most that sbatch takes."""


class SbatchTarget:
    name = "sbatch"
    suffix = ".sbatch.sh"

    def emit(self, plan: Plan) -> str:
        """The job script: each slurm backend is the job's only component, or one of a heterogeneous job."""
        backends = [backend for backend in plan.backends if backend.type == "slurm"]
        directives: list[str] = []
        for backend in backends:
            directives += ["hetjob"] if directives else []
            directives += _resources(backend, plan.workflow if backend is backends[0] else "")
            if backend is backends[0]:
                directives += _conduct(backends, plan.on_timeout.wanted_lead if plan.on_timeout else None)
            directives += _extra(backend)
        return render_script(lower_script(plan, __version__, tuple(directives), USAGE))


def _resources(backend: PlanBackend, default_name: str) -> Iterator[str]:
    """The options of one component. Slurm gives later ones the first one's name, account, time ... unless they have their own."""
    options = dict(backend.options)
    options.pop("extra_args", None)
    signal = options.pop("signal", None)
    name = str(options.pop("job_name", None) or default_name)
    if name:
        yield f"--job-name={directive_value(name)}"
    yield f"--nodes={backend.nodes}"
    if signal and backend.component:  # that of the first component is the job's
        yield f"--signal={signal}"
    for option, value in options.items():
        if value == "true":
            yield f"--{option.replace('_', '-')}"
        elif value and value != "false":
            yield f"--{option.replace('_', '-')}={directive_value(str(value))}"


def _conduct(backends: list[PlanBackend], wanted: int | None) -> Iterator[str]:
    """How the job as a whole behaves, which its first component says. `wanted` are the seconds that on_timeout asks for."""
    first = backends[0]
    yield "--open-mode=append"
    signal = first.option("signal")
    if signal:
        yield f"--signal={signal}"
    elif not any(argument.startswith("--signal") for argument in _extra(first)):
        yield f"--signal=B:USR2@{_lead([str(backend.option('time') or '') for backend in backends], wanted)}"


def _extra(backend: PlanBackend) -> tuple[str, ...]:
    extra = backend.option("extra_args") or ()
    return (extra,) if isinstance(extra, str) else extra


def _lead(times: list[str], wanted: int | None) -> int:
    """When the signal comes: in time for the component that is over first. Slurm counts from the limit of the first one."""
    whole = time_limit(times[0])
    limits = [limit for time in times if (limit := time_limit(time)) is not None]
    lead = signal_lead(min(limits, default=None)) if wanted is None else wanted
    return min(MAX_SIGNAL_LEAD, lead + whole - min(limits)) if whole is not None else lead


def signal_lead(limit: int | None) -> int:
    """Seconds before the limit at which the signal is asked for."""
    return max(1, min(SIGNAL_LEAD, limit // 4)) if limit else SIGNAL_LEAD


def time_limit(time: str) -> int | None:
    """The seconds of a time in a format of sbatch --time; None when there is no such limit (UNLIMITED, 0, none at all).

    The formats are minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes and
    days-hours:minutes:seconds.
    """
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", time.strip())
    if match is None:
        return None
    days, first, second, third = (int(part) if part else None for part in match.groups())
    assert first is not None
    if days is not None:
        seconds = days * 86400 + first * 3600 + (second or 0) * 60 + (third or 0)
    elif third is not None:
        seconds = first * 3600 + (second or 0) * 60 + third
    else:
        seconds = first * 60 + (second or 0)
    return seconds or None
