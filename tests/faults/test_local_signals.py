"""Faults on this host: signals to the script and to what belongs to it."""

import json
import os
import shutil
import signal
import time

from faults.checks import check_processes, living, parent, unfinished
from faults.stage import Ended, Stage, Started
from faults.table import EXIT, LEFT, Fault, attack

PAIR = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["(setsid sleep TOKEN &); sleep TOKEN & echo up; exec sleep TOKEN"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}, failure: {exec: {command: [sleep, TOKEN]}, interval: 0.1}}
    - {name: client, depends_on: [server], script: [exec sleep TOKEN]}
"""


def started(stage: Stage, text: str = PAIR, task: str = "client", **how: object) -> Started:
    run = stage.start(stage.workflow(text), **how)
    stage.wait_for(task, "RUNNING")
    stage.wait_until(lambda: (stage.directory / "status.json").exists())
    stage.wait_until(lambda: len([line for line in living(stage.token, None, None) if "sleep" in line]) >= 2)
    return run


@attack(
    *(
        Fault(
            f"SIG{name}",
            EXIT,
            does=f"SIG{name} to the script while a service and its client run.",
            status=status,
            state=state,
            reason=reason,
            given=name,
            within=15,
        )
        for name, status, state, reason in (
            ("INT", 130, "CANCELLED", "SIGINT"),
            ("TERM", 143, "CANCELLED", "SIGTERM"),
            ("HUP", 129, "CANCELLED", "SIGHUP"),
            ("QUIT", 131, "CANCELLED", "SIGQUIT"),
            ("USR1", 124, "TIMEOUT", "the job's time limit is near (SIGUSR1)"),
            ("USR2", 124, "TIMEOUT", "the job's time limit is near (SIGUSR2)"),
        )
    ),
)
def test_a_signal(stage: Stage, fault: Fault) -> Ended:
    run = started(stage)
    run.signal(fault.given)
    return stage.finish(run)


@attack(
    Fault(
        "SIGINT to the whole process group",
        EXIT,
        does="Ctrl-C at a terminal: SIGINT to the script and all that is in its process group.",
        status=130,
        state="CANCELLED",
        reason="SIGINT",
        given="INT",
        within=15,
    ),
    Fault(
        "SIGKILL to the whole process group",
        EXIT,
        does="SIGKILL to the script and all that is in its process group.",
        status=137,
        state="FAILED",
        reason="the script was killed",
        given="KILL",
        within=15,
    ),
)
def test_a_signal_to_the_process_group(stage: Stage, fault: Fault) -> Ended:
    run = started(stage)
    run.signal(fault.given, group=True)
    return stage.finish(run)


@attack(
    Fault(
        "SIGKILL of the script",
        EXIT,
        does="SIGKILL to the script alone: its watchdog ends the tasks and the books.",
        status=137,
        state="FAILED",
        reason="the script was killed",
        within=15,
    )
)
def test_a_kill_of_the_script(stage: Stage, fault: Fault) -> Ended:
    run = started(stage)
    run.signal("KILL")
    return stage.finish(run)


STUBBORN = """
workflow: {name: w, tasks: [{name: t, script: ["trap '' TERM; echo; sleep TOKEN & sleep TOKEN; sleep TOKEN"]}]}
"""


@attack(
    Fault(
        "SIGTERM twice",
        EXIT,
        does="A second SIGTERM, after more than a second, while a task ignores the first: there is no more patience.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        outcome="it ends well before the grace of ten seconds is over",
        given="TERM",
        within=8,
    ),
    Fault(
        "SIGTERM and then SIGINT",
        EXIT,
        does="SIGINT while a task ignores the SIGTERM that came before: the first signal is the reason.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        outcome="it ends well before the grace of ten seconds is over",
        given="INT",
        within=8,
    ),
    Fault(
        "SIGTERM and then SIGKILL",
        EXIT,
        does="SIGKILL to a script that is stopping a task that ignores SIGTERM.",
        status=137,
        state="FAILED",
        reason="the script was killed",
        outcome="the task has its ten seconds of grace, no more",
        grace=10,
        given="KILL",
        within=20,
    ),
)
def test_a_second_signal(stage: Stage, fault: Fault) -> Ended:
    run = started(stage, STUBBORN, "t")
    run.signal("TERM")
    time.sleep(1.3)
    run.signal(fault.given)
    return stage.finish(run)


@attack(
    Fault(
        "a hundred signals",
        EXIT,
        does="A hundred signals of all kinds within a second, SIGTERM first.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        within=15,
    )
)
def test_a_storm_of_signals(stage: Stage, fault: Fault) -> Ended:
    run = started(stage)
    for number in range(100):
        run.signal(("TERM", "HUP", "INT", "USR2", "QUIT")[number % 5])
        if not number:
            time.sleep(0.3)
        time.sleep(0.005)
        if run.process.poll() is not None:
            break
    return stage.finish(run)


@attack(
    Fault(
        "SIGTERM at its very beginning",
        EXIT,
        does="SIGTERM at thirty moments of a script's first 150 ms: before it has a directory, a watchdog, a bus, a task.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        outcome="whenever there is a run directory with events, its books are closed",
    )
)
def test_a_signal_at_the_beginning(stage: Stage, fault: Fault) -> Ended:
    workflow = stage.workflow(PAIR)
    for number in range(30):
        run = stage.start(workflow)
        time.sleep(number * 0.005)
        run.signal("TERM")
        ended = stage.finish(run)
        assert ended.status == 143
        assert not list(stage.output.rglob(".owner")), number
        for status in stage.output.glob("*/events.jsonl"):
            assert not status.read_text() or status.with_name("status.json").exists(), number
    run = started(stage)
    run.signal("TERM")
    return stage.finish(run)


@attack(
    Fault(
        "SIGKILL at its very beginning",
        LEFT,
        does="SIGKILL to the script's process group at thirty moments of its first 300 ms.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        outcome="nothing is left; whenever there are events, the books are closed; a run afterwards is as ever",
    )
)
def test_a_kill_at_the_beginning(stage: Stage, fault: Fault) -> Ended:
    workflow = stage.workflow(PAIR)
    for number in range(30):
        run = stage.start(workflow)
        time.sleep(number * 0.01)
        run.signal("KILL", group=True)
        ended = stage.finish(run)
        assert ended.status == 137
        check_processes(ended, stage.token, 5)
        for events in stage.output.glob("*/events.jsonl"):
            if events.read_text():
                assert json.loads(events.with_name("status.json").read_text())["exit_status"] == 137
                assert unfinished(stage.output, events.parent) == []
        shutil.rmtree(stage.output, ignore_errors=True)
    run = started(stage)
    run.signal("TERM")
    return stage.finish(run)


@attack(
    Fault(
        "the runner of a task is killed",
        EXIT,
        does="SIGKILL to the runner, the process of the script that waits for a task.",
        status=1,
        state="FAILED",
        reason="client FAILED: its runner was killed",
        within=15,
    )
)
def test_a_kill_of_a_runner(stage: Stage, fault: Fault) -> Ended:
    run = started(stage, PAIR.replace("exec sleep TOKEN]}", "exec sleep TOKEN9]}"))
    stage.wait_until(lambda: any(": sleep" in line for line in living(f"{stage.token}9", None, None)))
    (client,) = [int(line.split(":")[0]) for line in living(f"{stage.token}9", None, None)]
    os.kill(parent(client), signal.SIGKILL)
    return stage.finish(run)


SLOW_SERVICE = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["sleep 3; echo up; exec sleep TOKEN"]
      probes: {readiness: {exec: {command: [bash, -c, "grep up $SFLOW_TASK_OUTPUT_DIR/server.log || { sleep 0.4TOKEN; exit 1; }"]}, interval: 0.2, timeout: 20}}
    - {name: client, depends_on: [server], script: ['true']}
"""


