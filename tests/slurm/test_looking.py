"""status and cancel on jobs of a real Slurm, from another host than the one the script runs on."""

import json
import subprocess
from collections.abc import Callable

from jobs import Job
from sflowc.runs.standing import job_state
from workflow import SFLOWC

TEXT = """
backends: [{name: c, type: slurm, nodes: 1, gpus_per_node: 8, time: "5"}]
workflow:
  name: w
  tasks:
    - name: server
      script: ['echo up; exec sleep 600']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [server], script: ['sleep 600'], resources: {gpus: {count: 2}}}
"""


def look(job: Job, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [SFLOWC, *arguments, job.number, "--output-dir", job.folder / "sflow_output"],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_a_job_is_looked_at_and_cancelled(submit: Callable[..., Job]) -> None:
    job = submit(TEXT)
    job.wait_for("client", "RUNNING")
    record = json.loads(look(job, "status", "--format", "json"))
    assert (record["state"], record["job_id"]) == ("RUNNING", job.number)
    assert [(task["nodes"], task["gpus"]) for task in record["tasks"]] == [(["node1"], []), (["node1"], [0, 1])]
    assert job_state(job.number) == "RUNNING"
    run = json.loads((job.directory / "run.json").read_text())
    assert run["slurm"]["job_id"] == job.number
    assert run["slurm"]["job_nodelist"] == "node1"
    assert run["deadline"] > run["started"]
    assert "CANCELLED: SIGTERM" in look(job, "cancel")
    assert job.wait() == "CANCELLED"
    assert job_state(job.number) == "CANCELLED"
    assert "CANCELLED" in look(job, "status", status=1)


def test_a_run_whose_job_is_over_is_lost(submit: Callable[..., Job]) -> None:
    job = submit(TEXT.replace("sleep 600", "true").replace("echo up; exec true", "echo up; exec sleep 600"))
    assert job.wait() == "COMPLETED", job.output
    status = job.directory / "status.json"
    (job.directory / "events.jsonl").unlink()
    status.write_text(
        status.read_text().replace(
            '"state": "COMPLETED",\n "exit_status": 0', '"state": "RUNNING",\n "exit_status": null'
        )
    )
    assert f"job {job.number} is COMPLETED" in look(job, "status", status=3)
