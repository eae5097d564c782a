"""The sbatch target: a script that `sbatch` takes as it is; its tasks are steps of the job.

In: a Plan with a slurm backend. Out: a bash script whose `#SBATCH` lines ask for that backend's nodes.
Options are those of sbatch(1); `--signal` is asked for so that the run can end in order before the time limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import __version__
from ..emit.lower_script import lower_script
from ..emit.render_script import render_script
from ..ir.plan import Plan, PlanBackend

USAGE = (
    "`sbatch FILE` submits it, `bash FILE` runs it inside an allocation (salloc);",
    "`bash FILE --help` says what else it can do.",
)
SIGNAL_LEAD = 60
"""Seconds before the time limit at which the run is told to end; a quarter of the limit when that is shorter."""


class SbatchTarget:
    name = "sbatch"
    suffix = ".sbatch.sh"

    def emit(self, plan: Plan) -> str:
        """The job script of a workflow with one slurm backend."""
        backend = next(backend for backend in plan.backends if backend.type == "slurm")
        directives = tuple(_directives(plan, backend))
        return render_script(lower_script(plan, __version__, directives, USAGE))


def _directives(plan: Plan, backend: PlanBackend) -> Iterator[str]:
    options = dict(backend.options)
    extra = options.pop("extra_args", None) or ()
    extra = (extra,) if isinstance(extra, str) else extra
    yield f"--job-name={_value(str(options.pop('job_name', None) or plan.workflow))}"
    yield f"--nodes={backend.nodes}"
    signal = options.pop("signal", None)
    for name, value in options.items():
        if value == "true":
            yield f"--{name.replace('_', '-')}"
        elif value and value != "false":
            yield f"--{name.replace('_', '-')}={_value(str(value))}"
    yield "--open-mode=append"
    if signal:
        yield f"--signal={signal}"
    elif not any(argument.startswith("--signal") for argument in extra):
        yield f"--signal=B:USR2@{signal_lead(str(options.get('time') or ''))}"
    yield from extra


def _value(text: str) -> str:
    """The value of a directive: sbatch splits the line at white space, quotes keep it together."""
    return f'"{text}"' if re.search(r"[\s#'\"]", text) else text


def signal_lead(time: str) -> int:
    """Seconds before the limit at which the signal is asked for.

    `time` is in a format of sbatch --time: minutes, minutes:seconds, hours:minutes:seconds, days-hours,
    days-hours:minutes or days-hours:minutes:seconds; anything else (UNLIMITED, none) gives the full lead.
    """
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", time.strip())
    if match is None:
        return SIGNAL_LEAD
    days, first, second, third = (int(part) if part else None for part in match.groups())
    assert first is not None
    if days is not None:
        seconds = days * 86400 + first * 3600 + (second or 0) * 60 + (third or 0)
    elif third is not None:
        seconds = first * 3600 + (second or 0) * 60 + third
    else:
        seconds = first * 60 + (second or 0)
    return max(1, min(SIGNAL_LEAD, seconds // 4)) if seconds else SIGNAL_LEAD
