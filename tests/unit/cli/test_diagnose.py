"""`sflowc diagnose` as a command: which run, which output of a job, what Slurm is asked."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
Sflowc = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """The folder that a job was submitted from: its run was stopped by a signal, and its output says why."""
    run = tmp_path / "sflow_output" / "71-w-20261124-000000-abcdef"
    (run / "t").mkdir(parents=True)
    events = [
        {"time": 1.0, "event": "run", "state": "RUNNING", "run_id": run.name, "pid": 1},
        {
            "time": 1.1,
            "event": "state",
            "task": "t",
            "state": "RUNNING",
            "attempt": 1,
            "exit_status": None,
            "reason": "",
        },
        {
            "time": 1.6,
            "event": "state",
            "task": "t",
            "state": "CANCELLED",
            "attempt": 1,
            "exit_status": 143,
            "reason": "stopped: SIGTERM",
        },
        {"time": 1.7, "event": "run", "state": "CANCELLED", "exit_status": 143, "reason": "SIGTERM"},
    ]
    (run / "events.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    row = {
        "state": "CANCELLED",
        "attempt": 1,
        "exit_status": 143,
        "started": 1.1,
        "finished": 1.6,
        "reason": "stopped: SIGTERM",
    }
    whole = {
        "version": 1,
        "run_id": run.name,
        "workflow": "w",
        "state": "CANCELLED",
        "exit_status": 143,
        "reason": "SIGTERM",
    }
    whole |= {"started": 1.0, "updated": 1.7, "job_id": "71", "host": "elsewhere", "pid": 1, "tasks": {"t": row}}
    (run / "status.json").write_text(json.dumps(whole))
    return tmp_path


def cause(sflowc: Sflowc, folder: Path, *arguments: str, **more: object) -> str:
    done = sflowc("diagnose", *arguments, "--format", "json", cwd=folder, status=1, **more)
    return json.loads(done.stdout)["cause"]["id"]


def commands(folder: Path, **bodies: str) -> dict[str, str]:
    """A PATH on which these commands come first."""
    place = folder / "bin"
    place.mkdir()
    for name, body in bodies.items():
        (place / name).write_text(f"#!/bin/bash\n{body}\n")
        (place / name).chmod(0o755)
    return {"PATH": f"{place}:{os.environ['PATH']}"}


def test_a_job_by_its_number(sflowc: Sflowc, job: Path) -> None:
    assert cause(sflowc, job, "71", env=commands(job, squeue="exit 1", sacct="exit 1")) == "stopped-from-outside"


def test_the_output_of_the_job_is_found(sflowc: Sflowc, job: Path) -> None:
    (job / "slurm-71.out").write_text(
        "slurmstepd: error: *** JOB 71 ON n1 CANCELLED AT 2026-03-01T10:00:00 DUE TO TIME LIMIT ***\n"
    )
    assert cause(sflowc, job, "71", env=commands(job, squeue="exit 1", sacct="exit 1")) == "slurm-time-limit"


def test_the_output_of_the_job_is_named(sflowc: Sflowc, job: Path) -> None:
    (job / "job.log").write_text("srun: error: Node failure on n2\n")
    assert cause(sflowc, job, "latest", "--job-output", "job.log") == "slurm-node-failure"
    assert "no such file" in sflowc("diagnose", "--job-output", "none.log", cwd=job, status=2).stderr


@pytest.mark.parametrize(
    ("squeue", "sacct"), [("echo PREEMPTED", "exit 1"), ("exit 1", "echo PREEMPTED")], ids=["controller", "accounting"]
)
def test_slurm_is_asked_how_the_job_ended(sflowc: Sflowc, job: Path, squeue: str, sacct: str) -> None:
    assert cause(sflowc, job, "71", env=commands(job, squeue=squeue, sacct=sacct)) == "slurm-preempted"


def test_a_job_that_left_only_its_output(sflowc: Sflowc, tmp_path: Path) -> None:
    (tmp_path / "slurm-72.out").write_text("sflow: w cannot run here:\n  - command not found: enroot\n")
    assert cause(sflowc, tmp_path, "72") == "preflight-command"


def test_a_file_that_says_nothing(sflowc: Sflowc, tmp_path: Path) -> None:
    (tmp_path / "printed").write_text("hello\n")
    assert "printed says nothing that is known" in sflowc("diagnose", "printed", cwd=tmp_path, status=3).stdout


def test_mistakes_in_patterns_as_json(sflowc: Sflowc, job: Path) -> None:
    (job / "mine.yaml").write_text("patterns: []\n")
    done = sflowc("diagnose", "--patterns", "mine.yaml", "--format", "json", cwd=job, status=2)
    assert json.loads(done.stdout)["diagnostics"]


def test_the_schema_of_patterns_is_printed(sflowc: Sflowc) -> None:
    assert sflowc("schema", "patterns").stdout == (ROOT / "schemas" / "patterns.schema.json").read_text()


def test_text_fits_a_terminal(sflowc: Sflowc, job: Path) -> None:
    done = sflowc("diagnose", "71", cwd=job, status=1, env=commands(job, squeue="exit 1", sacct="exit 1"))
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stdout.startswith(
        "71-w-20261124-000000-abcdef: CANCELLED\n\nNeither the workflow nor the application is at fault"
    )