@attack(
    Fault(
        "the prober is killed",
        EXIT,
        does="SIGKILL to the prober, before the service that it is to find ready is ready.",
        status=0,
        state="COMPLETED",
        outcome="another prober takes its place, and that is said",
        given="prober",
    ),
    Fault(
        "the watchdog is killed",
        EXIT,
        does="SIGKILL to the watchdog.",
        status=0,
        state="COMPLETED",
        outcome="another watchdog takes its place, and that is said",
        given="watchdog",
    ),
)
def test_a_kill_of_what_serves_the_script(stage: Stage, fault: Fault) -> Ended:
    run = stage.start(stage.workflow(SLOW_SERVICE))
    stage.wait_for("server", "RUNNING")
    os.kill(servant(stage, fault.given), signal.SIGKILL)
    ended = stage.finish(run)
    assert f"the {fault.given} was killed; another one takes its place" in ended.output
    return ended


def servant(stage: Stage, which: str) -> int:
    """The watchdog stands in .owner, the prober in .groups."""
    assert stage.directory is not None
    if which == "watchdog":
        owners = [line.split() for line in (stage.directory / ".owner").read_text().splitlines()]
        return next(int(words[2]) for words in owners if words[1] == "watchdog")
    return int((stage.directory / ".groups").read_text().split()[0])  # who began first


@attack(
    Fault(
        "the watchdog is killed, and then the script",
        LEFT,
        does="SIGKILL to the watchdog, and three seconds later to the script.",
        status=137,
        state="FAILED",
        reason="the script was killed",
        outcome="the second watchdog does the first one's work",
    )
)
def test_a_kill_of_the_watchdog_and_the_script(stage: Stage, fault: Fault) -> Ended:
    run = started(stage)
    os.kill(servant(stage, "watchdog"), signal.SIGKILL)
    time.sleep(3)
    run.signal("KILL")
    return stage.finish(run)


@attack(
    Fault(
        "the watchdog is killed, and SIGTERM",
        EXIT,
        does="SIGKILL to the watchdog, and at once SIGTERM to the script.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
    )
)
def test_a_kill_of_the_watchdog_and_an_end(stage: Stage, fault: Fault) -> Ended:
    run = started(stage)
    os.kill(servant(stage, "watchdog"), signal.SIGKILL)
    run.signal("TERM")
    return stage.finish(run)


