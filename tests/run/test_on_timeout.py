"""The workflow's script for the time limit, and what tasks that were stopped had printed."""

import json
import os
import signal
import time
from pathlib import Path

import pytest
from workflow import Workflow, every, processes

HEAD = """variables: {GREETING: "it's $(not) `run`"}
workflow:
  name: w
  timeout: 4
"""
TASKS = """
  tasks:
    - name: a
      script: ["echo n=1; sleep 0.2; echo n=2; exec sleep 60"]
      outputs: [{pattern: "n={n:d}"}]
    - {name: b, depends_on: [a], script: [exit 0]}
"""


def hook(*lines: str, lead: str = "3") -> str:
    return f"  on_timeout: {{lead: {lead}, script: {json.dumps(list(lines))}}}"


def printed(run_directory: Path) -> str:
    return (run_directory / "on_timeout.log").read_text()


def test_it_runs_before_tasks_are_stopped_and_knows_how_long_it_has(tmp_path: Path) -> None:
    lines = (
        'echo "$1 $SFLOW_SECONDS_LEFT $GREETING ${{ backends.local.nodes[0].ip_address }} $SFLOW_RUN_ID"',
        'grep -c RUNNING "$SFLOW_WORKFLOW_OUTPUT_DIR/status.json"',
        "sleep 0.5; pgrep -f 'sleep 60$' >/dev/null && echo still there",
    )
    run = Workflow(tmp_path, HEAD + hook(*lines) + TASKS.replace("exec sleep 60", "exec -a here sleep 60")).run()
    assert (run.status, run.states) == (124, {"a": "CANCELLED", "b": "CANCELLED"})
    assert run.record["state"] == "TIMEOUT"
    assert run.record["reason"] == "the workflow's time limit of 4 s is nearly over"
    said = printed(run.directory).splitlines()
    assert said[0] == f"3 3 it's $(not) `run` 127.0.0.1 {run.directory.name}"
    assert 1.2 < run.seconds < 3.5
    assert "on_timeout has 3 s" in run.output
    assert "Killed" not in run.output


def test_it_can_be_a_list_of_lines_and_begins_halfway_of_a_short_limit(tmp_path: Path) -> None:
    run = Workflow(tmp_path, f"{HEAD}  on_timeout: [echo $1, echo two]{TASKS}").run()
    assert (run.status, printed(run.directory)) == (124, "2\ntwo\n")


def test_partial_outputs_are_kept(tmp_path: Path) -> None:
    run = Workflow(tmp_path, HEAD + hook("exit 0") + TASKS).run()
    assert json.loads((run.directory / "a" / "outputs.json").read_text()) == {"n": [1, 2]}
    assert run.record["tasks"]["a"]["reason"].endswith("; outputs.json has what it had printed")


@pytest.mark.parametrize("name", ["TERM", "USR1"])
def test_so_they_are_without_the_script(tmp_path: Path, name: str) -> None:
    made = Workflow(tmp_path, f"workflow:\n  name: w{TASKS}")
    process = made.start()
    for _ in every(0.05, 20):
        if (made.directory / "a" / "a.log").exists() and "n=2" in (made.directory / "a" / "a.log").read_text():
            break
    os.kill(process.pid, signal.Signals[f"SIG{name}"])
    run = made.finish(process)
    assert run.states == {"a": "CANCELLED", "b": "CANCELLED"}
    assert json.loads((run.directory / "a" / "outputs.json").read_text()) == {"n": [1, 2]}


def test_a_task_that_is_stopped_for_its_own_limit_keeps_them_too_and_is_not_checked(tmp_path: Path) -> None:
    text = """workflow:
  name: w
  tasks:
    - name: t
      timeout: 1
      retries: {count: 1, interval: 0}
      script: ["echo n=1; exec sleep 60"]
      outputs: [{pattern: "n={n:d}", metrics: {n: {min: 5}}}]
"""
    run = Workflow(tmp_path, text).run()
    assert (run.status, run.states) == (124, {"t": "TIMEOUT"})
    assert (
        run.record["tasks"]["t"]["reason"]
        == "ran longer than its time limit of 1 s; outputs.json has what it had printed"
    )
    assert json.loads((run.directory / "t" / "outputs.json").read_text()) == {"n": 1}


def test_a_task_that_is_stopped_for_another_ones_failure_has_none(tmp_path: Path) -> None:
    text = f"workflow:\n  name: w{TASKS}    - {{name: c, script: [sleep 1; exit 3]}}\n"
    run = Workflow(tmp_path, text).run()
    assert (run.status, run.states["a"]) == (3, "CANCELLED")
    assert not (run.directory / "a" / "outputs.json").exists()


def test_a_resumed_run_does_not_take_partial_outputs_for_whole_ones(tmp_path: Path) -> None:
    made = Workflow(
        tmp_path, HEAD + hook("exit 0") + TASKS.replace("exec sleep 60", "if [ -e go ]; then exit 9; fi; sleep 60")
    )
    directory = made.run().directory
    assert (directory / "a" / "outputs.json").exists()
    (tmp_path / "go").touch()
    run = made.run("--resume", str(directory))
    assert (run.status, run.states["a"]) == (9, "FAILED")
    assert not (directory / "a" / "outputs.json").exists()


