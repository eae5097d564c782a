"""Faults on this host: tasks that do what they can to stay when the run is over."""

import os
import signal
import subprocess
import time

from faults import servers
from faults.checks import living, parent
from faults.stage import Ended, Stage
from faults.table import LEFT, Fault, attack

SERVER = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["%s\\necho up; exec sleep TOKEN"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], script: [sleep 0.3]}
"""

IGNORES = "trap '' TERM HUP INT QUIT; sleep TOKEN & sleep TOKEN & (sleep TOKEN; sleep TOKEN) &"

WAYS = (
    ("a task leaves a child behind", "A task starts a process in the background and ends.", "sleep TOKEN &", 8),
    ("a task's child leaves the process group", "A process of a task calls setsid.", "(setsid sleep TOKEN &)", 8),
    (
        "a task forks twice",
        "A process of a task forks twice, closes its streams and calls setsid, as daemons do.",
        "(setsid bash -c '(sleep TOKEN; true) </dev/null >/dev/null 2>&1 &' &)",
        8,
    ),
    (
        "a daemon that ignores SIGTERM",
        "A process of a task calls setsid and ignores every signal that can be ignored.",
        "(setsid bash -c 'trap \\\"\\\" TERM HUP INT QUIT; while :; do sleep 0.TOKEN; done' &)",
        8,
    ),
    ("a task ignores SIGTERM", "A task and its children ignore SIGTERM.", IGNORES, 20),
    (
        "a process that holds the log open",
        "A process of a task calls setsid, clears its environment, and keeps the log open.",
        "(setsid env -i sleep TOKEN &)",
        8,
    ),
    ("a task is stopped", "A process of a task is stopped with SIGSTOP.", "(sleep TOKEN & kill -STOP $!)", 8),
    (
        "a process that is stopped outside the process group",
        "A process of a task calls setsid and is stopped with SIGSTOP.",
        "(setsid bash -c 'kill -STOP $$; sleep TOKEN' sh TOKEN &)",
        8,
    ),
    (
        "a succession of daemons",
        "A process of a task calls setsid, and every 50 ms forks a successor and ends.",
        "echo 'sleep 0.05; setsid bash $0 TOKEN & ' >$SFLOW_TASK_OUTPUT_DIR/chain; (setsid bash $SFLOW_TASK_OUTPUT_DIR/chain TOKEN &)",
        10,
    ),
    (
        "a hundred children",
        "A task has a hundred children, half of them in sessions of their own.",
        "for i in {1..50}; do sleep TOKEN & (setsid sleep TOKEN &); done",
        10,
    ),
)


def faults(how: str, words: str, **outcome: object) -> list[Fault]:
    return [
        Fault(f"{name}{how}", LEFT, does=f"{does[:-1]}{words}.", given=(script, how), **{"within": seconds, **outcome})  # type: ignore[arg-type]
        for name, does, script, seconds in WAYS
    ]


@attack(*faults("", "; the run ends well", status=0, state="COMPLETED"))
def test_a_service_that_would_stay_when_the_work_is_done(stage: Stage, fault: Fault) -> Ended:
    script, _ = fault.given
    return stage.finish(stage.start(stage.workflow(SERVER % script, grace=1)))


@attack(
    *faults(
        ", and the script is killed",
        "; then SIGKILL to the script",
        status=137,
        state="FAILED",
        reason="the script was killed",
        grace=1,
        within=20,
    )
)
def test_a_service_that_would_stay_when_the_script_is_killed(stage: Stage, fault: Fault) -> Ended:
    script, _ = fault.given
    run = stage.start(stage.workflow((SERVER % script).replace("sleep 0.3", "exec sleep TOKEN"), grace=1))
    stage.wait_for("client", "RUNNING")
    run.signal("KILL")
    return stage.finish(run)


@attack(
    Fault(
        "the prober has just begun",
        LEFT,
        does="SIGKILL to the script a fifth of a second after it has started the prober, before it does anything else.",
        status=137,
        state="FAILED",
        reason="the script was killed",
    )
)
def test_a_prober_that_has_just_begun(stage: Stage, fault: Fault) -> Ended:
    workflow = stage.workflow(SERVER % "true")
    text = workflow.script.read_text()
    assert text.count("  SF_PROBER=$!\n") == 1
    workflow.script.write_text(text.replace("  SF_PROBER=$!\n", "  sleep 0.2; kill -s KILL $$\n"))
    return stage.finish(stage.start(workflow))


HUNG = """
workflow:
  name: w
  timeout: 4
  tasks:
    - {name: server, script: [exec sleep TOKEN], probes: {readiness: {%s, interval: 0.2, timeout: 600}}}
    - {name: client, depends_on: [server], script: ['true']}
