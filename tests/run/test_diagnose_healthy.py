"""Healthy runs, of which diagnose must find no fault; and runs that go on, of which it says what they wait for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from diagnosis import diagnose, one, told
from test_samples import free_ports
from web import closed_port, in_turn, serving, status
from workflow import SFLOWC, Workflow, every

ROOT = Path(__file__).resolve().parents[2]

HEALTHY = {
    "hello": one("echo hello"),
    "a retry that helps": one(
        '[[ -e once ]] || { touch once; echo "Traceback (most recent call last):"; exit 1; }',
        retries="{count: 1, interval: 0.1}",
    ),
    "words of trouble in a log": one(
        "echo 'Connection refused, trying again'; echo 'CUDA out of memory, with a smaller batch now'; echo 'Address already in use'"
    ),
    "a service that is not critical ends": """
workflow:
  name: w
  tasks:
    - name: monitor
      critical: false
      script: ["echo up; sleep 0.3; exit 3"]
      probes: {readiness: {log_watch: {match_pattern: up}, interval: 0.1}}
    - {name: client, depends_on: [monitor], script: [sleep 0.8]}
""",
    "a benchmark without failures": """
workflow:
  name: w
  tasks:
    - name: bench
      script: ["echo 'Successful requests: 10'; echo 'Failed requests: 0'; echo 'Total generated tokens: 70'; echo '[{}]' >r.json; echo 'tps 12.5'"]
      outputs: [{pattern: "tps {tps:f}"}]
""",
    "tasks with GPUs": """
backends: {l: {type: local, gpus_per_node: 8}}
workflow:
  name: w
  tasks:
    - {name: t, replicas: {count: 4}, resources: {gpus: {count: 2}}, script: [echo $CUDA_VISIBLE_DEVICES]}
""",
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run(tmp_path: Path, name: str) -> None:
    run = Workflow(tmp_path, HEALTHY[name]).run()
    assert run.status == 0, run.output
    found = diagnose(run.directory)
    assert (found["verdict"], found["cause"], found["fault"]) == ("none", None, None), found["sentence"]
    assert found["sentence"].startswith("No fault found")
    assert not any(report["findings"] for report in found["layers"])


@pytest.mark.parametrize("sample", ["hello", "dag", "sweep", "services"])
def test_a_sample(sflowc: Callable, tmp_path: Path, sample: str) -> None:
    script = tmp_path / f"{sample}.sh"
    sets: list[str] = []
    if sample == "services":
        names = ("FRONTEND_PORT", "PREFILL_PORT", "DECODE_PORT")
        sets = [word for name, port in zip(names, free_ports(3), strict=True) for word in ("--set", f"{name}={port}")]
    sflowc("build", f"{sample}.yaml", *sets, "-o", str(script), cwd=ROOT / "samples")
    subprocess.run(["bash", script, "--output-dir", tmp_path / "runs"], check=True, capture_output=True, timeout=60)
    assert diagnose("latest", "--output-dir", tmp_path / "runs")["verdict"] == "none"


def test_the_jobs_of_a_table(sflowc: Callable, tmp_path: Path) -> None:
    sflowc("sample", "matrix", cwd=tmp_path)
    folder = tmp_path / "matrix"
    sflowc("batch", "--bulk-input", "rows.csv", "-o", "jobs", cwd=folder)
    scripts = sorted((folder / "jobs").glob("*.sh"))
    assert scripts
    for script in scripts:
        subprocess.run(
            ["bash", script, "--output-dir", "runs"], cwd=folder, check=True, capture_output=True, timeout=60
        )
        assert diagnose("latest", "--output-dir", folder / "runs")["verdict"] == "none"


def test_a_serving_stack(tmp_path: Path, require: Callable[[str], str]) -> None:
    """Real etcd, NATS and nginx, workers with GPUs, a sweep of benchmarks."""
    for program in ("etcd", "nats", "nginx"):
        require(program)
    folder = Path(__file__).parent / "serving"
    script = tmp_path / "serving.sh"
    subprocess.run([SFLOWC, "build", folder / "workflow.yaml", "-o", script], check=True, capture_output=True)
    command = ["bash", script, "--workspace-dir", folder, "--output-dir", tmp_path / "out"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = diagnose("--output-dir", tmp_path / "out")
    assert found["verdict"] == "none"
    assert found["layers"][2]["says"] == "etcd was ready, nats was ready, frontend was ready, proxy was ready"
    assert found["layers"][4]["verdict"] == "OK"


def test_a_resumed_run_is_judged_by_its_end(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, one("[[ -e once ]] || { touch once; exit 4; }"))
    first = workflow.run()
    assert diagnose(first.directory)["verdict"] == "fault"
    again = subprocess.run(
        ["bash", workflow.script, "--resume", first.directory],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert again.returncode == 0
    assert diagnose(first.directory)["verdict"] == "none"


def test_a_run_that_waits_for_a_service(tmp_path: Path) -> None:
    with serving() as site:
        site.routes["/health"] = status(503)
        text = f"""
