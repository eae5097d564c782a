"""Faults on Slurm: somebody kills or cancels a part of a job: its script, an srun, a process on a node, a step, the whole of it."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from faults.slurm_stage import SlurmStage
from faults.stage import Ended
from faults.table import EXIT, LEFT, LOST, PREEMPTION, Fault, attack
from jobs import Job, command

SERVING = """
backends: {c: {type: slurm, nodes: 2}}
workflow:
  name: w
  tasks:
    - name: server
      script: ["echo up; exec sleep TOKEN"]
      resources: {nodes: {indices: [1]}}
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], resources: {nodes: {indices: [0]}}, script: [exec sleep TOKEN]}
"""
DEAF = """
backends: {c: {type: slurm, nodes: 1}}
workflow: {name: w, tasks: [{name: t, script: ["trap '' TERM; while :; do sleep 0.TOKEN; done"]}]}
"""
ALONE = """
backends: {c: {type: slurm, nodes: 1}}
workflow: {name: w, tasks: [{name: t, retries: {count: %s, interval: 0}, script: ['%s']}]}
"""
# Only one at a time may hold the lock; the second attempt ends at once.
ONCE = 'flock -n lock bash -c "[ ! -e again ] || exit 0; touch again; exec sleep TOKEN" || { echo "it is held" && exit 9; }'


def script(job: Job) -> int:
    """The process of the job's script."""
    return int(re.findall(r'"pid":(\d+)', (job.directory / "events.jsonl").read_text())[-1])


