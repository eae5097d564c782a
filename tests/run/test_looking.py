"""status, runs, logs and cancel on runs of real scripts, while they run and afterwards."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from workflow import SFLOWC, Workflow

TWO = """
workflow:
  name: w
  tasks:
    - name: server
      script: ['echo up; exec sleep 60']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], script: ['for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done; read -r line < go']}
"""


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def running(tmp_path: Path) -> tuple[Workflow, "subprocess.Popen[str]"]:
    """A run that goes on until somebody writes to the pipe `go`, or ends it."""
    workflow = Workflow(tmp_path, TWO)
    os.mkfifo(tmp_path / "go")
    script = workflow.start()
    wait_for(lambda: list(tmp_path.glob("out/*/client/client.log")) and list(tmp_path.glob("out/*/run.json")))
    yield workflow, script
    script.kill()
    script.communicate()


def look(workflow: Workflow, *arguments: str, status: int | None = 0, **environment: str) -> str:
    done = subprocess.run(
        [SFLOWC, *arguments, "--output-dir", workflow.output],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip
    assert status in (None, done.returncode), done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_run_that_goes_on_and_its_end(running: tuple) -> None:
    workflow, script = running
    wait_for(lambda: "READY" in look(workflow, "status"))
    text = look(workflow, "status")
    assert "w  RUNNING for" in text
    assert "1 READY, 1 RUNNING" in text
    record = json.loads(look(workflow, "status", "latest", "--format", "json"))
    assert (record["state"], record["workflow"], record["finished"]) == ("RUNNING", "w", None)
    assert [(task["name"], task["state"]) for task in record["tasks"]] == [("server", "READY"), ("client", "RUNNING")]
    done = subprocess.run(
        ["bash", workflow.script, "status", "--output-dir", workflow.output], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "RUNNING")
    (workflow.folder / "go").write_text("now\n")
    script.communicate(timeout=20)
    assert "w  COMPLETED in" in look(workflow, "status")
    (row,) = json.loads(look(workflow, "runs", "--format", "json"))
    assert (row["state"], row["exit_status"], row["run"]) == ("COMPLETED", 0, record["run"])
    assert "COMPLETED" in look(workflow, "runs")


def test_a_failed_run_is_status_1_and_a_lost_one_3(running: tuple) -> None:
    workflow, script = running
    wait_for(lambda: list(workflow.output.glob("*/status.json")))
    for process in subprocess.run(["pgrep", "-s", str(script.pid)], capture_output=True, text=True).stdout.split():
        if int(process) != script.pid:
            os.kill(int(process), signal.SIGSTOP)  # the watchdog too: nobody writes down the end
    (directory,) = workflow.output.iterdir()
    try:
        script.kill()
        script.wait()
        assert "LOST" in look(workflow, "status", status=3)
        assert "is gone" in look(workflow, "cancel", status=3)
        done = subprocess.run(["bash", workflow.script, "status", directory], capture_output=True, text=True)
        assert (done.returncode, "LOST: " in done.stdout) == (3, True)
    finally:
        for process in subprocess.run(["pgrep", "-s", str(script.pid)], capture_output=True, text=True).stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGCONT)
    wait_for(lambda: "FAILED" in look(workflow, "status", status=None))
    look(workflow, "status", status=1)


def test_no_run_is_status_3(tmp_path: Path) -> None:
    for command in ("status", "cancel", "logs"):
        done = subprocess.run([SFLOWC, command], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, "No run in sflow_output" in done.stderr) == (3, True)
    done = subprocess.run([SFLOWC, "runs"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "no runs in sflow_output\n")


def test_logs_follow_a_task_to_its_end(running: tuple) -> None:
    workflow, script = running
    line = [SFLOWC, "logs", "client", "-f", "--output-dir", workflow.output]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        assert follower.stdout.readline() == "line 1\n"
        assert follower.poll() is None
        (workflow.folder / "go").write_text("now\n")
        assert follower.wait(timeout=20) == 0
        # not communicate(): it loses what readline() has taken in
        assert follower.stdout.read() == "line 2\nline 3\nline 4\nline 5\n"
    script.communicate(timeout=20)
    assert look(workflow, "logs", "client", "-n", "2") == "line 4\nline 5\n"
    assert look(workflow, "logs", "-n", "1") == "server | up\nclient | line 5\n"
    assert "did you mean 'client'?" in look(workflow, "logs", "clint", status=2)


def test_logs_are_bytes_in_a_pipe_and_harmless_on_a_terminal(tmp_path: Path) -> None:
    workflow = Workflow(
        tmp_path,
        "workflow: {name: w, tasks: [{name: a, script: [\"printf '\\\\033[31mred\\\\033[0m\\\\033]0;title\\\\a\\\\377\\\\n'\"]}]}",
    )
    run = workflow.run()
    raw = b"\x1b[31mred\x1b[0m\x1b]0;title\a\xff\n"
    assert (run.directory / "a" / "a.log").read_bytes() == raw
    arguments = [SFLOWC, "logs", "a", "--output-dir", workflow.output]
    assert subprocess.run(arguments, capture_output=True).stdout == raw
    main, other = pty.openpty()
    subprocess.run(arguments, stdout=other, check=True)
    os.close(other)
    assert os.read(main, 4096).decode() == "\x1b[31mred\x1b[0m\\x1b]0;title\\x07\N{REPLACEMENT CHARACTER}\r\n"
    os.close(main)


def test_cancel_ends_a_run_in_order(running: tuple) -> None:
    workflow, script = running
    assert "CANCELLED: SIGTERM" in look(workflow, "cancel")
    assert script.wait(timeout=20) == 143
    assert "was over before: CANCELLED" in look(workflow, "cancel")
    look(workflow, "status", status=1)


def test_cancel_says_when_a_run_does_not_end_in_time(running: tuple) -> None:
    workflow, script = running
    script.send_signal(signal.SIGSTOP)
    try:
        assert "has not ended within 0.5 s" in look(workflow, "cancel", "--timeout", "0.5", status=1)
    finally:
        script.send_signal(signal.SIGCONT)
    assert script.wait(timeout=20) == 143


def test_a_run_on_another_host_is_stopped_there(running: tuple) -> None:
    workflow, _ = running
    (directory,) = workflow.output.iterdir()
    wait_for((directory / "status.json").exists)
    copy = workflow.folder / "copies" / "w-copy"
    copy.mkdir(parents=True)
    record = json.loads((directory / "status.json").read_text())
    (copy / "status.json").write_text(json.dumps({**record, "host": "elsewhere"}))
    assert "it runs on elsewhere" in look(workflow, "cancel", str(copy), status=1)
    (copy / "status.json").write_text(json.dumps({**record, "host": "elsewhere", "job_id": "7"}))
    assert "there is no scancel here" in look(workflow, "cancel", str(copy), status=1, PATH="/nowhere")
