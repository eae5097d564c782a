"""Compiled workflows on a real Slurm cluster of four nodes with eight GPUs each."""

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from jobs import FENCE, Job, Stubs

from_backend = """
backends: [{{name: c, type: slurm, nodes: {nodes}, gpus_per_node: 8, time: "{time}"}}]
"""


def backend(nodes: int = 1, time: str = "5") -> str:
    return from_backend.format(nodes=nodes, time=time)


def processes(mark: str) -> list[str]:
    """Processes on any node (they are all of this machine) with the mark in their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if mark in command:
            found.append(command)
    return found


def gone(mark: str, timeout: float = 15) -> bool:
    end = time.monotonic() + timeout
    while processes(mark) and time.monotonic() < end:
        time.sleep(0.1)
    return not processes(mark)


def test_slurm_services_sample(submit: Callable, root: Path) -> None:
    text = (root / "samples" / "slurm_services.yaml").read_text().replace('version: "0.1"', "")
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    assert job.exit_code == "0:0"
    assert "failed: 0" in job.log("client")
    assert job.record["state"] == "COMPLETED"
    assert job.record["job_id"] == job.number


def test_a_step_over_several_nodes(submit: Callable) -> None:
    text = f"{backend(3)}\nworkflow: {{name: w, tasks: [{{name: t, script: [hostname]}}]}}"
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    assert sorted(re.findall(r"^\d: (node\d)$", job.log("t"), re.MULTILINE)) == ["node1", "node2", "node3"]


def test_outputs_are_read_behind_the_labels_of_a_step(submit: Callable) -> None:
    text = f"""{backend(2)}
workflow:
  name: w
  tasks:
    - {{name: t, script: ['echo "epoch $SLURM_PROCID: loss 0.50"'], outputs: [{{pattern: "{{what}}: loss {{loss:f}}"}}]}}
    - {{name: after, depends_on: [t], script: ['cat "$SFLOW_WORKFLOW_OUTPUT_DIR/t/outputs.json"'], resources: {{nodes: {{count: 1}}}}}}
"""
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    assert re.sub(r"^0: ", "", job.log("after"), flags=re.MULTILINE) in (
        '{\n  "what": ["epoch 0", "epoch 1"],\n  "loss": [0.50, 0.50]\n}\n',
        '{\n  "what": ["epoch 1", "epoch 0"],\n  "loss": [0.50, 0.50]\n}\n',
    )


def test_gpu_slices_on_the_right_nodes(submit: Callable) -> None:
    text = f"""{backend(2)}
workflow:
  name: w
  tasks:
    - name: t
      replicas: {{count: 3}}
      resources: {{gpus: {{count: 4}}}}
      script: ['echo "$(hostname) $CUDA_VISIBLE_DEVICES $SFLOW_TASK_ASSIGNED_NODE_NAMES $SFLOW_TASK_ASSIGNED_NODE_IPS"']
"""
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    logs = [job.log(f"t_{i}").removeprefix("0: ").split() for i in range(3)]
    assert logs == [
        ["node1", "0,1,2,3", "node1", "10.77.0.11"],
        ["node1", "4,5,6,7", "node1", "10.77.0.11"],
        ["node2", "0,1,2,3", "node2", "10.77.0.12"],
    ]


def test_a_service_on_one_node_is_probed_from_another(submit: Callable) -> None:
    text = f"""{backend(2)}
workflow:
  name: w
  variables: {{ADDRESS: "${{{{ backends.c.nodes[1].ip_address }}}}"}}
  tasks:
    - name: server
      resources: {{nodes: {{indices: [1]}}}}
      script: [exec python3 -m http.server 28471]
      probes: {{readiness: {{http_get: {{url: "http://${{{{ variables.ADDRESS }}}}:28471/"}}, interval: 0.2}}}}
    - name: client
      resources: {{nodes: {{indices: [0]}}}}
      depends_on: [server]
      script: ['echo "$(hostname) asks $ADDRESS"; exec 3<>/dev/tcp/$ADDRESS/28471']
