"""Faults of the cluster itself: its controller, its nodes, its commands, and the file systems of its jobs."""

import shutil
import subprocess
import time
from pathlib import Path

from faults.slurm_stage import SlurmStage
from faults.stage import Ended
from faults.table import EXIT, HANGS, LOST, PREEMPTION, Fault, attack
from jobs import SFLOWC, Job, command

ONE = "backends: {c: {type: slurm, nodes: %d}}\nworkflow: {name: w, tasks: [{name: t, %s}]}"
HOSTNAME = ONE % (1, "script: [hostname]")
# After a, the service s runs on the second node, and b on the first one until there is a file go.
TWO = """
backends: {c: {type: slurm, nodes: 2}}
workflow:
  name: w
  tasks:
    - {name: a, resources: {nodes: {indices: [0]}}, script: [echo a >>trace]}
    - name: s
      depends_on: [a]
      resources: {nodes: {indices: [1]}}
      script: [echo up; exec sleep TOKEN]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - name: b
      depends_on: [s]
      resources: {nodes: {indices: [0]}}
      script: ['echo b >>trace; : TOKEN; until [ -e go ]; do sleep 0.1; done']
    - {name: c, depends_on: [b], resources: {nodes: {indices: [0]}}, script: [echo c >>trace]}
"""


def two(stage: SlurmStage, *options: str) -> Job:
    """A job of that workflow, in which b has begun."""
    job = stage.running(TWO, "s", "b", options=("--nodelist=node[1-2]", *options))
    stage.wait_until(lambda: trace(job) == ["a", "b"])
    return job


def trace(job: Job) -> list[str]:
    """The tasks that have begun, as they say themselves."""
    file = job.folder / "trace"
    return file.read_text().split() if file.exists() else []


# ---- The controller --------------------------------------------------------------------------------------------------


@attack(
    Fault(
        "the controller is restarted while tasks run",
        HANGS,
        backend="slurm",
        does="`slurmctld` is stopped and started again while tasks run.",
        status=0,
        state="COMPLETED",
    )
)
def test_the_controller_is_restarted(stage: SlurmStage, fault: Fault) -> Ended:
    job = two(stage)
    stage.break_("controller")
    stage.break_("start-controller")
    (job.folder / "go").touch()
    ended = stage.finish(job)
    assert trace(job) == ["a", "b", "c"]
    return ended


@attack(
    Fault(
        "the controller is away when a step is to start",
        HANGS,
        backend="slurm",
        does="`slurmctld` is stopped for some seconds, in which a task is to start and `srun` gives up at once.",
        status=0,
        state="COMPLETED",
    )
)
def test_the_controller_is_away_at_a_start(stage: SlurmStage, fault: Fault) -> Ended:
    error = "srun: error: Unable to create step for job 1: Unable to contact slurm controller (connect failure)"
    stage.stubs.add("srun", f'scontrol ping | grep -q " is UP" || {{ echo "{error}" >&2; exit 1; }}\nreal "$@"')
    job = two(stage)
    stage.break_("controller")
    (job.folder / "go").touch()
    stage.wait_until(lambda: "waiting for that" in job.output)
    stage.break_("start-controller")
    ended = stage.finish(job)
    assert trace(job) == ["a", "b", "c"]
    assert job.record["tasks"]["c"]["attempt"] == 1
    return ended


@attack(
    Fault(
        "the controller is away when a service is to be stopped",
        HANGS,
        backend="slurm",
        does="`slurmctld` is stopped for some seconds, in which a task's time is over.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 1 s",
    )
)
def test_the_controller_is_away_at_an_end(stage: SlurmStage, fault: Fault) -> Ended:
    job = stage.running(ONE % (1, "timeout: 1, script: [exec sleep TOKEN]"), "t")
    stage.break_("controller")
    time.sleep(3)
    stage.break_("start-controller")
    return stage.finish(job)


# ---- Nodes -----------------------------------------------------------------------------------------------------------


@attack(
    Fault(
        "a node of a service is lost",
        EXIT,
        backend="slurm",
        does="The node on which a service runs loses its power, and Slurm is told that it is down.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="NODE_FAIL 143:0",
    )
)
def test_another_node_is_lost(stage: SlurmStage, fault: Fault) -> Ended:
    job = two(stage, "--no-requeue")
    stage.break_("node", "2")
    return stage.finish(job)


