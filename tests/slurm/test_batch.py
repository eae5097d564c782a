"""What `sflowc batch` makes and submits, on a real Slurm cluster."""

import csv
import json
import re
import subprocess
import time
from pathlib import Path

import pytest
from jobs import SFLOWC, command
from sflowc.runs.standing import ENDED

BASE = """\
version: "0.1"
variables:
  SLURM_NODES: {type: integer, value: 1}
  CONCURRENCY: {type: integer, value: 1, domain: [1]}
  GATE: ""
backends:
  c: {type: slurm, nodes: "${{ variables.SLURM_NODES }}", gpus_per_node: 8, time: "5"}
workflow: {name: serve}
"""
AGG = """\
variables: {TP: {type: integer, value: 1}}
workflow: {tasks: [{name: agg, resources: {gpus: {count: "${{ TP }}"}}, script: ['[ ! "$GATE" ] || test -e "$GATE" || exit 3', 'echo "agg on $CUDA_VISIBLE_DEVICES"']}]}
"""
DISAGG = """\
variables: {CTX: {type: integer, value: 1}, GEN: {type: integer, value: 1}}
workflow:
  tasks:
    - {name: prefill, replicas: {count: "${{ CTX }}"}, resources: {gpus: {count: 1}}, script: [echo prefill]}
    - {name: decode, replicas: {count: "${{ GEN }}"}, resources: {gpus: {count: 2}}, script: [echo decode]}
"""
BENCH = """\
workflow:
  tasks:
    - {name: bench, depends_on: [agg, prefill, decode], replicas: {variables: [CONCURRENCY], policy: sequential}, script: ['echo "load $CONCURRENCY"'], outputs: [{pattern: "load {load:d}"}]}
"""
NINE = """\
sflow_config_file,SLURM_NODES,TP,CTX,GEN,CONCURRENCY,missable_tasks
base.yaml disagg.yaml bench.yaml,1,,2,1,"[1,2]",agg
base.yaml disagg.yaml bench.yaml,1,,1,2,[4],agg
base.yaml disagg.yaml bench.yaml,2,,4,2,"[8, 16]",agg
base.yaml disagg.yaml bench.yaml,2,,8,2,[64],agg
base.yaml agg.yaml bench.yaml,1,1,,,[1],prefill decode
base.yaml agg.yaml bench.yaml,1,2,,,"[1,2,4]",prefill decode
base.yaml agg.yaml bench.yaml,1,4,,,[8],prefill decode
base.yaml agg.yaml bench.yaml,1,8,,,[16],prefill decode
base.yaml agg.yaml bench.yaml,2,8,,,[32],prefill decode
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("base", BASE), ("agg", AGG), ("disagg", DISAGG), ("bench", BENCH)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def batch(folder: Path, *arguments: str, table: str = NINE, status: int = 0) -> list[dict[str, str]]:
    (folder / "nine.csv").write_text(table)
    done = subprocess.run(
        [SFLOWC, "batch", "--bulk-input", "nine.csv", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == status, done.stdout + done.stderr
    with (folder / "nine" / "results.csv").open() as file:
        return list(csv.DictReader(file))


def state(job: str) -> str:
    found = re.search(r"JobState=(\S+)", command("scontrol", "show", "job", job))
    return found[1] if found else ""


def wait(*jobs: str, timeout: float = 90) -> list[str]:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        states = [state(job) for job in jobs]
        if ENDED.issuperset(states):
            return states
        time.sleep(0.2)
    subprocess.run(["scancel", *jobs], check=False)
    raise AssertionError(f"{dict(zip(jobs, states, strict=True))} within {timeout} s")


def collected(folder: Path, *names: str) -> list[tuple[object, ...]]:
    """These columns of the runs' outputs."""
    done = subprocess.run(
        [SFLOWC, "collect", "sflow_output", "nine", "--json"],
        cwd=folder, capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    return [tuple(row.get(name) for name in names) for row in json.loads(done.stdout)["rows"]]


def test_nine_rows_are_taken_and_run(folder: Path) -> None:
    rows = batch(folder, "--submit")
    assert [row["error"] for row in rows] == [""] * 9
    assert wait(*(row["job_id"] for row in rows)) == ["COMPLETED"] * 9
    logs = {path.parent.name for path in folder.glob("sflow_output/*/bench_*/bench_*.log")}
    assert {"bench_1", "bench_2", "bench_4", "bench_8", "bench_16", "bench_32", "bench_64"} <= logs
    assert sorted(path.read_text() for path in folder.glob("sflow_output/*/agg/agg.log"))[0].startswith("0: agg on 0")
    loads = [(1, 1), (1, 2), (2, 4), (3, 8), (3, 16), (4, 64), (5, 1), (6, 1), (6, 2), (6, 4), (7, 8), (8, 16), (9, 32)]
    found = collected(folder, "batch_row", "CONCURRENCY", "load", "job_id", "state")
    on_two = (3, 4, 9)  # where each of two nodes prints it
    right = [
        (row, load, [load, load] if row in on_two else load, rows[row - 1]["job_id"], "COMPLETED")
        for row, load in loads
    ]
    assert found == right


def test_an_array_runs_each_row(folder: Path) -> None:
    rows = batch(folder, "--array", "--max-running", "2", "--submit", "--row", "5:9")
    assert {row["job_id"] for row in rows} == {
        f"{rows[0]['job_id'].partition('_')[0]}_{number}" for number in (5, 6, 7, 8)
    }
    assert wait(*(row["job_id"] for row in rows)) == ["COMPLETED"] * 4
    assert len(list(folder.glob("sflow_output/*/agg/agg.log"))) == 4
    found = collected(folder, "batch_row", "TP", "load", "state")
    assert found == [
        (row, tp, load, "COMPLETED")
        for row, tp, load in ((5, 1, 1), (6, 2, 1), (6, 2, 2), (6, 2, 4), (7, 4, 8), (8, 8, 16))
    ]


def test_all_wait_for_the_canary(folder: Path) -> None:
    gate = folder / "gate"
    table = NINE.replace("SLURM_NODES,TP", "GATE,SLURM_NODES,TP").replace("bench.yaml,", f"bench.yaml,{gate},")
    rows = batch(folder, "--canary", "--submit", "--row", "5,6,7", table=table)
    canary, *others = (row["job_id"] for row in rows)
    assert wait(canary) == ["FAILED"]  # there is no gate
    assert wait(*others, timeout=150) == ["CANCELLED", "CANCELLED"]
    assert collected(folder, "batch_row", "state", "load")[1:] == [(6, "MISSING", None)] * 3 + [(7, "MISSING", None)]
    gate.touch()
    rows = batch(folder, "--canary", "--submit", "--row", "5,6,7", table=table)
    dependency = command("scontrol", "show", "job", rows[1]["job_id"])
    assert f"afterok:{rows[0]['job_id']}" in dependency or state(rows[0]["job_id"]) == "COMPLETED"
    assert wait(*(row["job_id"] for row in rows)) == ["COMPLETED"] * 3


def test_what_slurm_does_not_take_is_said_for_its_row(folder: Path) -> None:
    rows = batch(folder, "--submit", "--row", "1,2", "-p", "no-such-partition", status=1)
    assert all("invalid partition" in row["error"].lower() for row in rows), rows
    assert {row["job_id"] for row in rows} == {""}