"""
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    assert "node1 asks 10.77.0.12" in job.log("client")


def test_mpi_pmix(submit: Callable) -> None:
    text = f"""{backend(2).replace("nodes: 2", "nodes: 2, exclusive: true")}
operators: [{{name: mpi, type: srun, mpi: pmix, ntasks: 4, ntasks_per_node: 2}}]
workflow: {{name: w, tasks: [{{name: t, operator: mpi, script: ['exec python3 {FENCE}']}}]}}
"""
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    met = "met node1 node1 node2 node2"
    assert sorted(re.findall(r"^\d: rank .*$", job.log("t"), re.MULTILINE)) == [
        f"{rank}: rank {rank} of 4 on node{1 + rank // 2} {met}" for rank in range(4)
    ]


def test_a_failed_job_says_so_in_its_exit_code(submit: Callable) -> None:
    job = submit(
        f"{backend(2)}\nworkflow: {{name: w, tasks: [{{name: t, script: ['[ $SLURM_PROCID = 0 ] || exit 9']}}]}}"
    )
    assert job.wait() == "FAILED", job.output
    assert job.exit_code == "9:0"
    assert "exit status 9" in job.record["reason"]


def test_variables_named_like_slurms_reach_the_task_and_do_not_steer_srun(submit: Callable) -> None:
    text = f"""
variables: {{SLURM_PARTITION: nowhere, SLURM_TIMELIMIT: 1, SLURM_NTASKS: 7}}{backend()}
workflow: {{name: w, tasks: [{{name: t, script: ['echo "$SLURM_PARTITION $SLURM_TIMELIMIT $SLURM_NTASKS"']}}]}}
"""
    job = submit(text)
    assert job.wait() == "COMPLETED", job.output
    assert job.log("t") == "0: nowhere 1 7\n"


SERVICE = """
workflow:
  name: w
  tasks:
    - name: server
      script: ["echo up; exec sleep 98720{mark}"]
      probes: {{readiness: {{log_watch: {{match_pattern: up}}, interval: 0.1}}}}
    - {{name: client, depends_on: [server], script: [exec sleep 98720{mark}]}}
"""


def test_scancel_ends_the_run_in_order(submit: Callable) -> None:
    job = submit(backend(2) + SERVICE.format(mark=1))
    job.wait_for("client", "RUNNING")
    subprocess.run(["scancel", job.number], check=True)
    assert job.wait() == "CANCELLED"
    assert gone("sleep 987201")
    assert job.record["state"] == "CANCELLED"
    assert job.record["exit_status"] == 143
    assert {task["state"] for task in job.record["tasks"].values()} == {"CANCELLED"}


LAST_WORDS = """{backend}
workflow:
  name: w
  on_timeout: {{lead: 5m, script: ['echo "$SFLOW_SECONDS_LEFT ${{{{ backends.c.nodes[0].name }}}}"', {line}]}}
  tasks:
    - {{name: first, script: ['echo first >>{folder}/trace']}}
    - name: train
      depends_on: [first]
      script: ['echo train >>{folder}/trace; echo loss 0.5; [ -e {folder}/gate ] || exec sleep 987210']
      outputs: [{{pattern: 'loss {{loss:g}}'}}]