@attack(
    Fault(
        "the node of the script is lost",
        LOST,
        backend="slurm",
        does="The node on which the script runs loses its power, and Slurm is told that it is down: nobody is left to write how the run ended.",
        outcome="`sflowc status` says LOST",
        status=0,
        books="torn",
        leaves="the marks of who wrote there, which a resumed run takes away",
        job="NODE_FAIL 0:0",
    )
)
def test_the_node_of_the_script_is_lost(stage: SlurmStage, fault: Fault) -> Ended:
    job = two(stage, "--no-requeue")
    stage.break_("node", "1")
    ended = stage.finish(job)
    said = subprocess.run([SFLOWC, "status", job.directory], capture_output=True, text=True, check=False, timeout=30)
    assert said.returncode == 3
    assert "NODE_FAIL" in said.stdout + said.stderr
    stage.wait_until(lambda: not command("pgrep", "-f", f"sleep {stage.token}"))
    return ended


@attack(
    Fault(
        "the job of a lost node is requeued",
        LOST,
        backend="slurm",
        does="The node on which the script runs loses its power; Slurm starts the job again when the node is back.",
        outcome="what had completed is not run again",
        status=0,
        state="COMPLETED",
        within=60,
    )
)
def test_the_job_of_a_lost_node_is_requeued(stage: SlurmStage, fault: Fault) -> Ended:
    job = two(stage, "--requeue")
    stage.break_("node", "1")
    (job.folder / "go").touch()
    stage.break_("mend")
    job.wait_until_restarted()
    ended = stage.finish(job)
    assert trace(job) == ["a", "b", "b", "c"]
    return ended


@attack(
    Fault(
        "a job is requeued",
        PREEMPTION,
        backend="slurm",
        does="`scontrol requeue JOB`.",
        outcome="what had completed is not run again",
        status=0,
        state="COMPLETED",
        within=60,
    )
)
def test_a_job_is_requeued(stage: SlurmStage, fault: Fault) -> Ended:
    job = two(stage, "--requeue")
    subprocess.run(["scontrol", "requeue", job.number], check=True)
    stage.wait_until(lambda: job.state == "PENDING")
    (job.folder / "go").touch()
    job.wait_until_restarted()
    ended = stage.finish(job)
    assert trace(job) == ["a", "b", "b", "c"]
    return ended


@attack(
    Fault(
        "the time limit of the job",
        PREEMPTION,
        backend="slurm",
        does="The job's time limit is over, and no signal before it had been asked for (`--signal`).",
        outcome="the same job with the signal has ended before, with TIMEOUT and 124",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        job="TIMEOUT 143:0",
        within=120,  # Slurm looks at limits once a minute
    )
)
def test_the_time_limit_of_a_job(stage: SlurmStage, fault: Fault) -> Ended:
    text = (ONE % (1, "script: [exec sleep TOKEN]")).replace("nodes: 1", "nodes: 1, time: '1'")
    # The signal may come up to a minute early: the lead covers the whole limit.
    warned = stage.submit(text, edit=lambda script: script.replace("USR2@15", "USR2@58"))
    job = stage.running(text, "t", edit=lambda script: script.replace("#SBATCH --signal", "##SBATCH --signal"))
    ended = stage.finish(job, timeout=130)
    warned.wait()
    assert warned.exit_code == "124:0"
    assert warned.record["state"] == "TIMEOUT"
    assert "time limit is near" in warned.record["reason"]
    return ended


# ---- Commands --------------------------------------------------------------------------------------------------------