@attack(
    Fault(
        "the script and the watchdog are killed at one moment",
        LEFT,
        does="SIGKILL to the watchdog and to the script at one moment; then `--resume`.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        outcome="until then the tasks run on; `status` says LOST; the resumed run ends them before it begins",
    )
)
def test_nobody_is_left_to_clean_up(stage: Stage, fault: Fault) -> Ended:
    run = started(stage)
    workflow, directory = stage.built, stage.directory
    os.kill(servant(stage, "watchdog"), signal.SIGKILL)
    run.signal("KILL")
    lost = stage.finish(run)
    assert lost.status == 137
    report = stage.finish(stage.start(workflow, "status"))
    assert (report.status, "LOST" in report.output) == (3, True), report.output
    before = set(living(stage.token, None, None))
    assert before
    run = stage.start(workflow, "--resume", str(directory))
    stage.wait_until(lambda: not before & set(living(stage.token, None, None)))
    stage.wait_until(lambda: (directory / "events.jsonl").read_text().count('"task":"client","state":"RUNNING"') == 2)
    run.signal("TERM")
    return stage.finish(run)


@attack(
    Fault(
        "the script is stopped and goes on",
        EXIT,
        does="SIGSTOP to the script for two seconds, in which tasks end; then SIGCONT.",
        status=0,
        state="COMPLETED",
    )
)
def test_a_script_that_is_stopped(stage: Stage, fault: Fault) -> Ended:
    run = stage.start(
        stage.workflow(
            "workflow: {name: w, tasks: [{name: a, script: [sleep 1]}, {name: b, depends_on: [a], script: ['true']}]}"
        )
    )
    stage.wait_for("a", "RUNNING")
    run.signal("STOP")
    time.sleep(2)
    run.signal("CONT")
    return stage.finish(run)


BEGINNING = "workflow:\n  name: w\n  tasks:" + "".join(
    f"\n    - {{name: t{number}, script: [exec sleep TOKEN]}}" for number in range(12)
)


@attack(
    *(
        Fault(
            f"SIGTERM while tasks begin, {whom}",
            EXIT,
            does=f"SIGTERM {whom} while a dozen tasks begin, on a machine where every process begins 30 ms late.",
            status=143,
            state="CANCELLED",
            reason="SIGTERM",
            outcome="no task misses it, and would live until its period of grace is over",
            given=whom,
            within=8,
        )
        for whom in ("to the script", "to the process group")
    )
)
def test_tasks_that_are_just_beginning(stage: Stage, fault: Fault) -> Ended:
    run = stage.start(stage.workflow(BEGINNING), environment=stage.late(30))
    stage.wait_for("t0", "RUNNING")
    run.signal("TERM", group=fault.given == "to the process group")
    return stage.finish(run)


LATER = """
workflow:
  name: w
  tasks:
    - {name: first, script: [sleep 1]}
    - {name: second, depends_on: [first], script: [exec sleep TOKEN]}
"""


@attack(
    Fault(
        "SIGKILL while a task begins",
        LEFT,
        does="The log of a task cannot be opened yet; SIGKILL to the script, and a second later it can.",
        status=137,
        state="FAILED",
        reason="the script was killed",
        outcome="the task ends as it begins, and does not live until its period of grace is over",
    )
)
def test_a_kill_while_a_task_is_about_to_begin(stage: Stage, fault: Fault) -> Ended:
    run = stage.start(stage.workflow(LATER))
    stage.wait_for("first", "RUNNING")
    log = stage.directory / "second" / "second.log"
    os.mkfifo(log)  # who opens it waits for a reader
    stage.wait_for("second", "RUNNING")
    run.signal("KILL")
    time.sleep(1)
    groups = (stage.directory / ".groups").open()
    assert " 1\n" not in groups.read()
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    stage.wait_until(lambda: " 1\n" in groups.read())
    groups.close()
    os.close(reader)
    log.unlink()
    return stage.finish(run)


DEAF = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["trap '' TERM; echo up; sleep TOKEN & sleep TOKEN; sleep TOKEN"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], script: ['true']}
"""


@attack(
    Fault(
        "SIGTERM as a task is killed",
        EXIT,
        does="All is done but for a service that ignores SIGTERM; it is killed, and SIGTERM to the script comes before its end is known.",
        status=0,
        state="COMPLETED",
        outcome="the end of the service stands in the books",
    )
)
def test_a_signal_as_a_task_is_killed(stage: Stage, fault: Fault) -> Ended:
    workflow = stage.workflow(DEAF, grace=2)
    text = workflow.script.read_text()
    assert text.count("  sf_stop_wait 1000") == 1
    workflow.script.write_text(text.replace("  sf_stop_wait 1000", "  kill -s TERM $$\n  sf_stop_wait 1000"))
    return stage.finish(stage.start(workflow))