"""


def last_words(line: str, folder: Path) -> str:
    return LAST_WORDS.format(backend=backend(1, time="10"), line=json.dumps(line), folder=folder)


def trace(folder: Path, wanted: str) -> None:
    """Returns when the tasks have come so far: RUNNING is said before a step has begun."""
    end = time.monotonic() + 30
    while not (folder / "trace").exists() or wanted not in (folder / "trace").read_text():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_job_has_last_words_before_its_time_limit(submit: Callable, tmp_path: Path) -> None:
    job = submit(last_words("squeue -h -s -j $SLURM_JOB_ID -o %j; exit 3", tmp_path))
    trace(tmp_path, "train")
    assert job.show()["TimeLimit"] == "00:10:00"
    subprocess.run(["scancel", "--signal=USR2", "--batch", job.number], check=True)
    assert job.wait() == "FAILED", job.output
    assert job.exit_code == "124:0"
    first, *steps = (job.directory / "on_timeout.log").read_text().splitlines()
    seconds, node = first.split()
    assert 500 < int(seconds) <= 585, "what squeue says is left, less what stopping takes"
    assert node == "node1"
    assert "train" in steps, "the task goes on while they are spoken"
    assert "on_timeout has failed with exit status 3" in job.output
    assert job.record["tasks"]["train"]["state"] == "CANCELLED"
    assert json.loads((job.directory / "train" / "outputs.json").read_text()) == {"loss": 0.5}
    assert gone("sleep 987210")


def test_a_job_that_queues_itself_again_as_its_last_words_goes_on_where_it_was(
    submit: Callable, tmp_path: Path
) -> None:
    job = submit(last_words(f"touch {tmp_path}/gate; scontrol requeue $SLURM_JOB_ID; sleep 60", tmp_path), "--requeue")
    trace(tmp_path, "train")
    subprocess.run(["scancel", "--signal=USR2", "--batch", job.number], check=True)
    job.wait_until_restarted()
    assert job.wait() == "COMPLETED", job.output
    assert (tmp_path / "trace").read_text().split() == ["first", "train", "train"]
    assert job.record["tasks"]["first"]["state"] == "SKIPPED"
    assert json.loads((job.directory / "train" / "outputs.json").read_text()) == {"loss": 0.5}


def test_a_job_that_is_preempted_has_last_words_as_far_as_the_grace_allows(submit: Callable, tmp_path: Path) -> None:
    text = last_words("sleep 1; echo said", tmp_path).replace("nodes: 1", "nodes: 4, partition: spare, exclusive: true")
    job = submit(text)
    trace(tmp_path, "train")
    other = subprocess.run(
        ["sbatch", "--parsable", "--partition=gpu", "--nodes=4", "--exclusive", "--output=/dev/null", "--wrap=true"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    job.wait()
    first, *_, last = (job.directory / "on_timeout.log").read_text().splitlines()
    assert 5 <= int(first.split()[0]) <= 15, "the grace, less what stopping takes"
    assert last == "said"
    assert set(json.loads((job.directory / "train" / "outputs.json").read_text())) == {"loss"}
    assert job.record["reason"].startswith("the job was preempted (")
    assert gone("sleep 987210")
    assert Job(other, tmp_path).wait() == "COMPLETED"


def test_a_kill_of_the_batch_script_leaves_no_step(submit: Callable) -> None:
    job = submit(backend(2) + SERVICE.format(mark=3))
    job.wait_for("client", "RUNNING")
    pid = (job.directory / "status.json").read_text().split('"pid": ')[1].split(",")[0]
    subprocess.run(["kill", "-KILL", pid], check=True)
    assert job.wait() in ("FAILED", "CANCELLED")
    assert gone("sleep 987203")


def test_a_step_that_ignores_term_is_killed(submit: Callable) -> None:
    text = f"{backend()}\nworkflow: {{name: w, tasks: [{{name: t, timeout: 1, script: [\"trap '' TERM; while :; do sleep 0.987204; done\"]}}]}}"
    job = submit(text, edit=lambda text: text.replace("SF_GRACE=1000", "SF_GRACE=100"))
    assert job.wait() == "FAILED", job.output
    assert job.exit_code == "124:0"
    assert gone("sleep 0.987204")


def test_a_requeued_job_goes_on_where_it_was(submit: Callable, tmp_path: Path) -> None:
    text = f"""{backend()}
workflow:
  name: w
  tasks:
    - {{name: a, script: ['echo a >>{tmp_path}/trace']}}
    - {{name: b, depends_on: [a], script: ['echo b >>{tmp_path}/trace; [ -e {tmp_path}/gate ] || exec sleep 987205']}}
