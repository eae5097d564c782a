"""What is required of outputs: a task whose result is missing or out of bounds has failed, though its program was content."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from requirements import need
from workflow import Run, Workflow, every

BENCH = """variables: {TPS: {value: "5"}}
workflow:
  name: w
  tasks:
    - name: bench
      script: ["echo starting", "echo tps: $TPS"]
      outputs: [{pattern: "tps: {tps:g}", metrics: {tps: {unit: tok/s, min: 1, max: 1.0e+9}}}]
    - {name: after, depends_on: [bench], script: [cat "$SFLOW_WORKFLOW_OUTPUT_DIR/bench/outputs.json"]}
"""


def with_awk(folder: Path, text: str) -> str:
    """A PATH on which `awk` is this script."""
    (folder / "bin").mkdir()
    (folder / "bin" / "awk").write_text(text)
    (folder / "bin" / "awk").chmod(0o755)
    return f"{folder / 'bin'}:{os.environ['PATH']}"


def reason(run: Run, task: str) -> str:
    return run.record["tasks"][task]["reason"]


@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk", "busybox"])
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("5", ""),
        ("1e9", ""),
        ("0", "output tps: 0 is below min 1 (line 2)"),
        ("-7.5", "output tps: -7.5 is below min 1 (line 2)"),
        ("nan", "output tps: not a finite number (line 2)"),
        ("inf", "output tps: not a finite number (line 2)"),
        ("1000000001", "output tps: 1000000001 is above max 1000000000 (line 2)"),
        ("4 tps: 0.5 tps: 7", "output tps: 0.5 is below min 1 (line 2; 1 of 3 values)"),
        ("none", "output tps: nothing in the log matches tps: {tps:g}"),
    ],
)
def test_the_result_decides(tmp_path: Path, awk: str, value: str, why: str) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "awk").symlink_to(need(awk))
    run = Workflow(tmp_path, BENCH).run("--set", f"TPS={value}", PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    if not why:
        assert (run.status, run.states) == (0, {"bench": "COMPLETED", "after": "COMPLETED"})
        assert reason(run, "bench").startswith("after ")
        return
    assert (run.status, run.states) == (1, {"bench": "FAILED", "after": "CANCELLED"})
    assert reason(run, "bench") == why
    assert run.record["tasks"]["bench"]["exit_status"] == 0
    assert run.record["reason"] == f"bench FAILED: {why}"
    assert [event["state"] for event in run.events if event.get("task") == "bench"] == ["RUNNING", "FAILED"]
    assert not (run.directory / "after" / "after.log").exists()
    assert isinstance(json.loads((run.directory / "bench" / "outputs.json").read_text()), dict)


def test_the_line_is_that_of_the_log_also_behind_carriage_returns_and_attempts(tmp_path: Path) -> None:
    text = """workflow:
  name: w
  tasks:
    - name: bench
      retries: {count: 1, interval: 0}
      script:
        - "printf '10%%\\\\r20%%\\\\rdone\\\\r\\\\nx\\\\n\\\\ny\\\\0z\\\\ntps: 0\\\\n'"
      outputs: [{pattern: "tps: {tps:g}", metrics: [{name: tps, min: 1}]}]
"""
    run = Workflow(tmp_path, text).run()
    lines = (run.directory / "bench" / "bench.log").read_bytes().split(b"\n")
    assert reason(run, "bench") == f"output tps: 0 is below min 1 (line {len(lines) - 1})"
    assert (lines[-2], len(lines)) == (b"tps: 0", 13)
    assert run.record["tasks"]["bench"]["attempt"] == 2


def test_a_failed_check_is_a_failed_attempt(tmp_path: Path) -> None:
    text = """workflow:
  name: w
  tasks:
    - name: bench
      retries: {count: 3, interval: 0}
      script:
        - cd "$SFLOW_TASK_OUTPUT_DIR"; n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n
        - if [ $n = 2 ]; then ls; exit 9; fi
        - "[ $n = 0 ] || echo tokens: $((n - 1))"
      outputs: [{pattern: "tokens: {tokens:d}", metrics: {tokens: {min: 1}}}]
    - {name: after, depends_on: [bench], script: [exit 0]}
"""
    run = Workflow(tmp_path, text).run()
    assert (run.status, run.states) == (0, {"bench": "COMPLETED", "after": "COMPLETED"})
    told = [event["reason"] for event in run.events if event.get("task") == "bench" and event["state"] == "INITIATED"]
    assert [one.split(";")[0] for one in told] == [
        "output tokens: nothing in the log matches tokens: {tokens:d}",
        told[1].split(";")[0],
        told[2].split(";")[0],
    ]
    assert told[1].startswith("output tokens: 0 is below min 1 (line ")
    assert told[2].startswith("exit status 9 after ")
    assert "outputs.json" not in run.log("bench")  # what an attempt found goes with it
    assert json.loads((run.directory / "bench" / "outputs.json").read_text()) == {"tokens": 2}


def test_require_alone_and_a_pattern_without_names(tmp_path: Path) -> None:
    text = """workflow:
  name: w
  tasks:
    - name: t
      script: ["echo model: a"]
      outputs: [{pattern: "model: {model}", require: true}, {pattern: "all {:d} requests done", require: true}]
