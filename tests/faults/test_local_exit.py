"""Faults on this host: ways for tasks to end badly, and what the run then says."""

from faults.stage import Ended, Stage
from faults.table import EXIT, Fault, attack

ONE = "workflow: {name: w, tasks: [{name: t, script: [%s]}]}"


@attack(
    Fault(
        "a task fails",
        EXIT,
        does="The only command of a task ends with status 7.",
        status=7,
        state="FAILED",
        reason="t FAILED: exit status 7",
        given="exit 7",
    ),
    Fault(
        "the first command fails",
        EXIT,
        does="The first of two commands fails, without `strict`: only the last one counts.",
        status=0,
        state="COMPLETED",
        given="false, 'true'",
    ),
)
def test_a_command_that_fails(stage: Stage, fault: Fault) -> Ended:
    return stage.run(ONE % fault.given)