"""


@attack(
    *(
        Fault(
            f"the prober is killed while {name} hangs",
            LEFT,
            does=f"SIGKILL to the prober while {name} hangs; the workflow's time limit ends the run.",
            status=124,
            state="TIMEOUT",
            given=probe,
        )
        for name, probe in (
            ("a check of a port", "tcp_port: {port: PORT, host: 127.0.0.1}"),
            ("a check of a URL", 'http_get: {url: "http://127.0.0.1:PORT/"}'),
            ("a command", "exec: {command: [sleep, TOKEN]}"),
        )
    )
)
def test_a_prober_that_is_killed_amid_a_check(stage: Stage, fault: Fault) -> Ended:
    port, close = servers.black_hole()
    stage.undo(close)
    run = stage.start(stage.workflow(HUNG % fault.given.replace("PORT", str(port))))

    def probers() -> set[int]:
        """Shells of the script's own that have one of these as a child: checkers are the children of the prober."""
        shells = {int(line.split(":")[0]) for line in living(stage.token, None, run.process.pid) if "/w.sh " in line}
        return {parent(shell) for shell in shells} & shells - {run.process.pid}

    def settled() -> bool:
        """At the start a runner, or what writes run.json, may have such a child for a moment."""
        before = probers()
        time.sleep(0.3)
        return len(before) == 1 and probers() == before

    stage.wait_until(settled)
    os.kill(probers().pop(), signal.SIGKILL)
    return stage.finish(run)


@attack(
    Fault(
        "a process without any tie",
        LEFT,
        does="A process of a task leaves its session, clears its environment, closes the log, and its parent ends.",
        status=0,
        state="COMPLETED",
        leaves="the process stays: without cgroups nothing can know whose it was",
    )
)
def test_what_cannot_be_reached(stage: Stage, fault: Fault) -> Ended:
    ended = stage.run(SERVER % "(setsid env -i sleep TOKEN </dev/null >/dev/null 2>&1 &)")
    (left,) = living(stage.token, None, None)
    os.kill(int(left.split(":")[0]), signal.SIGKILL)
    return ended


@attack(
    Fault(
        "somebody else reads the log",
        LEFT,
        does="Somebody follows the log of a task with `tail -f` while the run ends.",
        status=0,
        state="COMPLETED",
        outcome="the reader, who is not of the run, is left in peace",
    )
)
def test_a_reader_of_the_log(stage: Stage, fault: Fault) -> Ended:
    run = stage.start(stage.workflow(SERVER % "true"))
    stage.wait_for("server", "RUNNING")
    stage.wait_until(lambda: list(stage.output.glob("*/server/server.log")))
    (log,) = stage.output.glob("*/server/server.log")
    reader = subprocess.Popen(["tail", "-f", log], stdout=subprocess.DEVNULL)
    ended = stage.finish(run)
    try:
        assert reader.poll() is None
    finally:
        reader.kill()
        reader.wait()
    return ended


@attack(
    Fault(
        "a run inside a run",
        LEFT,
        does="A task runs another compiled script, whose tasks leave their process groups; SIGKILL to the outer script.",
        status=137,
        state="FAILED",
        reason="the script was killed",
        grace=10,
        outcome="the inner run's tasks are gone too",
    )
)
def test_a_run_inside_a_run(stage: Stage, fault: Fault) -> Ended:
    inner = stage.folder / "inner"
    inner.mkdir()
    nested = Stage(inner)
    nested.token = stage.token
    script = nested.workflow(
        "workflow: {name: w, tasks: [{name: t, script: ['setsid sleep TOKEN & exec setsid sleep TOKEN']}]}"
    ).script
    text = f"workflow: {{name: w, tasks: [{{name: t, script: ['bash {script} --output-dir {inner}/out']}}]}}"
    run = stage.start(stage.workflow(text))
    stage.wait_for("t", "RUNNING")
    nested.wait_for("t", "RUNNING")
    run.signal("KILL")
    return stage.finish(run)
