"""What is read from logs: outputs.json of the task, before anything that depends on the task starts."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from requirements import need
from workflow import Workflow

BENCH = """workflow:
  name: w
  tasks:
    - name: bench
      script:
        - "echo 'TTFT: 42.50 ms'"
        - printf 'loss=%s\\n' 2.5e-01 1.0E+00
        - printf '10%%\\r20%%\\n'
        - 'echo "model: Llama \\"3\\" \\\\ é"'
      outputs:
        - pattern: "ttft: {ttft:f} ms"
        - pattern: "loss={loss:e}"
        - pattern: "{done:%}"
        - pattern: "model: {model}"
        - pattern: "never {seen:d}"
    - name: after
      depends_on: [bench]
      script: [cat "$SFLOW_WORKFLOW_OUTPUT_DIR/bench/outputs.json"]
"""
FOUND = (
    '{\n  "ttft": 42.50,\n  "loss": [2.5e-01, 1.0E+00],\n  "done": [0.1, 0.2],\n  "model": "Llama \\"3\\" \\\\ é"\n}\n'
)


def outputs(directory: Path, task: str) -> dict:
    return json.loads((directory / task / "outputs.json").read_text())


@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk", "busybox"])
def test_what_depends_on_a_task_finds_its_outputs(tmp_path: Path, awk: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "awk").symlink_to(need(awk))
    run = Workflow(tmp_path, BENCH).run(PATH=f"{folder}:{os.environ['PATH']}")
    assert run.status == 0
    assert run.log("after") == FOUND
    assert "sflow:" not in run.output
    assert sorted(path.name for path in (run.directory / "bench").iterdir()) == [
        "bench.log",
        "bench.sh",
        "outputs.json",
    ]


def test_only_the_attempt_that_completed_counts(tmp_path: Path) -> None:
    text = """workflow:
  name: w
  tasks:
    - name: t
      retries: {count: 2, interval: 0}
      script:
        - cd "$SFLOW_TASK_OUTPUT_DIR"; n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n
        - echo "attempt $n"; exit $((n < 2))
      outputs: [{pattern: 'attempt {n:d}'}]
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 0
    assert run.record["tasks"]["t"]["attempt"] == 3
    assert outputs(run.directory, "t") == {"n": 2}


def test_a_task_that_fails_has_none(tmp_path: Path) -> None:
    text = "workflow: {name: w, tasks: [{name: t, script: ['echo n=1; exit 3'], outputs: [{pattern: 'n={n:d}'}]}]}\n"
    run = Workflow(tmp_path, text).run()
    assert run.status == 3
    assert not (run.directory / "t" / "outputs.json").exists()


def test_a_service_that_is_stopped_at_the_end_has_them_too(tmp_path: Path) -> None:
    text = """workflow:
  name: w
  tasks:
    - name: service
      script: ['echo "served 1"; echo "served 2"; exec sleep 60']
      probes: {readiness: {log_watch: {match_pattern: served 2}, interval: 0.1}}
      outputs: [{pattern: 'served {count:d}'}]
    - {name: client, depends_on: [service], script: [exit 0]}
"""
    run = Workflow(tmp_path, text).run()
    assert (run.status, run.states) == (0, {"service": "COMPLETED", "client": "COMPLETED"})
    assert outputs(run.directory, "service") == {"count": [1, 2]}
    assert run.moments("client")["RUNNING"] - run.moments("service")["READY"] < 2


@pytest.mark.parametrize(
    ("awk", "told"),
    [
        ("#!/bin/sh\necho 'awk: broken' >&2; exit 2\n", "no outputs of bench: awk: broken"),
        ("#!/bin/sh\necho '{'\n", "no outputs of bench: "),
    ],
)
def test_trouble_with_awk_is_told_and_changes_nothing(tmp_path: Path, awk: str, told: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "awk").write_text(awk)
    (folder / "awk").chmod(0o755)
    text = BENCH.replace("[cat", "['! cat").replace('outputs.json"]', "outputs.json\"']")
    run = Workflow(tmp_path, text).run(PATH=f"{folder}:{os.environ['PATH']}")
    assert (run.status, run.states) == (0, {"bench": "COMPLETED", "after": "COMPLETED"})
    assert told in run.output
    assert told in (run.directory / "sflow.log").read_text()
    assert not list((run.directory / "bench").glob("outputs.json*"))


def test_a_reader_holds_up_nobody_but_its_dependents(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "awk").write_text(f'#!/bin/sh\nsleep 2\nexec {shutil.which("awk")} "$@"\n')
    (folder / "awk").chmod(0o755)
    text = (
        f"{BENCH}    - {{name: other, script: [exit 0]}}\n    - {{name: next, depends_on: [other], script: [exit 0]}}\n"
    )
    run = Workflow(tmp_path, text).run(PATH=f"{folder}:{os.environ['PATH']}")
    assert run.status == 0
    assert run.log("after") == FOUND
    done = run.moments("bench")["COMPLETED"]
    assert run.moments("next")["COMPLETED"] - done < 1.8
    assert 1.9 < run.moments("after")["RUNNING"] - done < 6


def test_a_resumed_run_has_the_outputs_that_a_killed_one_did_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "awk").write_text("#!/bin/sh\nexec sleep 60\n")
    (folder / "awk").chmod(0o755)
    made = Workflow(tmp_path, BENCH)
    process = made.start(PATH=f"{folder}:{os.environ['PATH']}")
    made.wait_for("bench", "COMPLETED")
    os.kill(process.pid, signal.SIGKILL)
    made.finish(process)
    directory = made.directory
    run = made.run("--resume", str(directory))
    assert run.status == 0
    assert outputs(directory, "bench")["ttft"] == 42.5
    assert run.log("after") == FOUND


def test_a_signal_while_outputs_are_read_ends_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "awk").write_text(f'#!/bin/sh\nsleep 1\nexec {shutil.which("awk")} "$@"\n')
    (folder / "awk").chmod(0o755)
    made = Workflow(tmp_path, BENCH)
    process = made.start(PATH=f"{folder}:{os.environ['PATH']}")
    made.wait_for("bench", "COMPLETED")
    os.kill(process.pid, signal.SIGTERM)
    run = made.finish(process)
    assert run.status == 143
    assert run.states == {"bench": "COMPLETED", "after": "CANCELLED"}
    assert outputs(run.directory, "bench")["ttft"] == 42.5
