"""Workflows over two pools of nodes: one heterogeneous job, each pool a component of it."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jobs import SFLOWC, Job
from workflow import gone, of_the_run, processes

POOLS = """
backends:
  - {name: cpus, type: slurm, nodes: 1, gpus_per_node: 2, time: "%s", accelerator: t4}
  - {name: gpus, type: slurm, nodes: 2, gpus_per_node: 8, time: "%s", default: true}
  - {name: here, type: local}
"""


def pools(first: int = 5, second: int = 5) -> str:
    return POOLS % (first, second)


SERVING = """
workflow:
  name: w
  variables: {SERVER: "${{ backends.gpus.nodes[1].ip_address }}"}
  tasks:
    - {name: prepare, backend: here, script: [hostname]}
    - name: server
      depends_on: [prepare]
      resources: {nodes: {indices: [1]}}
      script:
        - trap 'touch "$SFLOW_TASK_OUTPUT_DIR/stopped"; exit 0' TERM
        - python3 -m http.server 28473 &
        - while :; do sleep 0.1; done  # not `wait`, which ends well when the server is the first to be stopped
      probes: {readiness: {http_get: {url: "http://${{ variables.SERVER }}:28473/"}, interval: 0.2}}
    - name: worker
      depends_on: [server]
      replicas: {count: 3}
      resources: {gpus: {count: 4}}
      script: ['echo "$(hostname) $CUDA_VISIBLE_DEVICES $SFLOW_TASK_ASSIGNED_NODE_NAMES $SFLOW_TASK_ASSIGNED_NODE_IPS"']
    - name: client
      depends_on: [worker]
      resources: {accelerator: t4, gpus: {count: 2}}
      script: ['exec 3<>/dev/tcp/$SERVER/28473 && echo "$(hostname) $CUDA_VISIBLE_DEVICES asks $SERVER"']
"""


def test_a_service_in_one_component_is_used_from_the_other(submit: Callable) -> None:
    job = submit(pools() + SERVING)
    assert job.wait() == "COMPLETED", job.output
    assert job.exit_code == "0:0"
    assert job.log("prepare") == "node1\n"
    assert [job.log(f"worker_{i}") for i in range(3)] == [
        "0: node2 0,1,2,3 node2 10.77.0.12\n",
        "0: node2 4,5,6,7 node2 10.77.0.12\n",
        "0: node3 0,1,2,3 node3 10.77.0.13\n",
    ]
    assert job.log("client") == "0: node1 0,1 asks 10.77.0.13\n"
    assert (job.directory / "server" / "stopped").exists(), (
        f"scancel found no step in the second component:\n{job.output}"
    )
    assert not of_the_run(job.directory.name)
    first, second = int(job.number), int(job.number) + 1
    components = {task: (job.directory / task / "step").read_text().split(".")[0] for task in ("client", "server")}
    assert components == {"client": str(first), "server": str(second)}


SERVICES = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["echo up; exec sleep 98730{mark}"]
      probes: {{readiness: {{log_watch: {{match_pattern: up}}, interval: 0.1}}}}
    - {{name: client, backend: cpus, depends_on: [server], script: [exec sleep 98730{mark}]}}
"""


def test_scancel_ends_both_components(submit: Callable) -> None:
    job = submit(pools() + SERVICES.format(mark=1))
    job.wait_for("client", "RUNNING")
    subprocess.run(["scancel", job.number], check=True)
    assert job.wait() == "CANCELLED"
    assert gone("sleep 987301", timeout=15)
    assert job.record["state"] == "CANCELLED"
    assert {task["state"] for task in job.record["tasks"].values()} == {"CANCELLED"}


