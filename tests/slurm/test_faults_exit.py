"""Faults on Slurm: ways for tasks and their steps to end badly by themselves, and what the run and the job's own record then say."""

from faults.slurm_stage import SlurmStage
from faults.stage import Ended
from faults.table import EXIT, HANGS, LEFT, Fault, attack

NODES = "backends: {{c: {{type: slurm, nodes: {}, gpus_per_node: 2}}}}\n"
ONE = NODES.format(1) + "workflow: {name: w, tasks: [{name: t, script: [%s]}]}"
TWO = NODES.format(2) + "workflow: {name: w, tasks: [{name: t, %s}]}"
CHAIN = """
workflow:
  name: w
  strict: {strict}
  tasks:
    - {{name: a, script: {a}}}
    - {{name: b, depends_on: [a], script: {b}}}
    - {{name: c, depends_on: [b], script: {c}}}
"""


def chain(**scripts: str) -> str:
    """Three tasks, one after another."""
    return NODES.format(1) + CHAIN.format(
        **{"strict": "false", "a": "['true']", "b": "['true']", "c": "['true']", **scripts}
    )


@attack(
    Fault(
        "a step fails",
        EXIT,
        backend="slurm",
        does="The only command of a task ends with status 7.",
        status=7,
        state="FAILED",
        reason="t FAILED: exit status 7",
        given=ONE % "sleep TOKEN & exit 7",
    ),
    Fault(
        "the first of three steps fails",
        EXIT,
        backend="slurm",
        does="The first of three tasks in a row fails.",
        status=8,
        state="FAILED",
        reason="a FAILED: exit status 8",
        given=chain(a="[exit 8]"),
    ),
    Fault(
        "the last of three steps fails",
        EXIT,
        backend="slurm",
        does="The last of three tasks in a row fails.",
        status=9,
        state="FAILED",
        reason="c FAILED: exit status 9",
        given=chain(c="[exit 9]"),
    ),
    Fault(
        "a command fails in the midst of a strict script",
        EXIT,
        backend="slurm",
        does="The first of two commands fails, with `strict`.",
        status=1,
        state="FAILED",
        reason="b FAILED: exit status 1",
        given=chain(strict="true", b="['false', 'true']"),
    ),
    Fault(
        "a step is killed by its own signal",
        EXIT,
        backend="slurm",
        does="A task ends itself by SIGSEGV.",
        status=139,
        state="FAILED",
        reason="t FAILED: killed by SIGSEGV",
        given=ONE % "'ulimit -c 0; kill -SEGV $$'",
    ),
    Fault(
        "one process of a step fails",
        EXIT,
        backend="slurm",
        does="Of a task over two nodes the process on the second one fails, that on the first ends well later.",
        status=9,
        state="FAILED",
        reason="t FAILED: exit status 9",
        given=TWO % "script: ['[ $SLURM_PROCID = 0 ] || exit 9; sleep 1']",
    ),
    Fault(
        "one process of a step is killed",
        EXIT,
        backend="slurm",
        does="Of a task over two nodes with `kill_on_bad_exit` the process on the second one is killed, that on the first would go on for ever.",
        status=143,
        state="FAILED",
        reason="t FAILED: killed by SIGTERM",
        given="operators: [{name: all, type: srun, kill_on_bad_exit: true}]\n"
        + TWO % "operator: all, script: ['[ $SLURM_PROCID = 0 ] || { sleep 1; kill -KILL $$; }; exec sleep TOKEN']",
    ),
    Fault(
        "one process of a step hangs",
        HANGS,
        backend="slurm",
        does="Of a task over two nodes the process on the second one fails, that on the first hangs, until the task's `timeout`.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 2 s",
        given=TWO % "timeout: 2, script: ['[ $SLURM_PROCID = 0 ] || exit 9; exec sleep TOKEN']",
    ),
    Fault(
        "a component of a heterogeneous job fails",
        EXIT,
        backend="slurm",
        does="In a heterogeneous job a task of the second component fails while one of the first runs.",
        status=6,
        state="FAILED",
        reason="y FAILED: exit status 6",
        given="""
backends:
  - {name: a, type: slurm, nodes: 1, gpus_per_node: 2}
  - {name: b, type: slurm, nodes: 2, gpus_per_node: 8}
workflow:
  name: w
  tasks:
    - {name: x, backend: a, script: [exec sleep TOKEN]}
    - {name: y, backend: b, script: ['sleep 0.5; exit 6']}
""",
    ),
    Fault(
        "sixty steps at once",
        HANGS,
        backend="slurm",
        does="Sixty tasks may start at once on one node.",
        outcome="all of them run",
        status=0,
        state="COMPLETED",
        given=NODES.format(1) + "workflow: {name: w, tasks: [{name: t, replicas: {count: 60}, script: [hostname]}]}",
    ),
)
def test_a_task_that_ends_badly(stage: SlurmStage, fault: Fault) -> Ended:
    return stage.run(fault.given)