"""
    run = Workflow(tmp_path, text).run()
    assert (run.status, reason(run, "t")) == (1, "output: nothing in the log matches all {:d} requests done")
    text = text.replace("model: a", "model: a; echo all 7 requests done")
    (tmp_path / "w.sh").unlink()
    run = Workflow(tmp_path, text).run()
    assert (run.status, run.states) == (0, {"t": "COMPLETED"})


def test_outputs_that_cannot_be_read_fail_a_task_that_must_have_them(tmp_path: Path) -> None:
    run = Workflow(tmp_path, BENCH).run(PATH=with_awk(tmp_path, "#!/bin/sh\necho 'awk: broken' >&2; exit 2\n"))
    assert (run.status, run.states) == (1, {"bench": "FAILED", "after": "CANCELLED"})
    assert reason(run, "bench") == "its outputs cannot be checked: awk: broken"


def test_a_reader_that_is_killed_fails_it_too(tmp_path: Path) -> None:
    made = Workflow(tmp_path, BENCH)
    process = made.start(PATH=with_awk(tmp_path, "#!/bin/sh\necho $$ >>pids; exec sleep 60\n"))
    for _ in every(0.02, 20):
        if (tmp_path / "pids").exists() and (tmp_path / "pids").read_text().endswith("\n"):
            break
    os.killpg(os.getpgid(int((tmp_path / "pids").read_text())), signal.SIGKILL)
    run = made.finish(process)
    assert (run.status, run.states) == (1, {"bench": "FAILED", "after": "CANCELLED"})
    assert reason(run, "bench") == "its outputs cannot be checked: what read them was killed"


def test_without_awk_the_run_does_not_begin(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "cat", "mkdir", "rm", "mv", "date", "hostname", "tail", "tr", "sleep", "wc", "ls", "id"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    run = Workflow(tmp_path, BENCH).run(PATH=str(folder))
    assert run.status == 78
    assert "command not found: awk" in run.output


def test_a_signal_while_outputs_are_checked_ends_the_run_and_the_reader(tmp_path: Path) -> None:
    path = with_awk(tmp_path, "#!/bin/sh\necho $$ >>pids; exec sleep 300\n")
    made = Workflow(tmp_path, BENCH)
    made.script.write_text(made.script.read_text().replace("SF_GRACE=1000", "SF_GRACE=50"))
    process = made.start(PATH=path)
    for _ in every(0.02, 20):
        if (tmp_path / "pids").exists() and (tmp_path / "pids").read_text().endswith("\n"):
            break
    os.kill(process.pid, signal.SIGTERM)
    run = made.finish(process)
    assert (run.status, run.states) == (143, {"bench": "CANCELLED", "after": "CANCELLED"})
    assert reason(run, "bench") == "stopped: SIGTERM"
    assert not (run.directory / "completed.txt").exists()
    for _ in every(0.05, 5):
        if not (gone := Path("/proc", (tmp_path / "pids").read_text().split()[0])).exists():
            break
    assert not gone.exists()


SERVICE = """workflow:
  name: w
  tasks:
    - name: server
      script: ['trap "echo served $N; exit 0" TERM; echo up; while :; do sleep 0.05; done']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
      outputs: [{pattern: 'served {served:d}', metrics: {served: {min: 1}}}]
    - {name: client, depends_on: [server], script: [exit 0]}
