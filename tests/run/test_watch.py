"""watch and run --tui with real scripts: to their ends, killed, interrupted, closed."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from dashboards import Terminal
from test_looking import wait_for
from workflow import SFLOWC, Workflow, gone

TWO_HUNDRED = """
backends: [{name: here, type: local, gpus_per_node: 4}]
workflow:
  name: sweep
  tasks:
    - name: server
      script: ['echo loading; sleep 0.5; for i in 1 2 3; do echo shard $i; sleep 0.2; done; exec sleep 600']
      resources: {gpus: {count: 2}}
      probes: {readiness: {log_watch: {match_pattern: shard, match_count: 3}, interval: 0.1}}
    - name: bench
      depends_on: [server]
      replicas: {count: 198}
      script:
        - echo "replica $SFLOW_REPLICA_INDEX"; sleep 0.05
        - if [ $SFLOW_REPLICA_INDEX = 150 ] && mkdir "$SFLOW_TASK_OUTPUT_DIR/tried" 2>/dev/null; then exit 5; fi
      retries: {count: 1, interval: 0.1}
    - {name: report, depends_on: [bench], script: [echo all is done; exit 7]}
"""
LONG = """
workflow:
  name: w
  tasks:
    - {name: a, script: ['echo begun; trap "echo bye; exit 0" TERM; sleep 600 & wait']}
    - {name: b, depends_on: [a], script: [echo b]}
"""
SHORT = """version: "0.1"
workflow:
  name: w
  tasks:
    - {name: a, script: ['echo one; read -r line < go']}
    - {name: b, depends_on: [a], script: [exit 3]}