SERVICE = (
    NODES.format(2)
    + """
workflow:
  name: w
  tasks:
    - name: s
      resources: {nodes: {indices: [1]}}
      script: [%s]
      probes: {%s}
    - {name: u, depends_on: [s], resources: {nodes: {indices: [0]}}, script: [exec sleep TOKEN]}
"""
)
UP = "readiness: {log_watch: {match_pattern: up}, interval: 0.1}"


@attack(
    Fault(
        "a service on another node dies with 0",
        EXIT,
        backend="slurm",
        does="A service on the second node ends with status 0 while a task on the first one needs it.",
        status=1,
        state="FAILED",
        reason="s FAILED: the service ended (exit status 0) while u still needs it",
        given=SERVICE % ("echo up; sleep 1", UP),
    ),
    Fault(
        "the failure probe of a service on another node",
        EXIT,
        backend="slurm",
        does="A service on the second node closes its port, and lives on.",
        status=1,
        state="FAILED",
        reason="s FAILED: failure probe: 10.77.0.12:28611 is closed",
        given=SERVICE
        % (
            "'python3 -m http.server 28611 & sleep 2; kill $!; exec sleep TOKEN'",
            "readiness: {tcp_port: {port: 28611}, interval: 0.1}, "
            "failure: {tcp_port: {port: 28611}, interval: 0.2, failure_threshold: 2}",
        ),
    ),
    Fault(
        "a service on another node is not ready in time",
        EXIT,
        backend="slurm",
        does="A service on the second node never opens its port.",
        status=1,
        state="FAILED",
        reason="s FAILED: not ready within 2 s: 10.77.0.12:28612 is closed",
        given=SERVICE % ("exec sleep TOKEN", "readiness: {tcp_port: {port: 28612}, interval: 0.1, timeout: 2}"),
    ),
    Fault(
        "a black hole on another node",
        HANGS,
        backend="slurm",
        does="A probe asks an address on the nodes' network from which nothing ever comes back.",
        status=1,
        state="FAILED",
        reason="s FAILED: not ready within 2 s",
        given=SERVICE
        % ("exec sleep TOKEN", 'readiness: {http_get: {url: "http://10.77.0.99:28613/"}, interval: 0.1, timeout: 2}'),
    ),
)
def test_a_service_on_another_node(stage: SlurmStage, fault: Fault) -> Ended:
    return stage.run(fault.given)


@attack(
    Fault(
        "a step ignores TERM",
        LEFT,
        backend="slurm",
        does="A task ignores TERM when its time is over.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 1 s",
        given='trap "" TERM; while :; do sleep 0.TOKEN; done',
    ),
    Fault(
        "a step leaves its session",
        LEFT,
        backend="slurm",
        does="A task starts a daemon: another session, two forks, closed log, deaf to TERM; and is killed when its time is over.",
        status=124,
        state="TIMEOUT",
        reason="t TIMEOUT: ran longer than its time limit of 1 s",
        given="(setsid bash -c ''trap \"\" TERM HUP; while :; do sleep 0.TOKEN; done'' >/dev/null 2>&1 </dev/null &); exec sleep TOKEN",
    ),
)
def test_a_step_that_does_not_go(stage: SlurmStage, fault: Fault) -> Ended:
    text = NODES.format(1) + f"workflow: {{name: w, tasks: [{{name: t, timeout: 1, script: ['{fault.given}']}}]}}"
    return stage.run(text, edit=lambda script: script.replace("SF_GRACE=1000", "SF_GRACE=100"))