def test_a_kill_of_the_batch_script_leaves_no_step_in_either(submit: Callable) -> None:
    job = submit(pools() + SERVICES.format(mark=2))
    job.wait_for("client", "RUNNING")
    begun(job, "server", "client")
    pid = (job.directory / "status.json").read_text().split('"pid": ')[1].split(",")[0]
    subprocess.run(["kill", "-KILL", pid], check=True)
    assert job.wait() in ("FAILED", "CANCELLED")
    assert gone("sleep 987302", timeout=15)


def begun(job: Job, *tasks: str) -> None:
    """Waits until the steps of the tasks have begun: RUNNING is said before."""
    end = time.monotonic() + 30
    while not all((job.directory / task / "step").exists() for task in tasks):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_step_of_the_second_component_is_stopped_and_killed(submit: Callable) -> None:
    text = """
workflow:
  name: w
  tasks:
    - name: t
      timeout: 1
      script: ["trap 'echo got TERM' TERM; while :; do sleep 0.987303; done"]
"""
    job = submit(pools() + text, edit=lambda text: text.replace("SF_GRACE=1000", "SF_GRACE=100"))
    assert job.wait() == "FAILED", job.output
    assert job.exit_code == "124:0"
    assert sorted(re.findall(r"^(\d): got TERM", job.log("t"), re.MULTILINE)) == ["0", "1"]
    assert gone("sleep 0.987303")


def test_the_run_ends_before_the_component_with_the_shorter_limit(submit: Callable) -> None:
    job = submit(pools(2, 1) + SERVICES.format(mark=4))
    job.wait_for("client", "RUNNING")
    assert processes("sleep 987304")
    job.wait(timeout=90)
    assert gone("sleep 987304", timeout=15)
    assert job.record["state"] == "TIMEOUT"
    assert "time limit is near" in job.record["reason"]
    assert job.exit_code == "124:0"


def test_a_requeued_job_goes_on_where_it_was(submit: Callable, tmp_path: Path) -> None:
    text = f"""{pools()}
workflow:
  name: w
  tasks:
    - {{name: a, script: ['[ $SLURM_PROCID != 0 ] || echo a >>{tmp_path}/trace']}}
    - {{name: b, backend: cpus, depends_on: [a], script: ['echo b >>{tmp_path}/trace; [ -e {tmp_path}/gate ] || exec sleep 987305']}}
"""
    for _ in range(4):
        for name in ("trace", "gate"):
            (tmp_path / name).unlink(missing_ok=True)
        job = submit(text, "--requeue")
        job.wait_for("b", "RUNNING")
        while "b" not in (tmp_path / "trace").read_text():
            time.sleep(0.05)
        (tmp_path / "gate").touch()
        job.requeue(int(job.number) + 1)
        state = job.wait()
        if (state, job.exit_code) != (
            "FAILED",
            "143:0",
        ):  # now and then Slurm takes the script's end for that of the job
            break
    assert state == "COMPLETED", job.output
    assert (tmp_path / "trace").read_text().split() == ["a", "b", "b"]
    assert job.record["tasks"]["a"]["state"] == "SKIPPED"


HOSTS = """
workflow:
  name: w
  tasks:
    - {name: a, backend: cpus, script: [hostname]}
    - {name: b, script: [hostname]}
"""


def test_sflowc_run_allocates_both(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(f'version: "0.1"\n{pools()}{HOSTS}')
    done = subprocess.run(
        [SFLOWC, "run", "w.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    logs = [path.read_text() for task in "ab" for path in tmp_path.glob(f"sflow_output/*/{task}/{task}.log")]
    assert [sorted(re.findall(r"node\d", log)) for log in logs] == [["node1"], ["node2", "node3"]]


def test_a_job_that_is_not_heterogeneous_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(f'version: "0.1"\n{pools()}{HOSTS}')
    subprocess.run([SFLOWC, "build", "w.yaml", "-o", "w.sh"], cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run(
        ["salloc", "--quiet", "--nodes=3", "bash", "w.sh"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 78
    assert "no component 1 in this Slurm job" in done.stderr
    print(done.stderr, file=sys.stderr)
