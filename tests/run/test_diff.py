"""`sflowc diff` on runs of real scripts."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from workflow import SFLOWC, Workflow

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "diff.schema.json").read_text())
FLOW = """
variables: {USERS: {type: integer, value: 4}, API_KEY: hunter2-s3cret}
artifacts: [{name: CLIENT, uri: "file://client.sh", content: "echo throughput $((USERS * 40)) tok/s"}]
backends: [{name: gpus, type: local, nodes: 1, gpus_per_node: 4}]
workflow:
  name: w
  tasks:
    - name: server
      script: ['echo up; exec sleep 60']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - name: bench
      depends_on: [server]
      script: ['bash ${{ artifacts.CLIENT.path }}']
      resources: {gpus: {count: 2}}
      outputs: [{pattern: "throughput {tps:d} tok/s"}]
"""


def diff(folder: Path, *arguments: str, status: int) -> str:
    done = subprocess.run(
        [SFLOWC, "diff", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def table(folder: Path, *arguments: str) -> dict[str, list[dict]]:
    value = json.loads(diff(folder, *arguments, "--format", "json", status=1))
    jsonschema.validate(value, SCHEMA)
    return {side: value[side] for side in ("inputs", "outcome")}


def test_two_runs_of_a_script_are_the_same(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, FLOW)
    first, second = workflow.run(), workflow.run()
    assert (first.status, second.status) == (0, 0)
    assert first.directory != second.directory
    assert (first.directory / "run.json").is_file()
    text = diff(tmp_path, first.directory.name, "latest", "--output-dir", "out", status=0)
    assert text.endswith("\nNo differences.\n")


def test_what_was_changed_is_what_is_told(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, FLOW)
    first = workflow.run()
    second = workflow.run("--set", "USERS=5", NCCL_DEBUG="INFO", HF_TOKEN="hunter3")
    found = table(tmp_path, str(first.directory), str(second.directory))
    assert [(one["what"], one["name"], one["a"], one["b"]) for one in found["inputs"]] == [
        ("override", "USERS", None, "5"),
        ("variable", "USERS", "4", "5"),
        ("environment", "HF_TOKEN", None, "***"),
        ("environment", "NCCL_DEBUG", None, "INFO"),
    ]
    (tps,) = found["outcome"]
    assert (tps["name"], tps["tasks"], tps["a"], tps["b"], tps["change"]) == ("tps", ["bench"], 160, 200, 0.25)
    text = diff(tmp_path, str(first.directory), str(second.directory), "--tolerance", "30", status=1)
    assert "tps" not in text
    assert "hunter" not in text


def test_another_workflow(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    other = FLOW.replace("count: 2", "count: 4").replace("exec sleep 60", "exec sleep 50").replace("hunter2", "hunter3")
    other = other.replace("      outputs:", "      retries: {count: 1, interval: 0.1}\n      outputs:")
    other = other.replace("path }}'", "path }}; exit 3'")
    first, second = Workflow(tmp_path / "one", FLOW).run(), Workflow(tmp_path / "two", other).run()
    assert (first.status, second.status) == (0, 3)
    found = table(tmp_path, str(first.directory), str(second.directory))
    inputs = {(one["what"], one["name"]): one for one in found["inputs"]}
    assert set(inputs) == {
        ("source", "w.yaml"), ("run", "script"), ("task", "script"), ("task", "gpus"), ("task", "retries"),
    } | ({("environment", "PWD")} & set(inputs))  # fmt: skip
    scripts = [one for one in found["inputs"] if one["name"] == "script" and one["tasks"]]
    assert [(one["tasks"], one["lines"][-2:]) for one in scripts] == [
        (["server"], ["-echo up; exec sleep 60", "+echo up; exec sleep 50"]),
        (["bench"], ["-bash <run>/client.sh", "+bash <run>/client.sh; exit 3"]),
    ]
    assert (inputs["task", "gpus"]["a"], inputs["task", "gpus"]["b"]) == ([0, 1], [0, 1, 2, 3])
    outcome = {(one["name"], *one["tasks"]): (one["a"], one["b"]) for one in found["outcome"]}
    assert outcome.pop(("time to ready", "server"), None) is None
    assert outcome == {
        ("state",): ("COMPLETED", "FAILED"),
        ("exit status",): (0, 3),
        ("state", "server"): ("COMPLETED", "CANCELLED"),
        ("state", "bench"): ("COMPLETED", "FAILED"),
        ("exit status", "bench"): (0, 3),
        ("attempts", "bench"): (1, 2),
        ("tps", "bench"): (160, None),
    }
    text = diff(tmp_path, str(first.directory), str(second.directory), status=1)
    assert "bench: attempts" in text
    assert "hunter" not in text


def test_without_run_json(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, 'workflow: {name: w, tasks: [{name: a, script: ["true"]}]}')
    first, second = workflow.run(), workflow.run()
    (second.directory / "run.json").unlink()
    text = diff(tmp_path, str(first.directory), str(second.directory), status=2)
    assert "B has no run.json" in text


@pytest.mark.parametrize("words", [[], ["latest"], ["out", "none"], ["out", "out", "--tolerance", "-1"]])
def test_wrong_usage(words: list[str], tmp_path: Path) -> None:
    Workflow(tmp_path, 'workflow: {name: w, tasks: [{name: a, script: ["true"]}]}').run()
    assert "Usage: sflowc diff" in diff(tmp_path, *words, status=2)


@pytest.mark.parametrize("no_colour", ["", "1"])
def test_colours(no_colour: str, tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, FLOW)
    first, second = workflow.run(), workflow.run("--set", "USERS=5")
    outer, inner = pty.openpty()
    done = subprocess.run(
        [SFLOWC, "diff", first.directory, second.directory],
        stdout=inner, env={**os.environ, "NO_COLOR": no_colour, "TERM": "xterm"}, check=False, timeout=60,
    )  # fmt: skip
    os.close(inner)
    text = b""
    try:
        while piece := os.read(outer, 4096):
            text += piece
    except OSError:  # the other end is closed
        pass
    os.close(outer)
    assert done.returncode == 1
    assert (b"\x1b[" in text) == (not no_colour)
    assert "variable USERS" in re.sub(r"\x1b\[[0-9;]*m", "", text.decode())
