"""Faults on Slurm: ways for jobs and steps to end badly, and what the run and the job's own record then say."""

from faults.slurm_stage import SlurmStage
from faults.stage import Ended
from faults.table import EXIT, Fault, attack

ONE = "backends: {c: {type: slurm, nodes: 1}}\nworkflow: {name: w, tasks: [{name: t, script: [%s]}]}"


@attack(
    Fault(
        "a step fails",
        EXIT,
        backend="slurm",
        does="The only command of a task ends with status 7.",
        status=7,
        state="FAILED",
        reason="t FAILED: exit status 7",
    )
)
def test_a_command_that_fails(stage: SlurmStage, fault: Fault) -> Ended:
    return stage.run(ONE % "exit 7")