"""


@pytest.fixture
def long_run(tmp_path: Path) -> tuple[Workflow, "subprocess.Popen[str]"]:
    workflow = Workflow(tmp_path, LONG)
    script = workflow.start()
    workflow.wait_for("a", "RUNNING")
    yield workflow, script
    script.kill()
    script.communicate()


def test_two_hundred_tasks_to_their_end(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, TWO_HUNDRED)
    script = workflow.start()
    workflow.wait_for("server", "RUNNING")
    with Terminal([SFLOWC, "watch", "--output-dir", workflow.output], columns=120, lines=40) as terminal:
        terminal.wait_for("▸ bench x 198")
        terminal.wait_for("|server", 60)
        terminal.wait_for(lambda text: "completed" in text and "running" in text, 60)
        terminal.wait_for("bench_1")
        script.communicate(timeout=120)
        assert script.returncode == 7
        text = terminal.wait_for("✗ FAILED", 60)
        assert "exit status 7" in text
        assert "200 of 200 done" in text
        assert "✓ 198 completed" in text
        terminal.wait_for(lambda text: re.search(r"report +│ all is done", text))
        terminal.type(*"/bench_150", "\r", "j")
        text = terminal.wait_for("log of bench_150")
        assert "2/2" in text
        assert "replica 150" in text
        terminal.type("\x1b", "f", "j")
        text = terminal.wait_for("log of report")
        assert "✗ report" in text
        assert "bench" not in text.partition("log of report")[2].partition("GPUs")[0]
        terminal.type("q")
        assert terminal.end() == 1
    states = [line.split()[1:3] for line in lines(workflow, status=1)]
    assert states.count(["bench_150", "RUNNING"]) == 2
    assert len([name for name, state in states if state == "COMPLETED"]) == 198
    assert states[-1] == ["sweep", "FAILED"]


def lines(workflow: Workflow, status: int = 0) -> list[str]:
    done = subprocess.run(
        [SFLOWC, "watch", "--output-dir", workflow.output], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == status, done.stderr
    return done.stdout.splitlines()


def test_lines_until_the_run_ends(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, SHORT)
    os.mkfifo(tmp_path / "go")
    script = workflow.start()
    workflow.wait_for("a", "RUNNING")
    watcher = subprocess.Popen([SFLOWC, "watch", "--output-dir", workflow.output], stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    assert watcher.poll() is None
    (tmp_path / "go").write_text("now\n")
    printed, _ = watcher.communicate(timeout=30)
    script.communicate(timeout=30)
    assert watcher.returncode == 1
    found = [line.split(maxsplit=2)[1:] for line in printed.splitlines()]
    assert ["b", "FAILED     exit status 3"] in [[name, text.partition(" after")[0]] for name, text in found]
    assert found[-1][1].startswith("FAILED     exit status 3: b FAILED")


def test_a_script_that_vanishes_is_lost(long_run: tuple) -> None:
    workflow, script = long_run
    with Terminal([SFLOWC, "watch", "--output-dir", workflow.output], columns=120) as terminal:
        terminal.wait_for("begun")
        others = subprocess.run(["pgrep", "-s", str(script.pid)], capture_output=True, text=True).stdout.split()
        for process in (process for process in others if int(process) != script.pid):
            os.kill(int(process), signal.SIGSTOP)  # the watchdog too: nobody writes down the end
        script.kill()
        script.wait()
        text = terminal.wait_for("✗ LOST")
        assert f"process {script.pid} is gone" in text
        for process in (process for process in others if int(process) != script.pid):
            os.kill(int(process), signal.SIGCONT)
        terminal.wait_for("✗ FAILED", 30)
        terminal.type("q")
        assert terminal.end() == 1


def test_watching_does_not_disturb_the_run(long_run: tuple) -> None:
    workflow, script = long_run
    log = workflow.directory / "a" / "a.log"
    wait_for(lambda: log.exists() and log.read_text() and (workflow.directory / "status.json").exists())
    time.sleep(1.5)  # what the script does at its start is done
    before = {path: path.stat().st_mtime_ns for path in workflow.directory.rglob("*")}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        with Terminal([SFLOWC, "watch", "--output-dir", workflow.output]) as terminal:
            terminal.wait_for("begun")
            if number == signal.SIGKILL:
                terminal.process.kill()
                terminal.process.wait()
            else:
                terminal.signal(number)
                terminal.end()
    assert script.poll() is None
    assert {path: path.stat().st_mtime_ns for path in workflow.directory.rglob("*")} == before


def live(folder: Path, text: str, *options: str) -> Terminal:
    (folder / "w.yaml").write_text(text if text.startswith("version") else f'version: "0.1"\n{text}')
    words = [SFLOWC, "run", "--tui", "w.yaml", "--output-dir", folder / "out", *options]
    return Terminal(words, columns=100, cwd=folder)


def after(terminal: Terminal) -> str:
    """What stands on the terminal when the dashboard is closed."""
    return terminal.written.rpartition(b"\x1b[?1049l")[2].decode()


def test_run_under_the_dashboard_keeps_the_scripts_status(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    with live(tmp_path, SHORT) as terminal:
        terminal.wait_for("a │ one")
        terminal.wait_for("▶ a")
        (tmp_path / "go").write_text("now\n")
        assert terminal.end() == 3
        assert "w: 2 of 2 tasks to run" in after(terminal)
        assert "w FAILED in" in after(terminal)


def test_ctrl_c_under_the_dashboard_stops_the_run_in_order(tmp_path: Path) -> None:
    with live(tmp_path, LONG) as terminal:
        terminal.wait_for("begun")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "w CANCELLED in" in after(terminal)
        assert "stopping: SIGINT" in after(terminal)
    (directory,) = (tmp_path / "out").iterdir()
    assert (directory / "a" / "a.log").read_text() == "begun\nbye\n"  # one signal, with the grace to end
    assert gone(str(tmp_path))


def test_a_signal_under_the_dashboard_is_handed_on(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        with live(tmp_path, LONG) as terminal:
            terminal.wait_for("begun")
            terminal.signal(number)
            assert terminal.end() == 128 + number
            assert f"stopping: {number.name}" in after(terminal)


def test_a_terminal_that_goes_away_stops_the_run(tmp_path: Path) -> None:
    with live(tmp_path, LONG) as terminal:
        terminal.wait_for("begun")
        os.close(terminal.main)
        terminal.main = -1
        assert terminal.process.wait(30) == 128 + signal.SIGHUP
    (directory,) = (tmp_path / "out").iterdir()
    assert '"state": "CANCELLED"' in (directory / "status.json").read_text()


def test_the_dashboard_is_closed_and_the_run_goes_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    with live(tmp_path, SHORT) as terminal:
        terminal.wait_for("a │ one")
        terminal.type("q")
        wait_for(lambda: terminal.read(0.1) is not None and "a         RUNNING" in after(terminal))
        assert not terminal.full
        assert terminal.process.poll() is None
        (tmp_path / "go").write_text("now\n")
        assert terminal.end() == 3
        assert "w FAILED in" in after(terminal)
    with live(tmp_path, LONG) as terminal:
        terminal.wait_for("begun")
        terminal.type("q")
        wait_for(lambda: terminal.read(0.1) is not None and "a         RUNNING" in after(terminal))
        terminal.type("\x03")
        assert terminal.end() == 130


def test_a_script_that_cannot_begin_says_why(tmp_path: Path) -> None:
    with live(tmp_path, SHORT, "--resume", "nothing") as terminal:
        assert terminal.end() == 64
        assert "no such run directory" in after(terminal)


def test_a_dashboard_that_fails_does_not_take_the_run_with_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sflowc.watch.frame as frame\n\n\ndef broken(*_, **__):\n    raise RuntimeError('no picture')\n\n\nframe.header = broken\n"
    )
    (tmp_path / "w.yaml").write_text(SHORT.replace("; read -r line < go", ""))
    words = [SFLOWC, "run", "--tui", "w.yaml"]
    with Terminal(words, cwd=tmp_path, PYTHONPATH=str(tmp_path)) as terminal:
        assert terminal.end() == 3
        assert "no picture" in after(terminal)
        assert "w FAILED in" in after(terminal)


def test_without_a_terminal_it_runs_as_ever(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(SHORT.replace("; read -r line < go", ""))
    done = subprocess.run([SFLOWC, "run", "--tui", "w.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    assert "b         FAILED" in done.stdout