@attack(
    Fault(
        "srun fails",
        EXIT,
        backend="slurm",
        does="`srun` refuses to start the step of a task.",
        status=1,
        state="FAILED",
        reason="t FAILED: exit status 1",
        given=("srun", 'case $* in *job-name=t*) echo "srun: error: Invalid account" >&2; exit 1 ;; esac\nreal "$@"'),
    ),
    Fault(
        "no step for the guard",
        EXIT,
        backend="slurm",
        does="`srun` refuses to start the step that guards the books.",
        status=0,
        state="COMPLETED",
        given=("srun", 'case $* in *job-name=sflow-guard*) exit 1 ;; esac\nreal "$@"'),
    ),
    Fault(
        "the list of nodes cannot be read",
        EXIT,
        backend="slurm",
        does="`scontrol show hostnames` fails.",
        outcome="the command is named",
        status=78,
        books="none",
        given=("scontrol", "exit 3"),
    ),
)
def test_a_command_of_slurm_fails(stage: SlurmStage, fault: Fault) -> Ended:
    stage.stubs.add(*fault.given)
    ended = stage.run(HOSTNAME)
    assert fault.status != 78 or "scontrol show hostnames node1: exit status 3" in ended.output
    return ended


@attack(
    Fault(
        "a node without an address",
        EXIT,
        backend="slurm",
        does="The resolver does not know the nodes, and no step can be had to ask them.",
        outcome="the nodes are named",
        status=78,
        books="none",
    )
)
def test_a_node_without_an_address(stage: SlurmStage, fault: Fault) -> Ended:
    stage.stubs.add("getent", "exit 2")
    stage.stubs.add("srun", "exit 1")
    ended = stage.run(ONE % (2, "script: [hostname]"))
    assert "no address found for node node1" in ended.output
    return ended


@attack(
    Fault(
        "scancel hangs",
        HANGS,
        backend="slurm",
        does="`scancel` never comes back while a task is to be stopped.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 1 s",
    )
)
def test_scancel_hangs(stage: SlurmStage, fault: Fault) -> Ended:
    stage.stubs.add("scancel", "exec sleep 600")
    return stage.run(
        ONE % (1, "timeout: 1, script: [exec sleep TOKEN]"),
        edit=lambda script: script.replace("SF_GRACE=1000", "SF_GRACE=100"),
    )


# ---- File systems ----------------------------------------------------------------------------------------------------


@attack(
    Fault(
        "the run directory is removed",
        EXIT,
        backend="slurm",
        does="The run directory is removed while a task runs, which then fails.",
        status=5,
        books="torn",
    )
)
def test_the_run_directory_is_removed(stage: SlurmStage, fault: Fault) -> Ended:
    job = stage.running(ONE % (1, "script: ['touch begun; until [ -e go ]; do sleep 0.1; done; exit 5']"), "t")
    stage.wait_until(lambda: (job.folder / "begun").exists())
    shutil.rmtree(job.directory)
    (job.folder / "go").touch()
    return stage.finish(job)


@attack(
    Fault(
        "no place for runs",
        EXIT,
        backend="slurm",
        does="The output directory cannot be made: there is a file of that name.",
        outcome="the directory is named",
        status=78,
        books="none",
    )
)
def test_no_place_for_runs(stage: SlurmStage, fault: Fault) -> Ended:
    ended = stage.run(HOSTNAME, arguments=("--output-dir", "/etc/hostname/out"))
    assert "output directory cannot be written: /etc/hostname/out" in ended.output
    return ended


@attack(
    Fault(
        "the disk of the runs is full",
        EXIT,
        backend="slurm",
        does="A task fills the disk on which its run directory is, and fails.",
        status=3,
        books="torn",
    )
)
def test_the_disk_is_full(stage: SlurmStage, fault: Fault) -> Ended:
    place = Path("/mnt")
    slurmd = command("pgrep", "-f", "slurmd -N node1").split()[0]
    inside = ["nsenter", f"--target={slurmd}", "--mount"]
    subprocess.run([*inside, "mount", "-t", "tmpfs", "-o", "size=400k", "none", place], check=True)
    try:
        text = ONE % (1, "script: ['head -c 1000000 /dev/zero; sleep 0.5; exit 3']")
        ended = stage.run(text, "--nodelist=node1", arguments=("--output-dir", str(place)))
        (run,) = Path(f"/proc/{slurmd}/root{place}").iterdir()
        assert (run / "t" / "t.log").stat().st_size > 100_000
        ended.directory = run
        return ended
    finally:
        subprocess.run([*inside, "umount", "--lazy", place], check=True)
