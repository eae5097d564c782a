"""A whole serving stack on this host: real etcd, NATS and nginx, workers with GPUs of their own, a sweep through the proxy."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from workflow import of_the_run

FOLDER = Path(__file__).parent / "serving"
SFLOWC = Path(sys.executable).with_name("sflowc")


@pytest.fixture
def services(require: Callable[[str], str]) -> None:
    for program in ("etcd", "nats", "nginx"):
        require(program)


@pytest.mark.usefixtures("services")
def test_a_serving_stack(tmp_path: Path) -> None:
    script = tmp_path / "serving.sh"
    subprocess.run([SFLOWC, "build", FOLDER / "workflow.yaml", "-o", script], check=True, capture_output=True)
    done = subprocess.run(
        ["bash", script, "--workspace-dir", FOLDER, "--output-dir", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = (tmp_path / "out").iterdir()
    record = json.loads((run / "status.json").read_text())
    assert {task["state"] for task in record["tasks"].values()} == {"COMPLETED"}
    for concurrency in (1, 4):
        log = (run / f"bench_{concurrency}" / f"bench_{concurrency}.log").read_text()
        assert log == f"concurrency {concurrency}: 20 requests, served by decode/0 decode/1 prefill/0 prefill/1\n"
    gpus = [
        (run / task / f"{task}.log").read_text().splitlines()[0]
        for task in ("prefill_0", "prefill_1", "decode_0", "decode_1")
    ]
    assert [line.split()[-1] for line in gpus] == ["0,1", "2,3", "4,5", "6,7"]
    ready = {
        event["task"]: event["time"]
        for event in map(json.loads, (run / "events.jsonl").read_text().splitlines())
        if event.get("state") == "READY"
    }
    assert max(ready["etcd"], ready["nats"]) < ready["frontend"] < min(ready["prefill_0"], ready["proxy"])
    assert not of_the_run(run.name), "processes are left"