"""
    job = submit(text, "--requeue")
    job.wait_for("b", "RUNNING")
    while "b" not in (tmp_path / "trace").read_text():  # RUNNING is said before the step has begun
        time.sleep(0.05)
    (tmp_path / "gate").touch()
    job.requeue()
    assert job.wait() == "COMPLETED", job.output
    assert (tmp_path / "trace").read_text().split() == ["a", "b", "b"]
    assert job.record["tasks"]["a"]["state"] == "SKIPPED"


ADDRESSES = f"{backend(2)}\nworkflow: {{name: w, tasks: [{{name: t, script: ['echo $SFLOW_TASK_ASSIGNED_NODE_IPS']}}]}}"
NODES_ASKED = "10.77.0.11,10.77.0.12"


def addresses(submit: Callable) -> str:
    job = submit(ADDRESSES)
    assert job.wait() == "COMPLETED", job.output
    (line,) = set(re.findall(r"^\d: (.*)$", job.log("t"), re.MULTILINE))
    return line


def test_slurm_23_knows_the_addresses(submit: Callable, stubs: Stubs) -> None:
    stubs.add(
        "scontrol", 'if [ "$1" != getaddrs ]; then real "$@"; else printf "node%d: 192.0.2.%d:6818\\n" 1 1 2 2; fi'
    )
    stubs.add("getent", 'real "$@"')
    assert addresses(submit) == "192.0.2.1,192.0.2.2"
    assert [call for call in stubs.calls if "getaddrs" in call] == ["scontrol getaddrs node[1-2]"]
    assert not [call for call in stubs.calls if call.startswith("getent")]


def test_an_older_slurm_leaves_addresses_to_the_resolver(submit: Callable, stubs: Stubs) -> None:
    stubs.add("getent", 'case $2 in node1 | node2) echo "198.51.100.${2#node} STREAM $2" ;; *) exit 2 ;; esac')
    stubs.add("srun", 'real "$@"')
    assert addresses(submit) == "198.51.100.1,198.51.100.2"
    assert not [call for call in stubs.calls if "hostname -i" in call]


@pytest.mark.parametrize(
    "getent",
    [
        pytest.param("exit 2", id="knows no such name"),
        pytest.param('[ "$2" = node1 ] || exit 2; echo "198.51.100.1 STREAM node1"', id="knows one of them"),
        pytest.param('echo "127.0.1.1 STREAM $2"', id="gives every name the loopback"),
    ],
)
def test_nodes_that_the_resolver_does_not_know_are_asked(submit: Callable, stubs: Stubs, getent: str) -> None:
    stubs.add("getent", getent)
    stubs.add("srun", 'real "$@"')
    assert addresses(submit) == NODES_ASKED
    assert len([call for call in stubs.calls if "hostname -i" in call]) == 1


def test_without_a_resolver_the_nodes_are_asked(submit: Callable, stubs: Stubs) -> None:
    stubs.hide("getent")
    assert addresses(submit) == NODES_ASKED


def test_outside_a_job_the_script_says_what_to_do(tmp_path: Path, submit: Callable) -> None:
    job = submit(f"{backend()}\nworkflow: {{name: w, tasks: [{{name: t, script: ['true']}}]}}")
    job.wait()
    done = subprocess.run(
        ["bash", job.folder / "job.sbatch.sh"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 78
    assert "submit this script with sbatch" in done.stderr


def test_variables_are_changed_when_a_job_is_submitted(submit: Callable) -> None:
    text = """
variables: {SLURM_TIMELIMIT: 1, N: {type: integer, value: 1, domain: [1, 2]}, NODES: 1}
backends: [{name: c, type: slurm, nodes: "${{ NODES }}", time: "5"}]
workflow: {name: w, tasks: [{name: t, script: ['echo "$SLURM_TIMELIMIT $N"']}]}
"""
    job = submit(text, arguments=("--set", "SLURM_TIMELIMIT=a  'b'", "--set", "N=2"))
    assert job.wait() == "COMPLETED", job.output
    assert job.log("t") == "0: a  'b' 2\n"
    assert job.record["overrides"] == {"SLURM_TIMELIMIT": "a  'b'", "N": "2"}
    refused = submit(text, arguments=("--set", "NODES=2"))
    assert refused.wait() == "FAILED"
    assert refused.exit_code == "64:0"
    assert "it shaped the nodes of backend c" in refused.output