"""


@pytest.mark.parametrize(("count", "status", "state"), [("3", 0, "COMPLETED"), ("0", 1, "FAILED")])
def test_what_a_service_says_as_it_is_stopped_counts_too(tmp_path: Path, count: str, status: int, state: str) -> None:
    run = Workflow(tmp_path, SERVICE).run(N=count)
    assert (run.status, run.states) == (status, {"server": state, "client": "COMPLETED"})
    assert run.record["exit_status"] == status
    assert run.record["state"] == state
    if status:
        where = run.log("server").splitlines().index("served 0") + 1
        assert run.record["reason"] == f"server FAILED: output served: 0 is below min 1 (line {where})"
        assert "The last lines of server" in run.output


def test_a_service_that_is_killed_when_stopped_and_fails_its_check_makes_the_status_1(tmp_path: Path) -> None:
    text = SERVICE.replace(
        """'trap "echo served $N; exit 0" TERM; echo up; while :; do sleep 0.05; done'""", "echo up; exec sleep 60"
    )
    run = Workflow(tmp_path, text).run()
    assert (run.status, run.states) == (1, {"server": "FAILED", "client": "COMPLETED"})
    assert run.record["tasks"]["server"]["exit_status"] == 143


def test_a_resumed_run_does_again_what_failed_its_check(tmp_path: Path) -> None:
    made = Workflow(tmp_path, BENCH)
    first = made.run("--set", "TPS=0")
    assert first.status == 1
    directory = made.directory
    again = made.run("--resume", str(directory), "--set", "TPS=0")
    assert (again.status, again.states["bench"]) == (1, "FAILED")
    assert reason(again, "bench") == "output tps: 0 is below min 1 (line 6)"
    fixed = made.run("--resume", str(directory), "--set", "TPS=9")
    assert (fixed.status, fixed.states) == (0, {"bench": "COMPLETED", "after": "COMPLETED"})
    assert '"tps": 9' in fixed.log("after")
    done = made.run("--resume", str(directory), "--set", "TPS=9")
    assert (done.status, done.states) == (0, {"bench": "SKIPPED", "after": "SKIPPED"})


def test_what_is_required_by_now_counts_for_what_completed_before(tmp_path: Path) -> None:
    first = Workflow(tmp_path, BENCH).run()
    assert (first.status, first.states) == (0, {"bench": "COMPLETED", "after": "COMPLETED"})
    stricter = Workflow(tmp_path, BENCH.replace("min: 1,", "min: 6,"))
    run = stricter.run("--resume", str(first.directory))
    assert "bench had completed and runs again: output tps: 5 is below min 6 (line 2)" in run.output
    assert (run.status, run.states["bench"]) == (1, "FAILED")
    assert " bench" not in (first.directory / "completed.txt").read_text()
    laxer = Workflow(tmp_path, BENCH.replace("min: 1,", "min: 4,"))
    run = laxer.run("--resume", str(first.directory))
    assert (run.status, run.states) == (0, {"bench": "COMPLETED", "after": "SKIPPED"})


def test_a_completed_task_whose_outputs_are_gone_is_checked_by_its_log(tmp_path: Path) -> None:
    made = Workflow(tmp_path, BENCH)
    directory = made.run().directory
    (directory / "bench" / "outputs.json").unlink()
    run = made.run("--resume", str(directory))
    assert (run.status, run.states) == (0, {"bench": "SKIPPED", "after": "SKIPPED"})
    assert json.loads((directory / "bench" / "outputs.json").read_text()) == {"tps": 5}


def test_a_script_that_is_killed_while_it_checks_has_not_completed_the_task(tmp_path: Path) -> None:
    made = Workflow(tmp_path, BENCH)
    process = made.start("--set", "TPS=0", PATH=with_awk(tmp_path, "#!/bin/sh\necho $$ >>pids; exec sleep 60\n"))
    for _ in every(0.02, 20):
        if (tmp_path / "pids").exists():
            break
    os.kill(process.pid, signal.SIGKILL)
    made.finish(process)
    run = made.run("--resume", str(made.directory), "--set", "TPS=0")
    assert (run.status, run.states) == (1, {"bench": "FAILED", "after": "CANCELLED"})


def test_a_probe_that_answers_late_does_not_make_a_task_ready_whose_program_has_ended(tmp_path: Path) -> None:
    text = """workflow:
  name: w
  tasks:
    - name: t
      script: ["echo up"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1, delay: 0.3}}
      outputs: [{pattern: "served {n:d}", require: true}]
    - {name: after, depends_on: [t], script: [exit 0]}
"""
    path = with_awk(tmp_path, f'#!/bin/sh\nsleep 1\nexec {shutil.which("awk")} "$@"\n')
    run = Workflow(tmp_path, text).run(PATH=path)
    assert (run.status, run.states) == (1, {"t": "FAILED", "after": "CANCELLED"})
    assert [event["state"] for event in run.events if event.get("task") == "t"] == ["RUNNING", "FAILED"]


def test_replicas_are_checked_one_by_one(tmp_path: Path) -> None:
    text = """variables: {N: {value: 1, type: integer, domain: [1, 2, 3]}}
workflow:
  name: w
  tasks:
    - name: t
      replicas: {variables: [N]}
      script: ["echo n=$((N * N))"]
      outputs: [{pattern: "n={n:d}", metrics: {n: {max: "${{ variables.N * 2 }}"}}}]
"""
    run = Workflow(tmp_path, text).run()
    assert run.status == 1
    assert run.states["t_1"] == "COMPLETED"
    assert reason(run, "t_3") == "output n: 9 is above max 6 (line 1)"
