"""Faults on this host: runs that are killed at random moments and resumed: nothing is lost, nothing that had completed is done again.

SFLOWC_KILLS is how many kills are made in all (25; 200 are many), SFLOWC_SEED repeats what once went wrong.
"""

import json
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from faults.checks import check_agreement, whole_events
from faults.stage import Ended, Stage, Started
from faults.table import LOST, Fault, attack
from workflow import Workflow, every, of_the_run

KILLS = int(os.environ.get("SFLOWC_KILLS", "25"))
SEED = int(os.environ.get("SFLOWC_SEED", "1"))
BLOWS = ("KILL", "KILL of its group", "KILL of one of its processes", "TERM", "a mixture")
PER_BLOW = -(-KILLS // len(BLOWS))

TEXT = """\
variables:
  SIZE: {value: 3, type: integer, domain: [1, 2, 3]}
workflow:
  name: w
  tasks:
    - name: prepare
      script: ['sleep 0.1; echo "seed: 4" | tee $SFLOW_TASK_OUTPUT_DIR/result']
      outputs: [{pattern: "seed: {seed:d}"}]
    - name: server
      depends_on: [prepare]
      script:
        - 'trap "exit 0" TERM'
        - 'sleep 0.1; echo up; while :; do sleep 0.05; done'
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.05, timeout: 20}}
    - name: work
      depends_on: [server]
      replicas: {variables: [SIZE]}
      script:
        - 'sleep 0.1'
        - 'seed=$(cat ../prepare/result); echo "size: $SIZE of $seed" | tee $SFLOW_TASK_OUTPUT_DIR/result'
        - 'echo once >>$SFLOW_TASK_OUTPUT_DIR/times'
      outputs: [{pattern: "size: {size:d}"}]
    - name: flaky
      depends_on: [prepare]
      retries: {count: 40, interval: 0.05}
      script: ['cd $SFLOW_TASK_OUTPUT_DIR; echo x >>tries; [ $(wc -l <tries) -ge 3 ] && echo tried >result']
    - name: sum
      depends_on: [work, flaky]
      script: ['cat ../work_*/result ../flaky/result >$SFLOW_TASK_OUTPUT_DIR/result; sleep 0.1']
""".replace("cat ../", "cat $SFLOW_WORKFLOW_OUTPUT_DIR/").replace(" ../", " $SFLOW_WORKFLOW_OUTPUT_DIR/")


def results(run: Path) -> dict[str, str]:
    found = [*run.glob("*/result"), *run.glob("*/outputs.json")]
    return {str(path.relative_to(run)): path.read_text() for path in sorted(found)}


def check_books(run: Path) -> None:
    """events.jsonl and status.json say the same, once the watchdog, too, has nothing more to do."""
    assert any(not (run / ".groups").exists() for _ in every(0.05, 15)), "something still writes there"
    events = whole_events(run)
    if events:
        check_agreement(json.loads((run / "status.json").read_text()), events)
    assert not of_the_run(run.name)


def check_nothing_twice(run: Path) -> None:
    """What had completed by itself is not started again; a service is, for what is left."""
    done: set[str] = set()
    for event in whole_events(run):
        if event["event"] == "state" and event["state"] == "RUNNING":
            assert event["task"] not in done, f"{event['task']} was run again"
        if event["event"] == "state" and event["state"] == "COMPLETED" and event["task"] != "server":
            done.add(event["task"])


def strike(stage: Stage, run: Started, blow: str, dice: random.Random) -> None:
    if blow == "a mixture":
        blow = dice.choice(BLOWS[:-1])
    if blow == "KILL of one of its processes":
        run.kill_one(stage, dice)
    else:
        run.signal(blow.split()[0], group=blow.endswith("group"))


@attack(
    *(
        Fault(
            f"killed at random and resumed: {blow}",
            LOST,
            does=f"A run is disturbed at random moments ({blow}), and resumed each time, in half of the cases at once, while the watchdog is at work.",
            status=0,
            state="COMPLETED",
            outcome="after each kill the books agree; the results are those of an undisturbed run; nothing that had completed is done again",
            given=blow,
        )
        for blow in BLOWS
    )
)
def test_a_run_that_is_disturbed_and_resumed(stage: Stage, fault: Fault) -> Ended:
    workflow = stage.workflow(TEXT)
    undisturbed = stage.finish(stage.start(workflow))
    assert undisturbed.status == 0
    assert undisturbed.directory is not None
    expected = results(undisturbed.directory)
    shutil.rmtree(stage.output)
    dice = random.Random(f"{SEED}.{fault.given}")
    directory: Path | None = None
    for _ in range(PER_BLOW):
        run = stage.start(workflow, "run", *(["--resume", str(directory)] if directory else []))
        time.sleep(dice.uniform(0.03, undisturbed.seconds * 0.9))
        if run.process.poll() is None:
            strike(stage, run, fault.given, dice)
        stage.finish(run)
        directory = stage.directory
        if directory is None or not whole_events(directory):
            shutil.rmtree(stage.output, ignore_errors=True)
            directory = None
        elif dice.random() < 0.5:
            check_books(directory)
    ended = stage.finish(stage.start(workflow, "run", *(["--resume", str(directory)] if directory else [])))
    assert ended.directory is not None
    assert results(ended.directory) == expected
    check_nothing_twice(ended.directory)
    return ended


CHAIN = """
workflow:
  name: w
  tasks:
    - {name: a, script: ['echo a >>$SFLOW_TASK_OUTPUT_DIR/times']}
    - {name: b, depends_on: [a], script: ['echo %s; echo b >>$SFLOW_TASK_OUTPUT_DIR/times']}
    - {name: c, depends_on: [b], script: ['if [ ! -e GO ]; then exec sleep TOKEN; fi']}
"""


def times(run: Path, task: str) -> int:
    return len((run / task / "times").read_text().splitlines())


def spoil(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda run: (run / name).write_bytes(change((run / name).read_bytes())) and None  # type: ignore[func-returns-value]


@attack(
    Fault(
        "events cut off",
        LOST,
        does="The last line of events.jsonl is only half there, as after a crash of the host; then `--resume`.",
        status=0,
        state="COMPLETED",
        outcome="nothing is run again",
        given=(spoil("events.jsonl", lambda data: data[:-20]), 1),
    ),
    Fault(
        "events lost",
        LOST,
        does="events.jsonl is empty, as after a crash of the host; then `--resume`.",
        status=0,
        state="COMPLETED",
        outcome="nothing is run again",
        given=(spoil("events.jsonl", lambda data: b""), 1),
    ),
    Fault(
        "a half record",
        LOST,
        does="The last line of completed.txt is only half there; then `--resume`.",
        status=0,
        state="COMPLETED",
        outcome="only that task is run again",
        given=(spoil("completed.txt", lambda data: data[:-2]), 2),
    ),
    Fault(
        "no record",
        LOST,
        does="completed.txt is not there; then `--resume`.",
        status=0,
        state="COMPLETED",
        outcome="everything is run again",
        given=(lambda run: (run / "completed.txt").unlink(), 2),
    ),
    Fault(
        "a status that is nonsense",
        LOST,
        does="status.json is full of NUL, as some file systems leave it after a crash; then `--resume`.",
        status=0,
        state="COMPLETED",
        outcome="nothing is run again",
        given=(spoil("status.json", lambda data: bytes(len(data))), 1),
    ),
)
def test_a_directory_that_was_damaged(stage: Stage, fault: Fault) -> Ended:
    change, again = fault.given
    mark = stage.folder / "go"
    workflow = stage.workflow((CHAIN % "b").replace("GO", str(mark)))
    run = stage.start(workflow)
    stage.wait_for("c", "RUNNING")
    run.signal("KILL")
    killed = stage.finish(run)
    assert killed.directory is not None
    check_books(killed.directory)
    change(killed.directory)
    mark.touch()
    ended = stage.finish(stage.start(workflow, "--resume", str(killed.directory)))
    assert times(killed.directory, "b") == again
    return ended


@attack(
    *(
        Fault(
            f"a run that has only just made {made}",
            LOST,
            does=f"SIGKILL to the script when it has made {made}, and nothing else; then `--resume`.",
            status=0,
            state="COMPLETED",
            given=(before, after),
        )
        for made, before, after in (
            ("its directory", '  [[ ! ${SF_MAKER-} ]] || wait "$SF_MAKER" || exit 78\n', "  kill -s KILL $$\n"),
            (
                "its log",
                '  exec {SF_LOG}>>"$SF_RUN/sflow.log" {SF_EV',
                '  : >"$SF_RUN/sflow.log" && kill -s KILL $$; exec {SF_EV',
            ),
        )
    )
)
def test_a_run_that_has_only_just_begun(stage: Stage, fault: Fault) -> Ended:
    before, after = fault.given
    workflow = stage.workflow((CHAIN % "b").replace("GO", "/"))
    text = workflow.script.read_text()
    assert text.count(before) == 1
    workflow.script.write_text(text.replace(before, (before if before.endswith("\n") else "") + after))
    killed = stage.finish(stage.start(workflow))
    assert killed.directory is not None
    workflow.script.write_text(text)
    return stage.finish(stage.start(workflow, "--resume", str(killed.directory)))


@attack(
    Fault(
        "a changed task",
        LOST,
        does="A run is killed, the script of a task that had completed is changed, and the run resumed with the new script.",
        status=0,
        state="COMPLETED",
        outcome="the changed task is run again, the others that had completed are not",
    )
)
def test_a_task_that_has_changed(stage: Stage, fault: Fault) -> Ended:
    mark = stage.folder / "go"
    run = stage.start(stage.workflow((CHAIN % "b").replace("GO", str(mark))))
    stage.wait_for("c", "RUNNING")
    run.signal("KILL")
    killed = stage.finish(run)
    assert killed.directory is not None
    mark.touch()
    changed = stage.workflow((CHAIN % "otherwise").replace("GO", str(mark)))
    ended = stage.finish(stage.start(changed, "--resume", str(killed.directory)))
    assert (times(killed.directory, "a"), times(killed.directory, "b")) == (1, 2)
    return ended


@attack(
    Fault(
        "two scripts in one directory",
        LOST,
        does="`--resume` of a run whose script is alive.",
        status=143,
        state="CANCELLED",
        reason="SIGTERM",
        outcome="the second is refused with 64 and changes nothing",
    )
)
def test_two_scripts_in_one_directory(stage: Stage, fault: Fault) -> Ended:
    workflow: Workflow = stage.workflow((CHAIN % "b").replace("GO", str(stage.folder / "go")))
    run = stage.start(workflow)
    stage.wait_for("c", "RUNNING")
    assert stage.directory is not None
    before = (stage.directory / "events.jsonl").read_bytes()
    second = stage.finish(stage.start(workflow, "--resume", str(stage.directory)))
    assert second.status == 64
    assert "is being run by process" in second.output
    assert (stage.directory / "events.jsonl").read_bytes() == before
    run.signal("TERM")
    return stage.finish(run)
