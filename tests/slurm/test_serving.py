"""The serving stack of tests/run/serving as one Slurm job: services on one node, workers on the GPUs of two."""

from collections.abc import Callable
from pathlib import Path

from workflow import of_the_run

FOLDER = Path(__file__).parents[1] / "run" / "serving"


def test_a_serving_stack_over_two_nodes(submit: Callable, require: Callable[[str], str]) -> None:
    for program in ("etcd", "nats", "nginx"):
        require(program)
    text = (FOLDER / "workflow.yaml").read_text()
    local = "cluster: {type: local, gpus_per_node: 8}"
    assert local in text
    text = text.replace(local, 'cluster: {type: slurm, nodes: 2, gpus_per_node: 8, time: "5"}')
    text = text.replace("GPUS_PER_WORKER: {type: integer, value: 2}", "GPUS_PER_WORKER: {type: integer, value: 4}")
    job = submit(text, arguments=("run", "--workspace-dir", str(FOLDER), "--output-dir", "sflow_output"))
    assert job.wait(timeout=120) == "COMPLETED", job.output
    assert not of_the_run(job.directory.name), "processes are left"
    for concurrency in (1, 4):
        served = f"concurrency {concurrency}: 20 requests, served by decode/0 decode/1 prefill/0 prefill/1"
        assert served in job.log(f"bench_{concurrency}")
    where = {task: job.log(task).splitlines()[0] for task in ("prefill_0", "prefill_1", "decode_0", "decode_1")}
    assert where == {
        "prefill_0": "0: on node1 with GPUs 0,1,2,3",
        "prefill_1": "0: on node1 with GPUs 4,5,6,7",
        "decode_0": "0: on node2 with GPUs 0,1,2,3",
        "decode_1": "0: on node2 with GPUs 4,5,6,7",
    }
