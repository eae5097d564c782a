"""The cluster itself, before any of our scripts: it does what a real one does, or the tests that stand on it prove nothing."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from jobs import CLUSTER, FENCE, command

LAYOUT = "--nodes=2 --ntasks=4 --ntasks-per-node=2"


def allocate(script: str, *options: str, timeout: float = 60) -> str:
    """Runs a script inside an allocation; what it printed, in sorted lines."""
    done = subprocess.run(
        ["salloc", "--quiet", "--time=2", *options, "bash", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return "\n".join(sorted(done.stdout.splitlines()))


def test_four_nodes_with_eight_gpus_each() -> None:
    assert sorted(command("sinfo", "-h", "-N", "-p", "gpu", "-o", "%N %G").splitlines()) == [
        f"node{i} gpu:8" for i in range(1, 5)
    ]


def test_steps_run_side_by_side_on_distinct_nodes(tmp_path: Path) -> None:
    # Each step ends only when it has seen all the others begin.
    step = f"touch {tmp_path}/$1; until [ $(ls {tmp_path} | wc -l) = 3 ]; do sleep 0.05; done; hostname"
    script = f"""
        for i in 1 2 3; do timeout 30 srun --overlap --nodes=1 --ntasks=1 --nodelist=node$i bash -c '{step}' step $i & steps+=" $!"; done
        for step in $steps; do wait $step || exit; done
    """
    assert allocate(script, "--nodes=3") == "node1\nnode2\nnode3"


def test_steps_get_slices_of_the_gpus(tmp_path: Path) -> None:
    step = (
        f"touch {tmp_path}/$1; until [ $(ls {tmp_path} | wc -l) = 2 ]; do sleep 0.05; done; echo $CUDA_VISIBLE_DEVICES"
    )
    script = f"""
        for i in 1 2; do timeout 30 srun --exact --ntasks=1 --gres=gpu:3 bash -c '{step}' step $i & steps+=" $!"; done
        for step in $steps; do wait $step || exit; done
    """
    slices = allocate(script, "--ntasks=2", "--gres=gpu:6").splitlines()
    assert sorted(",".join(slices).split(",")) == ["0", "1", "2", "3", "4", "5"]
    assert [len(each.split(",")) for each in slices] == [3, 3]


def test_processes_on_two_nodes_meet_at_a_fence_of_pmix() -> None:
    printed = allocate(f"timeout 30 srun --mpi=pmix {LAYOUT} python3 {FENCE}", *LAYOUT.split())
    assert printed.splitlines() == [
        f"rank {rank} of 4 on node{1 + rank // 2} met node1 node1 node2 node2" for rank in range(4)
    ]


def test_without_pmix_there_is_no_fence() -> None:
    done = subprocess.run(
        ["srun", "--mpi=none", "python3", FENCE], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "PMIx_Init: status" in done.stderr


def test_a_heterogeneous_job() -> None:
    script = """
        echo "components $SLURM_HET_SIZE"
        for group in 0 1; do srun --het-group=$group bash -c 'echo "group $SLURM_JOB_ID $(hostname)"'; done
        step() { srun --overlap --het-group=1 --nodes=1 bash -c "$1"; }
        step 'squeue -h -s -o "steps %i"' | sed "s/$SLURM_JOB_ID_HET_GROUP_1/second/; s/$SLURM_JOB_ID/first/"
    """
    lines = allocate(script, "--nodes=1", ":", "--nodes=2").splitlines()
    groups = [line.split()[1:] for line in lines if line.startswith("group")]
    assert [node for _, node in groups] == ["node1", "node2", "node3"]
    assert len({job for job, _ in groups}) == 1, "every process believes to be in the first component's job"
    assert "components 2" in lines
    assert [line for line in lines if line.startswith("steps second.")], "and yet its step is the second component's"


def test_a_node_is_reached_from_another_by_name_and_by_address() -> None:
    script = """
        srun --overlap --nodes=1 --ntasks=1 --nodelist=node1 python3 -m http.server 28472 >/dev/null 2>&1 &
        reach() { srun --overlap --nodes=1 --ntasks=1 --nodelist=node2 bash -c 'exec 3<>/dev/tcp/$0/28472' "$1" 2>/dev/null; }
        for ((tries = 100; tries; tries--)); do ! reach node1 || break; sleep 0.1; done
        for host in node1 10.77.0.11 127.0.0.1 node2; do reach $host; echo "$host $?"; done
        kill $! || : # its step may have ended by itself; the job ends with this script
    """
    assert allocate(script, "--nodes=2").splitlines() == ["10.77.0.11 0", "127.0.0.1 1", "node1 0", "node2 1"]


def test_a_step_is_cancelled_and_its_job_goes_on(tmp_path: Path) -> None:
    script = f"""
        cd {tmp_path}
        timeout 50 srun --overlap bash -c 'trap "exit 44" TERM; echo $SLURM_STEP_ID >first; while :; do sleep 0.1; done' & first=$!
        timeout 50 srun --overlap bash -c 'touch second; until [ -e go ]; do sleep 0.1; done; echo second step done' & second=$!
        until [ -s first ] && [ -e second ]; do sleep 0.1; done
        scancel --signal=TERM $SLURM_JOB_ID.$(<first)
        wait $first; echo "first step $?"
        touch go
        wait $second; echo "second step $?"
    """
    assert allocate(script).splitlines() == ["first step 44", "second step 0", "second step done"]


def test_up_does_nothing_to_a_cluster_that_is_up(tmp_path: Path) -> None:
    def daemons() -> dict[str, list[str]]:
        return {
            name: sorted(
                subprocess.run(["pgrep", "-x", name], capture_output=True, text=True, check=False).stdout.split()
            )
            for name in ("slurmctld", "slurmd")
        }

    before = daemons()
    assert [len(pids) for pids in before.values()] == [1, 4]
    running = subprocess.Popen(
        ["srun", "--quiet", "bash", "-c", f"touch {tmp_path}/on; sleep 3; echo still here"], stdout=-1
    )
    while not (tmp_path / "on").exists() and running.poll() is None:
        time.sleep(0.05)
    began = time.monotonic()
    subprocess.run([CLUSTER / "up.sh"], check=True, timeout=60)
    assert time.monotonic() - began < 2
    assert daemons() == before
    assert running.communicate(timeout=30)[0] == b"still here\n"


@pytest.mark.parametrize("name", ["node1", "node4"])
def test_a_node_knows_its_own_name_and_address(name: str) -> None:
    said = command("srun", f"--nodelist={name}", "bash", "-c", 'echo "$(hostname) $SLURMD_NODENAME $(hostname -i)"')
    assert re.fullmatch(rf"{name} {name} 10\.77\.0\.1{name[-1]}", said.strip())
