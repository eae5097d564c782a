"""How runs end: every exit status is true, the reason is recorded, and nothing is left running."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from workflow import Run, Workflow, every, gone, processes

SERVICE = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["echo up; exec sleep 987{mark}"]
      probes: {{readiness: {{log_watch: {{match_pattern: up}}, interval: 0.1}}}}
    - {{name: client, depends_on: [server], script: ["{client}"]}}
"""


def service(tmp_path: Path, client: str, mark: int) -> Workflow:
    return Workflow(tmp_path, SERVICE.format(client=client, mark=mark))


def test_a_failed_task_gives_its_own_status_and_stops_the_rest(tmp_path: Path) -> None:
    run = service(tmp_path, "echo a line; exit 7", 101).run()
    assert run.status == 7
    assert run.states == {"server": "CANCELLED", "client": "FAILED"}
    assert run.record["state"] == "FAILED"
    assert "exit status 7" in run.record["reason"]
    assert "| a line" in run.output
    assert gone("sleep 987101")


def test_services_are_stopped_when_the_work_is_done(tmp_path: Path) -> None:
    run = service(tmp_path, "echo done", 102).run()
    assert run.status == 0
    assert run.states == {"server": "COMPLETED", "client": "COMPLETED"}
    assert run.seconds < 5
    assert gone("sleep 987102")


def test_a_dependent_starts_within_milliseconds(tmp_path: Path) -> None:
    tasks = [f"{{name: t{i}, script: ['true']" + (f", depends_on: [t{i - 1}]}}" if i else "}") for i in range(30)]
    run = Workflow(tmp_path, f"workflow: {{name: w, tasks: [{', '.join(tasks)}]}}").run()
    assert run.status == 0
    assert run.seconds < 3, "there is a tick somewhere"


def test_only_the_last_command_counts_unless_strict(tmp_path: Path) -> None:
    text = "workflow: {{name: w, strict: {strict}, tasks: [{{name: t, script: ['false', 'true']}}]}}"
    assert Workflow(tmp_path, text.format(strict="false")).run().status == 0
    assert Workflow(tmp_path, text.format(strict="true")).run().status == 1


def test_a_ready_service_that_ends_while_it_is_needed_is_a_failure(tmp_path: Path) -> None:
    text = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["echo up; sleep 0.5"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], script: [exec sleep 987103]}
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 1
    assert run.states == {"server": "FAILED", "client": "CANCELLED"}
    assert "client still needs it" in run.record["reason"]
    assert gone("sleep 987103")


def watchdog(directory: Path) -> int:
    """The process of the newest watchdog."""
    *_, last = (line.split() for line in (directory / ".owner").read_text().splitlines() if " watchdog " in line)
    return int(last[2])


def test_a_run_without_its_watchdog_ends_as_well(tmp_path: Path) -> None:
    workflow = Workflow(
        tmp_path, "workflow: {name: w, tasks: [{name: t, script: ['until [ -e go ]; do sleep 0.05; done']}]}"
    )
    process = workflow.start()
    workflow.wait_for("t", "RUNNING")
    os.kill(watchdog(workflow.directory), signal.SIGKILL)
    (tmp_path / "go").touch()
    run = workflow.finish(process)
    assert run.status == 0, run.output
    assert run.record["state"] == "COMPLETED"


def test_another_watchdog_comes_for_one_that_was_killed(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, "workflow: {name: w, tasks: [{name: t, script: [exec sleep 987160]}]}")
    process = workflow.start()
    workflow.wait_for("t", "RUNNING")
    first = watchdog(workflow.directory)
    os.kill(first, signal.SIGKILL)
    for _ in every(0.05, 10):
        if watchdog(workflow.directory) != first:
            break
    os.kill(process.pid, signal.SIGKILL)
    assert gone("sleep 987160")
    process.communicate()
    for _ in every(0.05, 10):
        if Run(137, "", workflow.directory, 0).record["state"] != "RUNNING":
            break
    assert Run(137, "", workflow.directory, 0).record["exit_status"] == 137


