"""Run directories as a script writes them, made for tests of what reads them."""

import json
from pathlib import Path
from typing import Any


def facts(*tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The content of a run.json with these tasks; each needs only a name."""
    return {
        "version": 1,
        "run_id": "w-1",
        "workflow": "w",
        "sflowc": "0.1.0",
        "script": "w.sh",
        "rebuild": "sflowc build -f w.yaml",
        "body": "c" * 64,
        "sources": [{"file": "w.yaml", "sha256": "a" * 64}],
        "started": 1000.0,
        "limit": None,
        "deadline": None,
        "grace": 10.0,
        "host": {"name": "n1", "user": "u", "system": "Linux 6", "bash": "5.2", "cpus": 2},
        "slurm": None,
        "nodes": [{"name": "n1", "address": "10.0.0.1"}, {"name": "n2", "address": "10.0.0.2"}],
        "variables": {},
        "tasks": [_task(**task) for task in tasks],
        **more,
    }


def _task(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "base": name,
        "replica": 0,
        "sweep": {},
        "after": [],
        "nodes": [0],
        "gpus": [],
        "launch": "local",
        "timeout": None,
        "ready_within": None,
        "retries": 0,
        "critical": True,
        "outputs": False,
        "probes": [],
        **more,
    }


def write_facts(directory: Path, *tasks: dict[str, Any], **more: Any) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "run.json").write_text(json.dumps(facts(*tasks, **more)))


def add_events(directory: Path, *events: dict[str, Any]) -> None:
    """Appends lines; `time` counts up where it is not given."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "events.jsonl"
    count = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number, event in enumerate(events, count):
            file.write(json.dumps({"time": 1000.0 + number, **event}) + "\n")


def run_event(state: str, **more: Any) -> dict[str, Any]:
    return {"event": "run", "state": state, **more}


def task_event(task: str, state: str, **more: Any) -> dict[str, Any]:
    return {"event": "state", "task": task, "state": state, "attempt": 1, "exit_status": None, "reason": "", **more}


def probe_event(task: str, found: str, role: str = "readiness") -> dict[str, Any]:
    return {"event": "probe", "task": task, "attempt": 1, "probe": role, "found": found}


def write_status(directory: Path, tasks: dict[str, dict[str, Any]], **more: Any) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    rows = {
        name: {
            "state": "RUNNING",
            "attempt": 1,
            "exit_status": None,
            "started": 1.0,
            "finished": None,
            "reason": "",
            **row,
        }
        for name, row in tasks.items()
    }
    value = {
        "version": 1,
        "run_id": directory.name,
        "workflow": "w",
        "state": "RUNNING",
        "exit_status": None,
        "reason": "",
        "started": 1000.0,
        "updated": 1001.0,
        "job_id": None,
        "host": "n1",
        "pid": 4242,
        "tasks": rows,
        **more,
    }
    (directory / "status.json.new").write_text(json.dumps(value))
    (directory / "status.json.new").rename(directory / "status.json")
