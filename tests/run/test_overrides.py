"""golden/cases/overrides is executed with --set: values reach the tasks, are written down, and last when the run is resumed."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from workflow import Run, Workflow

CASE = Path(__file__).resolve().parents[2] / "golden" / "cases" / "overrides" / "workflow.yaml"


@pytest.fixture
def workflow(tmp_path: Path) -> Workflow:
    return Workflow(tmp_path, CASE.read_text()[CASE.read_text().index("version") :])


def done_again(run: Run) -> set[str]:
    """The tasks that a resumed run did again: their last RUNNING stands behind the last word that the run began."""
    begun = max(i for i, event in enumerate(run.events) if event["event"] == "run" and event["state"] == "RUNNING")
    return {event["task"] for event in run.events[begun:] if event.get("state") == "RUNNING" and "task" in event}


def test_values_reach_the_tasks(workflow: Workflow) -> None:
    run = workflow.run(
        "--set", "MODEL=a 'quoted' $(name)", "--set", "INPUT_LENGTH=2_048", "--set=VERBOSE=yes", "--set", "HEAD=a.b"
    )
    assert run.status == 0, run.output
    assert run.log("worker_0").splitlines() == ["a 'quoted' $(name) on a.b, run-1, True", "one", "hello"]
    assert run.log("bench_4") == "2048 at 4, key 6\n"
    assert run.log("other") == "another-model\n"


def test_they_are_written_down_and_secrets_are_not(workflow: Workflow) -> None:
    run = workflow.run("run", "--set", "API_KEY=open-sesame", "--set", "INPUT_LENGTH=2048")
    assert run.status == 0
    assert run.log("bench_1") == "2048 at 1, key 11\n"
    given = {"INPUT_LENGTH": "2048", "API_KEY": "***"}
    assert run.record["overrides"] == given
    assert run.events[0]["overrides"] == given
    assert "set: INPUT_LENGTH=2048, API_KEY=***" in (run.directory / "plan.txt").read_text()
    shown = [
        run.output,
        *((run.directory / name).read_text() for name in ("events.jsonl", "status.json", "sflow.log")),
    ]
    assert not any("open-sesame" in text for text in shown)


def test_a_run_without_says_nothing_of_it(workflow: Workflow) -> None:
    run = workflow.run()
    assert run.log("worker_1").startswith("tiny-model on 127.0.0.1, run-1, False\n")
    assert "overrides" not in run.record
    assert "overrides" not in run.events[0]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("WORKERS=3", "it shaped the replica count of worker"),
        ("CONCURRENCY=2", "it shaped the replicas of bench"),
        ("GREETING=hi", "it shaped line 3 of the script of worker"),
        ("PREFIX=x", "it shaped the value of workflow variable TITLE"),
        ("LABELS=[1]", "only the compiler reads a list"),
        ("INPUT_LENGTH=512", "'512' is not in its domain: 1024 2048"),
        ("INPUT_LENGTH=long", "'long' is no integer"),
        ("MODLE=x", "there is no such variable; these can be changed: MODEL INPUT_LENGTH VERBOSE API_KEY HEAD TITLE"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_happens(workflow: Workflow, given: str, why: str) -> None:
    run = workflow.run("--set", given)
    assert run.status == 64
    assert why in run.output
    assert not workflow.output.exists()


def test_a_script_without_such_variables_says_so(tmp_path: Path) -> None:
    workflow = Workflow(
        tmp_path, "variables: {A: x}\nworkflow: {name: w, tasks: [{name: t, script: ['echo ${{ A }}']}]}"
    )
    assert "sf_override_take" not in workflow.script.read_text()
    run = workflow.run("--set", "A=y")
    assert run.status == 64
    assert "nothing in this script can be changed any more" in run.output


def test_a_resumed_run_keeps_them_and_does_again_what_sees_another_value(workflow: Workflow) -> None:
    first = workflow.run("--set", "MODEL=first")
    kept = workflow.run("--resume", str(first.directory))
    assert kept.status == 0
    assert done_again(kept) == set()
    assert kept.record["overrides"] == {"MODEL": "first"}
    changed = workflow.run("--resume", str(first.directory), "--set", "MODEL=second")
    assert done_again(changed) == {"worker_0", "worker_1", "bench_1", "bench_4"}, "`other` has a MODEL of its own"
    assert "second on 127.0.0.1" in changed.log("worker_0")


def test_the_copy_in_the_run_directory_can_be_resumed(workflow: Workflow, tmp_path: Path) -> None:
    run = workflow.run("--set", "MODEL=kept", "--task", "worker")
    copy = shutil.copy(run.directory / "overrides.sh", tmp_path / "copy.sh")
    done = subprocess.run(
        ["bash", copy, "--resume", run.directory], capture_output=True, text=True, check=True, timeout=60
    )
    assert "set: MODEL=kept" in done.stdout


def test_the_same_value_as_before_is_no_change(workflow: Workflow) -> None:
    first = workflow.run()
    again = workflow.run("--resume", str(first.directory), "--set", "MODEL=tiny-model")
    assert done_again(again) == set()


def test_plan_shows_them(workflow: Workflow) -> None:
    done = subprocess.run(
        ["bash", workflow.script, "plan", "--set", "MODEL=x"], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("\n  set: MODEL=x\n")


def test_the_compiler_means_the_same(workflow: Workflow, sflowc: Callable) -> None:
    """A script that was built with a value gives its tasks what one that is run with it does."""
    for given in ("INPUT_LENGTH=2048.0", "VERBOSE=on", "MODEL=1_0"):
        plan = json.loads(sflowc("plan", "w.yaml", "--set", given, "--format", "json", cwd=workflow.folder).stdout)
        run = workflow.run("--set", given)
        name = given.partition("=")[0]
        assert run.record["overrides"][name] == plan["tasks"][0]["env"][name]