def owner(job: Job, role: str) -> int:
    """The newest process of this role: watchdog or guard."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for line in reversed((job.directory / ".owner").read_text().splitlines()):
            if line.split()[1] == role:
                return int(line.split()[2])
        time.sleep(0.05)
    raise AssertionError(f"there is no {role}")


def sruns(job: Job, task: str) -> list[int]:
    """The local srun of a task, which is two processes."""
    return [int(pid) for pid in command("pgrep", "-f", f"^srun .*--job-name={task} .*{job.directory}").split()]


def runner(job: Job, task: str) -> int:
    """The process that waits for the srun of a task."""
    parents = {int(Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[1]) for pid in sruns(job, task)}
    (found,) = parents - set(sruns(job, task))
    return found


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


KILLED = {"backend": "slurm", "status": 137, "state": "FAILED"}


@attack(
    Fault(
        "the batch script",
        LOST,
        does="SIGKILL of the job's script. Slurm kills the watchdog along with it.",
        reason="the script was killed",
        job="FAILED 0:9",
        given=lambda job: kill(script(job)),
        **KILLED,
    ),
    Fault(
        "the watchdog and the batch script",
        LOST,
        does="SIGKILL of the watchdog and of the job's script at once.",
        reason="the script was killed",
        job="FAILED 0:9",
        given=lambda job: kill(owner(job, "watchdog"), script(job)),
        **KILLED,
    ),
    Fault(
        "a local srun",
        EXIT,
        does="SIGKILL of the srun of a running task.",
        reason="client FAILED: killed by SIGKILL",
        given=lambda job: kill(*sruns(job, "client")),
        **KILLED,
    ),
    Fault(
        "a process of a step",
        EXIT,
        does="SIGKILL of the task itself on the other node.",
        reason="server FAILED: killed by SIGKILL",
        given=lambda job: kill(*of_the_task(job, "server")),
        **KILLED,
    ),
    Fault(
        "a runner",
        EXIT,
        backend="slurm",
        does="SIGKILL of the process of ours that waits for an srun.",
        status=1,
        state="FAILED",
        reason="client FAILED: its runner was killed",
        given=lambda job: kill(runner(job, "client")),
    ),
    Fault(
        "a step is cancelled",
        EXIT,
        does="`scancel JOB.STEP` of a running task.",
        reason="client FAILED: killed by SIGKILL",
        given=lambda job: command("scancel", (job.directory / "client" / "step").read_text().strip()),
        **KILLED,
    ),
    Fault(
        "the batch step is cancelled",
        LOST,
        does="`scancel -b`: only the job's script gets a signal, and that is KILL.",
        reason="the script was killed",
        job="FAILED 0:9",
        given=lambda job: command("scancel", "-b", job.number),
        **KILLED,
    ),
    Fault(
        "the job is cancelled",
        EXIT,
        backend="slurm",
        does="`scancel JOB`.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="CANCELLED 143:0",
        given=lambda job: command("scancel", job.number),
    ),
    Fault(
        "the job is cancelled without its watchdog",
        LOST,
        backend="slurm",
        does="SIGKILL of the watchdog, then `scancel JOB`.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="CANCELLED 143:0",
        given=lambda job: (kill(owner(job, "watchdog")), command("scancel", job.number)),
    ),
    Fault(
        "the job is cancelled without its guard",
        LOST,
        backend="slurm",
        does="SIGKILL of the step that guards the books, then `scancel JOB`.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="CANCELLED 143:0",
        given=lambda job: (kill(owner(job, "guard")), command("scancel", job.number)),
    ),
    Fault(
        "KILL of the job",
        EXIT,
        backend="slurm",
        does="`scancel --signal=KILL JOB`.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="CANCELLED 143:0",
        given=lambda job: command("scancel", "--signal=KILL", job.number),
    ),
    Fault(
        "TERM of the steps",
        EXIT,
        backend="slurm",
        does="`scancel --signal=TERM JOB`: the steps get the signal, the script does not.",
        status=143,
        state="FAILED",
        reason="FAILED: killed by SIGTERM",
        given=lambda job: command("scancel", "--signal=TERM", job.number),
    ),
    Fault(
        "USR2 of the steps",
        EXIT,
        backend="slurm",
        does="`scancel --signal=USR2 JOB`: the steps get the signal, the script does not.",
        status=140,
        state="FAILED",
        reason="FAILED: killed by SIGUSR2",
        given=lambda job: command("scancel", "--signal=USR2", job.number),
    ),
    Fault(
        "USR2 of the script",
        PREEMPTION,
        backend="slurm",
        does="`scancel --batch --signal=USR2 JOB`: what Slurm does before the time limit.",
        status=124,
        state="TIMEOUT",
        reason="the job's time limit is near (SIGUSR2)",
        given=lambda job: command("scancel", "--batch", "--signal=USR2", job.number),
    ),
    Fault(
        "TERM of everything",
        PREEMPTION,
        backend="slurm",
        does="`scancel --full --signal=TERM JOB`: script, its children and the steps get the signal at one moment.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        given=lambda job: command("scancel", "--full", "--signal=TERM", job.number),
    ),
)
def test_a_job_is_hit(stage: SlurmStage, fault: Fault) -> Ended:
    job = stage.running(SERVING, "server", "client")
    owner(job, "guard")
    fault.given(job)
    return stage.finish(job)


def of_the_task(job: Job, task: str) -> list[int]:
    """The processes of the task in its step; not what waits for them there."""
    found = command("pgrep", "-f", f"{job.directory}/{task}/(step|{task}).sh").split()
    (step,) = (pid for pid in found if int(pid) not in sruns(job, task))
    return [int(pid) for pid in command("pgrep", "-P", step).split()]


@attack(
    Fault(
        "an srun with another attempt to come",
        LEFT,
        backend="slurm",
        does="SIGKILL of the srun of a task that has another attempt: it must not meet the first one.",
        status=0,
        state="COMPLETED",
        given=lambda job: kill(*sruns(job, "t")),
    ),
    Fault(
        "a runner with another attempt to come",
        LEFT,
        backend="slurm",
        does="SIGKILL of the process of ours that waits for the srun of a task that has another attempt.",
        status=0,
        state="COMPLETED",
        given=lambda job: kill(runner(job, "t")),
    ),
)
def test_an_attempt_is_killed(stage: SlurmStage, fault: Fault) -> Ended:
    job = stage.running(ALONE % (1, ONCE), "t")
    stage.wait_until(lambda: (job.folder / "again").exists())
    fault.given(job)
    ended = stage.finish(job)
    assert job.record["tasks"]["t"]["attempt"] == 2
    return ended


@attack(
    Fault(
        "a deaf task in a job that is cancelled",
        PREEMPTION,
        backend="slurm",
        does="`scancel JOB` while a task ignores TERM: Slurm kills everything `KillWait` (here 5 s) later, before the run's own grace is over.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="CANCELLED 143:0",
        given=False,
    ),
    Fault(
        "preemption of a deaf task",
        PREEMPTION,
        backend="slurm",
        does="TERM to everything, and two seconds later KILL, as a preemption with a short grace does; a task ignores TERM.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="CANCELLED 143:0",
        given=True,
    ),
)
def test_a_task_that_ignores_term(stage: SlurmStage, fault: Fault) -> Ended:
    job = stage.running(DEAF, "t")
    if fault.given:
        subprocess.run(["scancel", "--full", "--signal=TERM", job.number], check=True)
        time.sleep(2)
        subprocess.run(["scancel", "--full", "--signal=KILL", job.number], check=True)
    else:
        subprocess.run(["scancel", job.number], check=True)
    return stage.finish(job)