workflow:
  name: w
  tasks:
    - name: frontend
      script: [echo loading shard 3 of 8; exec sleep 60]
      probes: {{readiness: {{http_get: {{url: "{site.url}/health"}}, interval: 0.1, timeout: 50}}}}
    - {{name: bench, depends_on: [frontend], script: [echo measuring]}}
"""
        workflow = Workflow(tmp_path, text)
        process = workflow.start()
        workflow.wait_for("frontend", "RUNNING")
        assert any('"found":"HTTP 503"' in (workflow.directory / "events.jsonl").read_text() for _ in every(0.1, 10))
        found = diagnose("--output-dir", workflow.output)
        process.terminate()
        workflow.finish(process)
    assert (found["state"], found["verdict"]) == ("RUNNING", "none")
    assert "frontend is not ready after" in found["waiting"][0]
    assert found["waiting"][0].endswith("of 50 s: HTTP 503; it last printed: loading shard 3 of 8")
    assert found["waiting"][0] in found["sentence"]


def test_a_run_that_is_at_work(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, one("echo epoch 3 of 90", "exec sleep 60"))
    process = workflow.start()
    workflow.wait_for("train", "RUNNING")
    assert any(
        log.exists() and log.read_bytes() for _ in every(0.1, 10) if (log := workflow.directory / "train" / "train.log")
    )
    found = diagnose(workflow.directory)
    process.terminate()
    workflow.finish(process)
    assert found["verdict"] == "none"
    assert found["waiting"][0].startswith("train runs since ")
    assert found["waiting"][0].endswith("epoch 3 of 90")


def test_a_run_that_waits_in_vain(tmp_path: Path) -> None:
    """The service is there and will never be ready: its log says why."""
    script = "echo 'ValueError: No available memory for the cache blocks.'; exec sleep 60"
    probes = f"{{readiness: {{tcp_port: {{port: {closed_port()}}}, interval: 0.1, timeout: 50}}}}"
    workflow = Workflow(tmp_path, one(script, probes=probes))
    process = workflow.start()
    workflow.wait_for("train", "RUNNING")
    assert any(
        log.exists() and log.read_bytes() for _ in every(0.1, 10) if (log := workflow.directory / "train" / "train.log")
    )
    found = diagnose(workflow.directory)
    process.terminate()
    workflow.finish(process)
    assert told(found) == ("allocation", "kv-cache-too-small", "application")
    assert found["state"] == "RUNNING"


def test_a_run_between_two_attempts(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path, one("exit 5", retries="{count: 1, interval: 50}"))
    process = workflow.start()
    workflow.wait_for("train", "INITIATED")
    found = diagnose(workflow.directory)
    process.terminate()
    workflow.finish(process)
    assert found["verdict"] == "none"
    assert "train waits for its next attempt: exit status 5" in found["waiting"][0]


def test_a_service_that_needed_a_while_is_no_fault(tmp_path: Path) -> None:
    with serving() as site:
        site.routes["/health"] = in_turn(status(503), status(503), status(200))
        probes = f"{{readiness: {{http_get: {{url: '{site.url}/health'}}, interval: 0.1, timeout: 20}}}}"
        run = Workflow(tmp_path, one("exec sleep 60", probes=probes)).run()
    assert run.status == 0
    assert diagnose(run.directory)["verdict"] == "none"
