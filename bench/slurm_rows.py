"""What steps cost on a Slurm cluster, against srun by hand: of a program, and of a script of bash, as tasks are.

Measured only where there is a cluster (make slurm-up).

In: a folder to work in. Out: rows, none without a cluster.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from measure import SFLOWC, cost
from rows import Row
from sflowc.runs.standing import ENDED, job_state

STEPS = 100
WORKFLOW = """\
version: "0.1"
backends:
  cluster: {{type: slurm, account: a, partition: "{partition}", time: "00:10:00", nodes: 4}}
operators:
  step: {{type: srun, nodes: 4, ntasks: 4, extra_args: [--overlap]}}
workflow:
  name: steps
  tasks:
{tasks}
"""


def step_rows(folder: Path, runs: int) -> Iterable[Row]:
    """100 steps of a second over four nodes at the same time."""
    if not shutil.which("sbatch") or subprocess.run(["sinfo", "-h"], capture_output=True).returncode:
        return
    partition = subprocess.run(["sinfo", "-h", "-o", "%R"], capture_output=True, text=True, check=True).stdout.split()[
        0
    ]
    tasks = "\n".join(
        f"    - {{name: t{i}, operator: step, resources: {{nodes: {{count: 4}}}}, script: [sleep 1]}}"
        for i in range(STEPS)
    )
    source, ours = folder / "steps.yaml", folder / "steps.sh"
    source.write_text(WORKFLOW.format(partition=partition, tasks=tasks), encoding="utf-8")
    cost([SFLOWC, "build", str(source), "-o", str(ours)])
    task = folder / "task.sh"
    task.write_text("sleep 1\n", encoding="utf-8")
    hand = [
        _by_hand(folder, partition, name, words) for name, words in (("sleep", "sleep 1"), ("bash", f"bash {task}"))
    ]
    took = [min(_job(script, folder) for _ in range(max(runs // 3, 1))) for script in (ours, *hand)]
    for name, what, theirs in (
        ("steps", "srun ... & by hand", took[1]),
        ("steps-bash", "srun bash ... & by hand", took[2]),
    ):
        detail = f"{took[0]:.1f} s to {theirs:.1f} s"
        yield Row(name, "100 one-second steps over 4 nodes", what, took[0] / theirs, "x", 1.15, detail)


def _by_hand(folder: Path, partition: str, name: str, command: str) -> Path:
    """A job as one writes it: all steps at once, and `wait`."""
    script = folder / f"steps.{name}.sh"
    head = f"#!/bin/bash\n#SBATCH --nodes=4 --partition={partition} --time=00:10:00\n"
    script.write_text(head + f"srun --nodes=4 --ntasks=4 --overlap {command} &\n" * STEPS + "wait\n", encoding="utf-8")
    return script


def _job(script: Path, folder: Path) -> float:
    """Seconds from submission to the job's end. `sbatch --wait` looks after 2, 10 and 42 seconds, and cannot tell."""
    began = time.perf_counter()
    submit = ["sbatch", "--parsable", f"--output={folder}/job.out", str(script)]
    job = subprocess.run(submit, capture_output=True, text=True, check=True).stdout.strip()
    while job_state(job) not in ENDED | {"COMPLETING"}:
        time.sleep(0.1)
    took = time.perf_counter() - began
    found = subprocess.run(["scontrol", "show", "job", job], capture_output=True, text=True, check=True).stdout
    if "JobState=COMPLETED" not in found.replace("COMPLETING", "COMPLETED"):
        sys.exit(f"{script}: {found}")
    return took


ROWS: dict[str, Callable[[Path, int], Iterable[Row]]] = {"steps": step_rows}