@pytest.mark.parametrize(
    "script",
    ["sleep 60", "trap '' TERM HUP INT; while :; do sleep 1; done", "setsid bash -c 'sleep 70; : FOLDER' & sleep 60"],
)
def test_it_never_has_more_time_than_there_is(tmp_path: Path, script: str) -> None:
    run = Workflow(tmp_path, HEAD + hook(script.replace("FOLDER", str(tmp_path)), lead="2") + TASKS).run()
    assert (run.status, run.states["a"]) == (124, "CANCELLED")
    assert run.seconds < 10
    assert "on_timeout was ended: its time is over" in run.output
    assert not processes(str(tmp_path))


def test_what_it_leaves_behind_is_gone(tmp_path: Path) -> None:
    run = Workflow(tmp_path, HEAD + hook(f"bash -c 'sleep 80; : {tmp_path}' & exit 0") + TASKS).run()
    assert run.status == 124
    time.sleep(0.2)
    assert not processes(str(tmp_path))


def test_its_failure_is_told_and_changes_nothing(tmp_path: Path) -> None:
    run = Workflow(tmp_path, HEAD + hook("echo oh; exit 5") + TASKS).run()
    assert (run.status, run.states["a"]) == (124, "CANCELLED")
    assert f"on_timeout has failed with exit status 5, see {run.directory}/on_timeout.log" in run.output


def test_what_ends_meanwhile_has_ended_and_nothing_new_starts(tmp_path: Path) -> None:
    tasks = """
  tasks:
    - {name: a, script: [sleep 1.5]}
    - {name: b, depends_on: [a], script: [exit 0]}
"""
    run = Workflow(tmp_path, HEAD + hook("sleep 1.5") + tasks).run()
    assert (run.status, run.states) == (124, {"a": "COMPLETED", "b": "CANCELLED"})
    resumed = Workflow(tmp_path, HEAD + hook("exit 0") + tasks).run("--resume", str(run.directory))
    assert (resumed.status, resumed.states) == (0, {"a": "SKIPPED", "b": "COMPLETED"})


def test_a_run_whose_tasks_all_end_meanwhile_has_completed(tmp_path: Path) -> None:
    tasks = "\n  tasks: [{name: a, script: [sleep 1.5]}]\n"
    run = Workflow(tmp_path, HEAD + hook("sleep 2") + tasks).run()
    assert (run.status, run.states, run.record["reason"]) == (0, {"a": "COMPLETED"}, "")


def test_a_task_that_fails_meanwhile_does_not_change_why_the_run_ended(tmp_path: Path) -> None:
    tasks = "\n  tasks: [{name: a, script: [sleep 1.5; exit 3]}]\n"
    run = Workflow(tmp_path, HEAD + hook("sleep 1.5") + tasks).run()
    assert (run.status, run.states, run.record["state"]) == (124, {"a": "FAILED"}, "TIMEOUT")


@pytest.mark.parametrize("ending", ["done", "failed", "SIGTERM"])
def test_it_is_for_limits_alone(tmp_path: Path, ending: str) -> None:
    script = {"done": "exit 0", "failed": "exit 3", "SIGTERM": "exec sleep 60"}[ending]
    made = Workflow(
        tmp_path, f"{HEAD.replace('4', '60')}{hook('echo here')}\n  tasks: [{{name: a, script: [{script}]}}]\n"
    )
    process = made.start()
    if ending == "SIGTERM":
        made.wait_for("a", "RUNNING")
        os.kill(process.pid, signal.SIGTERM)
    run = made.finish(process)
    assert run.status == {"done": 0, "failed": 3, "SIGTERM": 143}[ending]
    assert not (run.directory / "on_timeout.log").exists()


def test_a_signal_while_it_runs_ends_it(tmp_path: Path) -> None:
    made = Workflow(tmp_path, HEAD.replace("4", "60") + hook("echo begun; exec sleep 50", lead="30") + TASKS)
    process = made.start()
    made.wait_for("a", "RUNNING")
    os.kill(process.pid, signal.SIGUSR2)
    for _ in every(0.05, 20):
        if (made.directory / "on_timeout.log").exists() and printed(made.directory):
            break
    time.sleep(1.5)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    run = made.finish(process)
    assert time.monotonic() - began < 8
    assert (run.status, run.states["a"]) == (124, "CANCELLED")
    assert run.record["reason"] == "the job's time limit is near (SIGUSR2)"
    assert "on_timeout was ended: SIGTERM" in run.output


def test_a_script_that_is_killed_takes_it_along(tmp_path: Path) -> None:
    made = Workflow(tmp_path, HEAD.replace("4", "60") + hook("echo begun; sleep 80; exit 0", lead="30") + TASKS)
    process = made.start()
    made.wait_for("a", "RUNNING")
    os.kill(process.pid, signal.SIGUSR2)
    for _ in every(0.05, 20):
        if (made.directory / "on_timeout.log").exists() and printed(made.directory):
            break
    assert processes(f"{made.directory}/on_timeout.sh")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    for _ in every(0.1, 25):
        if not processes(str(tmp_path)):
            break
    assert not processes(str(tmp_path))
