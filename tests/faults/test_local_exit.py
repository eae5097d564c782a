"""Faults on this host: ways for tasks to end badly, and what the run then says."""

from faults.stage import Ended, Stage
from faults.table import EXIT, Fault, attack

ONE = "workflow: {name: w, %s tasks: [{name: t, script: [%s]}]}"

SERVER = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["%s"]
      probes: {%s}
    - {name: client, depends_on: [server], script: [exec sleep TOKEN]}
"""
READY = "readiness: {log_watch: {match_pattern: up}, interval: 0.1}"


@attack(
    Fault(
        "a task fails",
        EXIT,
        does="The only command of a task ends with status 7.",
        status=7,
        state="FAILED",
        reason="t FAILED: exit status 7",
        given=("", "sleep TOKEN & exit 7"),
    ),
    Fault(
        "the first command fails",
        EXIT,
        does="The first of three commands fails, without `strict`: only the last one counts.",
        status=0,
        state="COMPLETED",
        given=("", "exit 7 | cat, 'true', 'true'"),
    ),
    Fault(
        "the first command fails and is strict",
        EXIT,
        does="The first of three commands fails, with `strict`.",
        status=1,
        state="FAILED",
        reason="t FAILED: exit status 1",
        given=("strict: true,", "'false', 'true', 'true'"),
    ),
    Fault(
        "the middle of a pipe fails and is strict",
        EXIT,
        does="A command in the middle of a pipe fails with 5, with `strict`.",
        status=5,
        state="FAILED",
        reason="exit status 5",
        given=("strict: true,", "'true', 'echo a | (exit 5) | cat', 'true'"),
    ),
    Fault(
        "an unset variable and strict",
        EXIT,
        does="A script reads a variable that nobody has set, with `strict`.",
        status=1,
        state="FAILED",
        reason="exit status 1",
        given=("strict: true,", "'echo $NOBODY_HAS_SET_THIS', 'true'"),
    ),
    Fault(
        "the last command fails",
        EXIT,
        does="The last of three commands fails, without `strict`.",
        status=3,
        state="FAILED",
        reason="exit status 3",
        given=("", "'true', 'true', exit 3"),
    ),
    Fault(
        "a command that is not there",
        EXIT,
        does="A task calls a command that is not there.",
        status=127,
        state="FAILED",
        reason="exit status 127",
        given=("", "no-such-command-TOKEN"),
    ),
    Fault(
        "a script that is no bash",
        EXIT,
        does="A task's script has a mistake of syntax.",
        status=2,
        state="FAILED",
        reason="exit status 2",
        given=("", "'if true; then'"),
    ),
    Fault(
        "a task dies of a signal",
        EXIT,
        does="A task is ended by SIGSEGV.",
        status=139,
        state="FAILED",
        reason="t FAILED: killed by SIGSEGV",
        given=("", "'sleep TOKEN & kill -SEGV $$'"),
    ),
    Fault(
        "a task is killed by the kernel",
        EXIT,
        does="A task is ended by SIGKILL, as the kernel does when memory is short.",
        status=137,
        state="FAILED",
        reason="t FAILED: killed by SIGKILL",
        given=("", "'sleep TOKEN & kill -KILL $$'"),
    ),
    Fault(
        "exit status 255",
        EXIT,
        does="A task ends with the highest exit status that there is.",
        status=255,
        state="FAILED",
        reason="exit status 255",
        given=("", "exit 255"),
    ),
    Fault(
        "the limit of the workflow",
        EXIT,
        does="The workflow takes longer than its time limit.",
        status=124,
        state="TIMEOUT",
        reason="the workflow's time limit of 1 s is over",
        given=("timeout: 1,", "sleep TOKEN"),
    ),
)
def test_the_only_task_ends_badly(stage: Stage, fault: Fault) -> Ended:
    return stage.run(ONE % fault.given)


@attack(
    Fault(
        "the limit of a task",
        EXIT,
        does="A task takes longer than its time limit, beside one that is well.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 1 s",
        given="timeout: 1, script: [sleep TOKEN]",
    ),
    Fault(
        "status 0 after the limit",
        EXIT,
        does="A task that is stopped at its time limit handles SIGTERM and ends with 0: it has not completed.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer",
        given="timeout: 1, script: [\"trap 'exit 0' TERM; sleep TOKEN & wait\"]",
    ),
    Fault(
        "retries are used up",
        EXIT,
        does="All three attempts at a task fail, each otherwise: the last one's status counts.",
        status=43,
        state="FAILED",
        reason="t FAILED: exit status 43",
        outcome="the log has all three attempts",
        given="retries: {count: 2, interval: 0.1}, script: ['cd $SFLOW_TASK_OUTPUT_DIR; echo tried >>tries; exit $((40 + $(wc -l <tries)))']",
    ),
    Fault(
        "retries that run out of time",
        EXIT,
        does="Every attempt at a task hangs until its time limit.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 0.5 s",
        given="timeout: 0.5, retries: {count: 1, interval: 0.1}, script: ['sleep TOKEN']",
    ),
)
def test_one_of_two_tasks_ends_badly(stage: Stage, fault: Fault) -> Ended:
    ended = stage.run(
        f"workflow:\n  name: w\n  tasks:\n    - {{name: t, {fault.given}}}\n    - {{name: other, script: [exec sleep TOKEN]}}"
    )
    assert (ended.log("t").count("= attempt ") == 2) == (fault.name == "retries are used up")
    return ended


@attack(
    Fault(
        "a service dies with 0",
        EXIT,
        does="A ready service ends with status 0 while a client still needs it.",
        status=1,
        state="FAILED",
        reason="server FAILED: the service ended (exit status 0) while client still needs it",
        given=("echo up; sleep 0.5", READY),
    ),
    Fault(
        "a service dies with 4",
        EXIT,
        does="A ready service ends with status 4 while a client still needs it.",
        status=4,
        state="FAILED",
        reason="server FAILED: exit status 4",
        given=("echo up; sleep 0.5; exit 4", READY),
    ),
    Fault(
        "a service is never ready",
        EXIT,
        does="A service does not get ready within the deadline of its probe.",
        status=1,
        state="FAILED",
        reason="server FAILED: not ready within 1 s: matches in the log: 0 of 1",
        given=("echo down; sleep TOKEN", "readiness: {log_watch: {match_pattern: up}, interval: 0.1, timeout: 1}"),
    ),
    Fault(
        "a service ends before it is ready",
        EXIT,
        does="A service ends with 6 before it is ready.",
        status=6,
        state="FAILED",
        reason="server FAILED: exit status 6",
        given=("exit 6", READY),
    ),
    Fault(
        "a failure probe finds something",
        EXIT,
        does="The failure probe of a running service finds its pattern.",
        status=1,
        state="FAILED",
        reason="server FAILED: failure probe: matches in the log: 1 of 1",
        given=(
            "echo up; echo CUDA error; sleep TOKEN",
            "failure: {log_watch: {match_pattern: CUDA error}, interval: 0.1, failure_threshold: 1}",
        ),
    ),
    Fault(
        "a failure probe fails on a service that ends with 0",
        EXIT,
        does="A service that its failure probe condemns handles SIGTERM and ends with 0: it has failed all the same.",
        status=1,
        state="FAILED",
        reason="server FAILED: failure probe",
        given=(
            "trap 'exit 0' TERM; echo fatal; sleep TOKEN & wait",
            "failure: {log_watch: {match_pattern: fatal}, interval: 0.1, failure_threshold: 1}",
        ),
    ),
)
def test_a_service_ends_badly(stage: Stage, fault: Fault) -> Ended:
    return stage.run(SERVER % fault.given)


@attack(
    Fault(
        "two tasks fail at once",
        EXIT,
        does="Thirty tasks fail at the same moment, each with its own status: the first one told counts, and no other is mixed in.",
        status=9,
        state="FAILED",
        reason="FAILED: exit status 9",
        outcome="every other task is FAILED or CANCELLED",
    ),
)
def test_many_fail_at_once(stage: Stage, fault: Fault) -> Ended:
    tasks = "".join(
        f"\n    - {{name: t{number}, depends_on: [gate], script: [sleep 0.3; exit 9]}}" for number in range(30)
    )
    return stage.run(f"workflow:\n  name: w\n  tasks:\n    - {{name: gate, script: ['true']}}{tasks}")


@attack(
    Fault(
        "preflight finds something",
        EXIT,
        does="A path that the workflow needs is not there.",
        status=78,
        books="none",
        outcome="what is missing is said; no task was started",
        given=("artifacts: {M: {uri: 'fs:///nowhere/model'}}\n", (), "no such path: /nowhere/model"),
    ),
    Fault(
        "a wrong option",
        EXIT,
        does="The script is called with an option that it does not know.",
        status=64,
        books="none",
        outcome="the option is named; no task was started",
        given=("", ("--no-such-option",), "unknown option --no-such-option"),
    ),
    Fault(
        "a wrong task",
        EXIT,
        does="A task is chosen that is not there.",
        status=64,
        books="none",
        outcome="what tasks there are is said; no task was started",
        given=("", ("--task", "nobody"), "no task is called nobody; there are: t"),
    ),
)
def test_what_cannot_begin_is_refused(stage: Stage, fault: Fault) -> Ended:
    head, arguments, said = fault.given
    mark = stage.folder / "ran"
    text = f"{head}workflow: {{name: w, tasks: [{{name: t, script: [touch {mark}]}}]}}"
    ended = stage.run(text, *arguments)
    assert said in ended.output
    assert not mark.exists()
    return ended