def test_a_service_that_is_not_critical_may_end(tmp_path: Path) -> None:
    text = """
workflow:
  name: w
  tasks:
    - name: monitor
      critical: false
      script: ["echo up; sleep 0.3; exit 3"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [monitor], script: [sleep 0.8]}
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    assert run.states == {"monitor": "COMPLETED", "client": "COMPLETED"}
    assert "not critical" in run.record["tasks"]["monitor"]["reason"]


@pytest.mark.parametrize("where", ["task", "workflow"])
def test_a_time_limit_is_kept(tmp_path: Path, where: str) -> None:
    task, workflow = ("timeout: 1,", "") if where == "task" else ("", "timeout: 1,")
    text = (
        f"workflow: {{name: w, {workflow} tasks: [{{name: t, {task} script: [exec sleep 98710{where == 'task':d}4]}}]}}"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 124
    assert run.record["state"] == "TIMEOUT"
    assert run.seconds < 4
    assert gone(f"sleep 98710{where == 'task':d}4")


def test_a_task_that_ignores_term_is_killed_when_the_grace_is_over(tmp_path: Path) -> None:
    workflow = Workflow(
        tmp_path,
        "workflow: {name: w, tasks: [{name: t, timeout: 1, script: [\"trap '' TERM; sleep 987105 & wait; sleep 987105\"]}]}",
    )
    workflow.script.write_text(workflow.script.read_text().replace("SF_GRACE=1000", "SF_GRACE=100"))
    run = workflow.run()
    assert run.status == 124
    assert 1.9 < run.seconds < 5
    assert gone("sleep 987105")


def test_a_signal_reaches_tasks_that_are_just_beginning(tmp_path: Path) -> None:
    """Between its fork and its first command a shell loses a signal: nothing may be sent to a task then."""
    tasks = "".join(f"\n    - {{name: t{number}, script: [exec sleep 987131]}}" for number in range(40))
    workflow = Workflow(tmp_path, f"workflow:\n  name: w\n  tasks:{tasks}")
    for _ in range(5):
        process = workflow.start()
        workflow.wait_for("t0", "RUNNING")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        run = workflow.finish(process, began)
        assert run.status == 143
        assert run.seconds < 5
        assert gone("sleep 987131")
        shutil.rmtree(workflow.output)


@pytest.mark.parametrize(("number", "status"), [("INT", 130), ("TERM", 143), ("HUP", 129), ("USR2", 124)])
def test_a_signal_ends_the_run_in_order(tmp_path: Path, number: str, status: int) -> None:
    workflow = service(tmp_path, "exec sleep 987106", 106)
    process = workflow.start()
    workflow.wait_for("client", "RUNNING")
    began = time.monotonic()
    process.send_signal(getattr(signal, f"SIG{number}"))
    run = workflow.finish(process, began)
    assert run.status == status
    assert run.states == {"server": "CANCELLED", "client": "CANCELLED"}
    assert f"SIG{number}" in run.record["reason"]
    assert run.seconds < 3
    assert gone("sleep 987106")


@pytest.mark.parametrize("whole_group", [False, True])
def test_no_orphan_survives_a_kill_of_the_script(tmp_path: Path, whole_group: bool) -> None:
    text = "workflow: {name: w, tasks: [{name: t, script: ['setsid sleep 987107 & sleep 987107 & exec sleep 987107']}]}"
    workflow = Workflow(tmp_path, text)
    process = workflow.start()
    workflow.wait_for("t", "RUNNING")
    assert any(len(processes("sleep 987107")) >= 3 for _ in range(100) if not time.sleep(0.02))
    if whole_group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    assert gone("sleep 987107")
    assert gone(str(workflow.script))
    run = workflow.finish(process)
    assert run.record["state"] == "FAILED"
    assert run.events[-1]["exit_status"] == 137


def test_what_left_its_process_group_is_found(tmp_path: Path) -> None:
    text = "workflow: {name: w, tasks: [{name: t, script: ['setsid sleep 987108 >/dev/null 2>&1 &', 'true']}]}"
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    assert gone("sleep 987108")


def test_a_runner_that_is_killed_does_not_hang_the_run(tmp_path: Path) -> None:
    workflow = Workflow(
        tmp_path, "workflow: {name: w, tasks: [{name: t, script: [kill -KILL $PPID; exec sleep 987109]}]}"
    )
    run = workflow.run(timeout=20)
    assert run.status == 1
    assert run.states == {"t": "FAILED"}
    assert "runner was killed" in run.record["reason"]
    assert gone("sleep 987109")


def test_tasks_are_stopped_in_reverse_order(tmp_path: Path) -> None:
    text = """
