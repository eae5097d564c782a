"""Where faults happen on the Slurm cluster of tests/slurm: jobs that are submitted, attacked, and looked at when they are over.

In: the text of a workflow with TOKEN in it, as for `stage.py`. Out: a Job (tests/slurm/jobs.py), and then Ended.

    job = stage.submit(text)
    job.wait_for("t", "RUNNING")
    subprocess.run(["scancel", job.number], check=True)
    return stage.finish(job)
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from faults.checks import check, check_files, unfinished
from faults.stage import Ended
from faults.table import Fault
from jobs import CLUSTER, Job, Stubs, command
from workflow import every


class SlurmStage:
    """One test's place on the cluster; `submit` and `stubs` are the fixtures of tests/slurm."""

    seconds_to_die = 15.0

    def __init__(self, submit: Callable[..., Job], stubs: Stubs) -> None:
        self.stubs = stubs
        self.broken = False
        self.token = str(random.SystemRandom().randrange(10**8, 10**9))
        self._submit = submit
        self._job: Job | None = None
        self._began = 0.0

    def submit(self, text: str, *options: str, **how: Any) -> Job:
        """Compiles the workflow and submits its script; `options` are for sbatch."""
        self._began = time.monotonic()
        self._job = self._submit(text.replace("TOKEN", self.token), *options, **how)
        return self._job

    def running(self, text: str, *tasks: str, options: Sequence[str] = (), **how: Any) -> Job:
        """Submits, and returns when the steps of these tasks have begun and recorded themselves."""
        job = self.submit(text, *options, **how)
        for task in tasks:
            job.wait_for(task, "RUNNING")
        for _ in every(0.02, 30):
            if all((job.directory / task / "step").exists() for task in tasks):
                return job
        raise AssertionError(f"no step has begun:\n{job.output}")

    def wait_until(self, condition: Callable[[], object], timeout: float = 30) -> None:
        """Returns when the condition holds."""
        assert any(condition() for _ in every(0.02, timeout)), "what the test waits for did not happen"

    def break_(self, *what: str) -> None:
        """Breaks a part of the cluster, or mends it (tests/slurm/cluster/break.sh)."""
        self.broken = True
        subprocess.run([CLUSTER / "break.sh", *what], check=True, timeout=60)

    def finish(self, job: Job, timeout: float = 90) -> Ended:
        """Waits for the end of the job."""
        job.wait(timeout)
        status, _, number = job.exit_code.partition(":")
        found = sorted(job.folder.glob("sflow_output/*/"))
        return Ended(
            int(status) or (128 + int(number) if int(number) else 0),
            job.output,
            found[-1] if found else None,
            time.monotonic() - self._began,
        )

    def run(self, text: str, *options: str, timeout: float = 90, **how: Any) -> Ended:
        """Submits, waits for the end."""
        return self.finish(self.submit(text, *options, **how), timeout)

    def check(self, ended: Ended, fault: Fault) -> None:
        """What is asserted of every job."""
        assert self._job is not None
        check(ended, fault, self.token, self.seconds_to_die + fault.grace)
        told = f"{self._job.state} {self._job.exit_code}"
        assert told == (fault.job or (f"FAILED {fault.status}:0" if fault.status else "COMPLETED 0:0"))
        output = self._job.folder / "sflow_output"
        if not fault.leaves:
            check_files(lambda: unfinished(output, ended.directory), self.seconds_to_die)
        for _ in every(0.1, self.seconds_to_die):
            steps = command("squeue", "-h", "-s", "-j", self._job.number).split()
            if not steps:
                break
        assert not steps, f"steps are left: {steps}"
