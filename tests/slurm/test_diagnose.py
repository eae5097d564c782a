"""Jobs that really fail on the cluster, and what diagnose says of them; from the directory that they were submitted from."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from diagnosis import diagnose, told
from jobs import Job, command
from test_jobs import SERVICE, backend, gone


def of_job(job: Job) -> tuple[str, str, str]:
    """What is said when the job is named by its number."""
    return told(diagnose(job.number, cwd=job.folder))


def test_a_healthy_job(submit: Callable) -> None:
    job = submit(f"{backend(2)}\nworkflow: {{name: w, tasks: [{{name: t, script: [hostname]}}]}}")
    assert job.wait() == "COMPLETED", job.output
    found = diagnose(job.number, cwd=job.folder)
    assert (found["verdict"], found["cause"]) == ("none", None)
    assert "2 nodes (node1, node2)" in found["layers"][1]["says"]


def test_the_sample_for_slurm(submit: Callable, root: Path) -> None:
    job = submit((root / "samples" / "slurm_services.yaml").read_text())
    assert job.wait() == "COMPLETED", job.output
    assert diagnose(job.number, cwd=job.folder)["verdict"] == "none"


def test_a_task_that_failed_on_one_node(submit: Callable) -> None:
    job = submit(
        f"{backend(2)}\nworkflow: {{name: w, tasks: [{{name: t, script: ['[ $SLURM_PROCID = 0 ] || exec frobnicate']}}]}}"
    )
    job.wait()
    assert of_job(job) == ("orchestration", "command-not-found", "workflow")


def test_a_job_that_was_cancelled(submit: Callable) -> None:
    job = submit(backend(2) + SERVICE.format(mark=41))
    job.wait_for("client", "RUNNING")
    subprocess.run(["scancel", job.number], check=True)
    job.wait()
    assert of_job(job) == ("allocation", "slurm-cancelled", "infrastructure")
    assert gone("sleep 9872041")


def test_a_job_whose_node_failed(submit: Callable) -> None:
    job = submit(backend(2) + SERVICE.format(mark=42))
    job.wait_for("client", "RUNNING")
    time.sleep(1)  # until the steps are on both nodes
    subprocess.run(["scontrol", "update", "nodename=node2", "state=down", "reason=test"], check=True)
    end = time.monotonic() + 60
    while "DUE TO NODE FAILURE" not in job.output or job.record["state"] == "RUNNING":
        assert time.monotonic() < end, job.output
        time.sleep(0.1)
    command("scontrol", "update", "nodename=node2", "state=resume")  # unless the node has come back by itself
    assert gone("sleep 9872042")
    assert of_job(job) == ("allocation", "slurm-node-failure", "infrastructure")


def test_a_job_that_is_told_that_its_time_is_near(submit: Callable) -> None:
    job = submit(backend() + SERVICE.format(mark=43))
    job.wait_for("client", "RUNNING")
    subprocess.run(["scancel", "--batch", "--signal=USR2", job.number], check=True)
    job.wait()
    assert of_job(job) == ("allocation", "job-time-limit", "workflow")


def test_a_job_whose_time_is_over(submit: Callable) -> None:
    """Without the warning that scripts ask for: Slurm ends the job, and says why in the job's output."""
    lines = "#SBATCH --signal=B:USR2@15"
    job = submit(backend(time="1") + SERVICE.format(mark=44), edit=lambda text: text.replace(f"{lines}\n", ""))
    job.wait_for("client", "RUNNING")
    assert job.wait(timeout=150) == "TIMEOUT"
    assert of_job(job) == ("allocation", "slurm-time-limit", "workflow")


def test_a_job_with_too_few_nodes_makes_no_run(submit: Callable) -> None:
    job = submit(f"{backend(3)}\nworkflow: {{name: w, tasks: [{{name: t, script: [hostname]}}]}}", "--nodes=2")
    job.wait()
    assert of_job(job) == ("allocation", "preflight-nodes", "workflow")


def test_a_job_with_fewer_gpus_than_the_plan(submit: Callable) -> None:
    """The words of PyTorch for a GPU that is not there."""
    text = f"""{backend().replace('time: "5"', 'time: "5", extra_args: [--gpus-per-node=2]')}
workflow:
  name: w
  tasks:
    - name: train
      resources: {{gpus: {{count: 4}}}}
      script: ['echo "torch.AcceleratorError: CUDA error: invalid device ordinal" >&2; exit 1']
"""
    job = submit(text)
    job.wait()
    assert of_job(job) == ("allocation", "gpus-not-given", "workflow")


def test_a_job_that_waits(submit: Callable) -> None:
    text = f"""{backend()}
workflow:
  name: w
  tasks:
    - name: server
      script: [exec sleep 9872045]
      probes: {{readiness: {{tcp_port: {{port: 28472}}, interval: 0.2, timeout: 60}}}}
"""
    job = submit(text)
    job.wait_for("server", "RUNNING")
    end = time.monotonic() + 20
    while (found := diagnose(job.number, cwd=job.folder))["waiting"] and "closed" not in found["waiting"][0]:
        assert time.monotonic() < end
    subprocess.run(["scancel", job.number], check=True)
    assert found["verdict"] == "none"
    assert "10.77.0.11:28472 is closed" in found["sentence"]


def test_a_script_that_was_not_submitted(submit: Callable) -> None:
    job = submit(f"{backend()}\nworkflow: {{name: w, tasks: [{{name: t, script: [hostname]}}]}}", "--hold")
    done = subprocess.run(
        ["bash", "job.sbatch.sh"], cwd=job.folder, capture_output=True, text=True, check=False, timeout=30
    )
    command("scancel", job.number)
    assert done.returncode == 78
    (job.folder / "printed").write_text(done.stdout + done.stderr)
    assert told(diagnose("printed", cwd=job.folder)) == ("allocation", "preflight-not-in-job", "workflow")