workflow:
  name: w
  tasks:
    - name: a
      script: &service ["trap 'date +%s%N >$SFLOW_TASK_OUTPUT_DIR/end; exit' TERM; echo up; while :; do sleep 0.05; done"]
      probes: &ready {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: b, depends_on: [a], script: *service, probes: *ready}
    - {name: c, depends_on: [b], script: ['true']}
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    ends = [int((run.directory / name / "end").read_text()) for name in "ba"]
    assert ends == sorted(ends)


def test_a_task_killed_by_a_signal_is_named_so(tmp_path: Path) -> None:
    run = Workflow(tmp_path, "workflow: {name: w, tasks: [{name: t, script: ['kill -SEGV $$']}]}").run()
    assert run.status == 139
    assert "SIGSEGV" in run.record["reason"]
    assert run.log("t") == "", "bash's own words about the signal are not the task's"


def test_a_missing_path_fails_before_any_task(tmp_path: Path) -> None:
    text = (
        "artifacts: {M: {uri: 'fs:///nowhere/model'}}\nworkflow: {name: w, tasks: [{name: t, script: [touch ../ran]}]}"
    )
    run = Workflow(tmp_path, text).run()
    assert run.status == 78
    assert "artifact M: no such path: /nowhere/model" in run.output
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize("arguments", [("--nonsense",), ("--task",), ("--task", "nobody"), ("what",)])
def test_wrong_usage_is_64(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert Workflow(tmp_path, "workflow: {name: w, tasks: [{name: t, script: ['true']}]}").run(*arguments).status == 64


def test_an_output_directory_that_cannot_be_made_is_78(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, "workflow: {name: w, tasks: [{name: t, script: ['true']}]}")
    workflow.output.write_text("a file is in the way")
    assert workflow.run().status == 78


def test_a_signal_that_comes_twice_at_once_leaves_tasks_their_grace(tmp_path: Path) -> None:
    script = "trap 'sleep 0.5; touch $SFLOW_TASK_OUTPUT_DIR/clean; exit' TERM; echo up; while :; do sleep 0.05; done"
    text = f'workflow: {{name: w, tasks: [{{name: t, script: ["{script}"], probes: {{readiness: {{log_watch: {{match_pattern: up}},'
    text += " interval: 0.1}}}, {name: u, depends_on: [t], script: [exec sleep 987110]}]}"
    workflow = Workflow(tmp_path, text)
    process = workflow.start()
    workflow.wait_for("u", "RUNNING")
    process.terminate()
    time.sleep(0.1)
    process.terminate()
    run = workflow.finish(process)
    assert run.status == 143
    assert (run.directory / "t" / "clean").exists()
    assert gone("sleep 987110")


def test_a_task_has_no_descriptor_of_the_script(tmp_path: Path) -> None:
    text = """
workflow:
  name: w
  tasks:
    - name: server
      script: [echo up; exec sleep 60]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - name: t
      depends_on: [server]
      script:
        - exec python3 -c 'import os; print(sorted(map(int, os.listdir("/proc/self/fd")))[:-1])'
"""
    run = Workflow(tmp_path, text).run()
    assert run.log("t") == "[0, 1, 2]\n"
