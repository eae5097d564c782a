"""report and diff on jobs of a real Slurm: named by the job's id, with the facts of the job."""

import json
import subprocess
from collections.abc import Callable

from jobs import Job
from workflow import SFLOWC

TEXT = """
backends: [{name: c, type: slurm, nodes: 2, gpus_per_node: 8, time: "5"}]
workflow:
  name: w
  tasks:
    - name: server
      script: ['echo up; exec sleep 600']
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
      resources: {gpus: {count: 8}}
    - {name: client, depends_on: [server], script: ['hostname'], resources: {gpus: {count: 2}}}
"""


def sflowc(job: Job, *arguments: str) -> "subprocess.CompletedProcess[str]":
    words = [SFLOWC, *arguments, "--output-dir", job.folder / "sflow_output"]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=90)


def test_a_job_as_a_page_and_compared_with_another(submit: Callable[..., Job]) -> None:
    job = submit(TEXT)
    assert job.wait() == "COMPLETED", job.output
    page = sflowc(job, "report", job.number, "-o", "-")
    assert page.returncode == 0, page.stderr
    facts = json.loads((job.directory / "run.json").read_text())
    assert f"<dt>Slurm job</dt><dd>{job.number}</dd>" in page.stdout
    assert '<th scope="row">node1</th>' in page.stdout, "the map of GPUs has no row for the node"
    assert '<td colspan="8"><button type="button" style="--hue: 210" data-task="t0">server</button></td>' in page.stdout
    assert facts["slurm"]["job_nodelist"] in page.stdout

    other = submit(TEXT.replace("'hostname'", "'hostname; exit 3'"))
    assert other.wait() == "FAILED", other.output
    compared = sflowc(job, "diff", str(job.directory), str(other.directory), "--format", "json")
    assert compared.returncode == 1, compared.stderr
    found = json.loads(compared.stdout)
    inputs = [(one["what"], one["name"].rpartition("/")[2], one["tasks"]) for one in found["inputs"]]
    assert inputs == [
        ("source", "w.yaml", []),
        ("run", "script", []),
        ("task", "script", ["client"]),
        ("slurm", "submit_dir", []),
        ("environment", "SLURM_SUBMIT_DIR", []),
    ], "what only names a job is no difference"
    outcome = [(one["name"], one["tasks"], one["a"], one["b"]) for one in found["outcome"]]
    assert ("exit status", ["client"], 0, 3) in outcome
