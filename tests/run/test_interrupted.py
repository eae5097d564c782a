"""Runs that are killed at random moments and resumed: nothing is lost, nothing that had completed is done again.

SFLOWC_KILLS is how many kills are made in all (24; a soak takes 200), SFLOWC_SEED repeats what once went wrong.
"""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from workflow import Workflow, every, gone, of_the_run

KILLS = int(os.environ.get("SFLOWC_KILLS", "24"))
SEED = int(os.environ.get("SFLOWC_SEED", "1"))
ROUNDS = 6
PER_ROUND = -(-KILLS // ROUNDS)

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


def complete_events(run: Path) -> list[dict]:
    """Every line that has an end is an event."""
    text = (run / "events.jsonl").read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def told(run: Path) -> tuple[str, dict[str, str]]:
    """How the events say the last start of the run and its tasks stand."""
    whole, tasks = "", {}
    for event in complete_events(run):
        if event["event"] == "run":
            whole = event["state"]
            if whole == "RUNNING":
                tasks = {}
        elif event["event"] == "state":
            tasks[event["task"]] = event["state"]
    return whole, tasks


def is_settled(run: Path) -> bool:
    """Whether the watchdog, too, has nothing more to do."""
    return not (run / ".groups").exists()


def check_books(run: Path) -> None:
    """events.jsonl and status.json say the same, once who writes them is gone."""
    assert any(is_settled(run) for _ in every(0.05, 15)), "something still writes there"
    whole, tasks = told(run)
    record = json.loads((run / "status.json").read_text())
    assert record["state"] == whole
    assert {name: task["state"] for name, task in record["tasks"].items()} == {
        name: tasks.get(name, "INITIATED") for name in record["tasks"]
    }
    assert whole != "RUNNING"
    assert not {"RUNNING", "READY", "INITIATED"} & set(tasks.values())
    assert not of_the_run(run.name)


def check_nothing_twice(run: Path) -> None:
    """What had completed by itself is not started again; a service is, for what is left."""
    done: set[str] = set()
    for event in complete_events(run):
        if event["event"] == "state" and event["state"] == "RUNNING":
            assert event["task"] not in done, f"{event['task']} was run again"
        if event["event"] == "state" and event["state"] == "COMPLETED" and event["task"] != "server":
            done.add(event["task"])


@pytest.fixture
def undisturbed(tmp_path: Path) -> tuple[Workflow, dict[str, str], float]:
    workflow = Workflow(tmp_path, TEXT)
    began = time.monotonic()
    run = workflow.run()
    assert run.status == 0, run.output
    return workflow, results(run.directory), time.monotonic() - began


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_run_that_is_killed_and_resumed_ends_as_an_undisturbed_one(
    undisturbed: tuple[Workflow, dict[str, str], float], number: int
) -> None:
    workflow, expected, seconds = undisturbed
    dice = random.Random(SEED * 1000 + number)
    directory: Path | None = None
    kills = 0
    while kills < PER_ROUND:
        kills += 1
        arguments = ["--resume", str(directory)] if directory else []
        before = {path.name for path in workflow.output.iterdir()}
        process = workflow.start("run", *arguments)
        time.sleep(dice.uniform(0.03, seconds * 0.9))
        blow = dice.choice(["KILL", "KILL", "KILL of all", "TERM", "INT"])
        if blow == "KILL of all":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.send_signal(getattr(signal, f"SIG{blow}"))
        _printed, _ = process.communicate(timeout=30)
        new = [path for path in workflow.output.iterdir() if path.name not in before]
        if new:
            directory = new[0]
        if directory is None or not (directory / "events.jsonl").exists():
            directory = None
            continue
        complete_events(directory)
        if dice.random() < 0.5:  # else the next start finds the watchdog at work
            check_books(directory)
        if process.returncode == 0:
            break
    run = workflow.run("run", *(["--resume", str(directory)] if directory else []))
    assert run.status == 0, run.output
    assert results(run.directory) == expected
    check_books(run.directory)
    check_nothing_twice(run.directory)
    assert gone(str(workflow.folder))
