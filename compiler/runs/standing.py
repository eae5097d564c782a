"""Whether a run that says RUNNING still does: its script may have been killed, its node may be gone.

In: a Run. Out: how it stands, and why when that is not what its files say. Asks the kernel on the run's own host, Slurm
elsewhere; what neither can tell is taken from the files.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from .run import Run

LOST = "LOST"
"""The run never wrote down its end, and nothing is there that would."""
UNKNOWN = "UNKNOWN"
"""Nothing can be read yet."""

ENDED = frozenset(
    {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "DEADLINE"}
    | {"NODE_FAIL", "BOOT_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED"}
)
"""Slurm's states of a job that is over (squeue(1), JOB STATE CODES). The others are not listed: there are more with each version,
and some last for a moment, as SIGNALING does."""
_PATIENCE = 10
"""Seconds for an answer of Slurm's commands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` is a state of a run, LOST or UNKNOWN; `note` says where it comes from when it is not the files' word."""

    state: str
    note: str = ""

    @property
    def exit_status(self) -> int:
        """As `sflowc status` ends: 0 running or done, 1 failed, 3 unknown."""
        if self.state in (LOST, UNKNOWN):
            return 3
        return 0 if self.state in ("RUNNING", "COMPLETED") else 1


def standing(run: Run, *, ask: Callable[[str], str | None] | None = None) -> Standing:
    """Reads the run anew where its end may just have been written. `ask` tells a job's state instead of job_state."""
    state = run.state.state
    if not state:
        return Standing(UNKNOWN, "nothing that says how it stands can be read")
    if state != "RUNNING":
        return Standing(state)
    alive = run.alive()
    if alive is False:
        run.refresh()
        if run.state.state != "RUNNING":
            return Standing(run.state.state)
        return Standing(LOST, f"process {run.state.pid} is gone and has not written how the run ended")
    job = run.state.job_id
    if alive is None and job:
        job_is = (ask or job_state)(job)
        if job_is in ENDED:
            run.refresh()
            if run.state.state != "RUNNING":
                return Standing(run.state.state)
            return Standing(LOST, f"job {job} is {job_is}, and the run has not written how it ended")
    return Standing("RUNNING")


def job_state(job: str) -> str | None:
    """Slurm's word for a job's state: from its controller, else from its accounting; None when neither knows."""
    for command in (
        ["squeue", "--noheader", "--states=all", "--format=%T", f"--jobs={job}"],
        ["sacct", "--noheader", "--allocations", "--parsable2", "--format=State", f"--jobs={job}"],
    ):
        if shutil.which(command[0]) is None:
            continue
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            continue
        words = done.stdout.split()
        if done.returncode == 0 and words:
            return words[0]
    return None
