"""`sflowc batch`: scripts for many workflows, all or none of them."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BASE = """\
version: "0.1"
variables:
  NODES: {type: integer, value: 1}
  LOAD: {type: integer, value: 1, domain: [1]}
  NAME: model
artifacts:
  MODEL: {uri: fs:///models/none}
backends:
  c: {type: slurm, nodes: "${{ variables.NODES }}", gpus_per_node: 8, time: "10"}
workflow:
  name: serve
"""
AGG = "workflow: {tasks: [{name: agg, resources: {gpus: {count: 4}}, script: ['serve $NAME $MODEL']}]}\n"
DISAGG = """\
variables: {PREFILL: {type: integer, value: 1}}
workflow:
  tasks:
    - {name: prefill, replicas: {count: "${{ PREFILL }}"}, resources: {gpus: {count: 2}}, script: [p]}
    - {name: decode, resources: {gpus: {count: 4}}, script: [d]}
"""
BENCH = "workflow: {tasks: [{name: bench, depends_on: [agg, prefill, decode], replicas: {variables: [LOAD]}, script: ['b $LOAD']}]}\n"
TABLE = """\
sflow_config_file,job_name,NODES,LOAD,PREFILL,MODEL,missable_tasks
base.yaml agg.yaml bench.yaml,,1,"[1, 8]",,fs:///models/a,prefill decode
base.yaml agg.yaml bench.yaml,agg big,2,[16],,fs:///models/b,prefill decode
base.yaml disagg.yaml bench.yaml,,1,"[1,2,4]",2,,agg
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name, text in (("base", BASE), ("agg", AGG), ("disagg", DISAGG), ("bench", BENCH)):
        (inputs / f"{name}.yaml").write_text(text)
    (inputs / "rows.csv").write_text(TABLE)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def results(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / "results.csv").read_text())))


def directives(script: Path) -> list[str]:
    return re.findall(r"^#SBATCH (.*)$", script.read_text(), re.MULTILINE)


BULK = ("batch", "--bulk-input", "in/rows.csv")


def test_a_script_and_its_workflow_for_each_row(sflowc: Callable, folder: Path) -> None:
    done = sflowc(*BULK, cwd=folder)
    assert names(folder / "rows") == [
        "agg_big_002.sh",
        "agg_big_002.yaml",
        "results.csv",
        "serve_001.sh",
        "serve_001.yaml",
        "serve_003.sh",
        "serve_003.yaml",
    ]
    assert done.stdout.splitlines()[-1] == "3 scripts in rows/; see rows/results.csv"
    for number, name in (("1", "serve_001"), ("2", "agg_big_002"), ("3", "serve_003")):
        script = folder / "rows" / f"{name}.sh"
        assert script.stat().st_mode & 0o777 == 0o755
        assert f"--bulk-input in/rows.csv --row {number}" in script.read_text()
        composed = sflowc("plan", f"{name}.yaml", "--format", "json", cwd=folder / "rows").stdout
        assert json.loads(composed)["workflow"] == "serve"
        subprocess.run(["bash", "-n", script], check=True, timeout=10)
    assert '--job-name="agg big"' in directives(folder / "rows" / "agg_big_002.sh")
    assert "--nodes=2" in directives(folder / "rows" / "agg_big_002.sh")
    plan = json.loads(sflowc("plan", "serve_003.yaml", "--format", "json", cwd=folder / "rows").stdout)
    assert [task["name"] for task in plan["tasks"]] == [
        "prefill_0",
        "prefill_1",
        "decode",
        "bench_1",
        "bench_2",
        "bench_4",
    ]
    found = results(folder / "rows")
    assert [row["script"] for row in found] == ["serve_001.sh", "agg_big_002.sh", "serve_003.sh"]
    assert [row["LOAD"] for row in found] == ["[1, 8]", "[16]", "[1,2,4]"]
    assert {row["job_id"] + row["error"] for row in found} == {""}


def test_the_table_wins_over_set_and_artifact_over_the_table(sflowc: Callable, folder: Path) -> None:
    sflowc(*BULK, "--set", "NODES=4", "-s", "NAME=x", "--artifact", "MODEL=fs:///mine", "--row", "2", cwd=folder)
    plan = json.loads(sflowc("plan", "rows/agg_big_002.yaml", "--format", "json", cwd=folder).stdout)
    assert plan["backends"]["c"]["nodes"] == 2
    assert plan["variables"]["NAME"] == "x"
    assert plan["artifacts"]["MODEL"]["path"] == "/mine"


def test_secrets_of_a_table_stay_in_it(sflowc: Callable, folder: Path) -> None:
    (folder / "in" / "base.yaml").write_text(BASE.replace("  NAME: model\n", "  NAME: model\n  HF_TOKEN: ''\n"))
    (folder / "in" / "rows.csv").write_text("sflow_config_file,HF_TOKEN\nbase.yaml agg.yaml,hush\n")
    done = sflowc(*BULK, "--format", "json", cwd=folder)
    assert [row["HF_TOKEN"] for row in results(folder / "rows")] == ["***"]
    holding = [path for path in (folder / "rows").iterdir() if "hush" in path.read_text()]
    assert {path.suffix: path.stat().st_mode & 0o777 for path in holding} == {".sh": 0o700, ".yaml": 0o600}
    assert "hush" not in done.stdout


def test_rows_are_selected(sflowc: Callable, folder: Path) -> None:
    sflowc(*BULK, "--row", "1:3", "-o", "some/where", cwd=folder)
    assert [row["row"] for row in results(folder / "some" / "where")] == ["1", "2"]
    assert "there is no row 4" in sflowc(*BULK, "--row", "4", cwd=folder, status=2).stderr


def test_bad_rows_are_told_together_and_nothing_is_written(sflowc: Callable, folder: Path) -> None:
    table = TABLE.replace(",1,", ",x,").replace(",2,[16]", ",1,[y]")
    (folder / "in" / "rows.csv").write_text(table)
    done = sflowc(*BULK, "--format", "json", cwd=folder, status=1)
    found = json.loads(done.stdout)["diagnostics"]
    places = {label["file"] + f":{label['line']}" for one in found for label in one.get("labels", [])} | {
        f"{one['file']}:{one['line']}" for one in found
    }
    assert {"in/rows.csv:2", "in/rows.csv:4"} <= places
    assert names(folder) == ["in"]


def test_a_second_batch_leaves_no_mix(sflowc: Callable, folder: Path) -> None:
    sflowc(*BULK, cwd=folder)
    (folder / "rows" / "slurm-1.out").write_text("of the user")
    (folder / "rows" / "serve_001.sh").write_text("old")
    sflowc(*BULK, "--row", "1", "--array", cwd=folder)
    assert names(folder / "rows") == ["results.csv", "rows_array.sh", "serve_001.sh", "serve_001.yaml", "slurm-1.out"]
    assert (folder / "rows" / "serve_001.sh").read_text().startswith("#!")
    assert names(folder) == ["in", "rows"]


def test_files_of_others_are_not_overwritten(sflowc: Callable, folder: Path) -> None:
    (folder / "rows").mkdir()
    (folder / "rows" / "serve_003.sh").write_text("mine")
    done = sflowc(*BULK, cwd=folder, status=1)
    assert "serve_003.sh is there" in done.stderr
    assert names(folder / "rows") == ["serve_003.sh"]
    assert names(folder) == ["in", "rows"]


def test_dry_run(sflowc: Callable, folder: Path) -> None:
    done = sflowc(*BULK, "--dry-run", "--submit", cwd=folder, env={"PATH": str(folder / "bin")})
    assert done.stdout.splitlines()[-1] == "3 scripts would be written to rows/"
    assert names(folder) == ["in"]


def test_arrays_are_of_one_shape(sflowc: Callable, folder: Path) -> None:
    sflowc(*BULK, "--array", "--max-running", "2", cwd=folder)
    arrays = [path for path in names(folder / "rows") if "array" in path]
    assert arrays == ["rows_array_1.sh", "rows_array_2.sh"]
    first, second = (directives(folder / "rows" / name) for name in arrays)
    assert "--array=1,3%2" in first
    assert "--nodes=1" in first
    assert "--array=2%2" in second
    assert "--nodes=2" in second


@pytest.fixture
def sbatch(folder: Path) -> Callable[[str], dict[str, str]]:
    """A stand-in for sbatch, in a few lines of bash: the environment in which it is found. What it was called with is in `calls`."""

    def make(body: str) -> dict[str, str]:
        program = folder / "bin" / "sbatch"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/bash\nprintf "%s\\n" "$*" >>{folder}/calls\n{body}\n')
        program.chmod(0o755)
        return {"PATH": f"{program.parent}:{os.environ['PATH']}"}

    return make


COUNT = 'echo "$((100 + $(wc -l <"${0%/*}/../calls")));cluster"'


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_submit(sflowc: Callable, folder: Path, sbatch: Callable) -> None:
    done = sflowc(*BULK, "--submit", "--after", "77", cwd=folder, env=sbatch(COUNT))
    assert [row["job_id"] for row in results(folder / "rows")] == ["101", "102", "103"]
    assert calls(folder)[0] == "--parsable --dependency=afterok:77 --kill-on-invalid-dep=yes rows/serve_001.sh"
    assert done.stdout.splitlines() == [
        "rows/serve_001.sh  job 101",
        "rows/agg_big_002.sh  job 102",
        "rows/serve_003.sh  job 103",
        "3 scripts in rows/, 3 of 3 submitted; see rows/results.csv",
    ]


def test_canary(sflowc: Callable, folder: Path, sbatch: Callable) -> None:
    sflowc(*BULK, "--submit", "--canary", cwd=folder, env=sbatch(COUNT))
    wait = "--dependency=afterok:101 --kill-on-invalid-dep=yes"
    assert calls(folder) == [
        "--parsable rows/serve_001.sh",
        f"--parsable {wait} rows/agg_big_002.sh",
        f"--parsable {wait} rows/serve_003.sh",
    ]


def test_a_canary_that_is_not_taken_keeps_the_others_back(sflowc: Callable, folder: Path, sbatch: Callable) -> None:
    sflowc(*BULK, "--submit", "--canary", cwd=folder, env=sbatch("exit 1"), status=1)
    assert len(calls(folder)) == 1
    assert [row["error"][:13] for row in results(folder / "rows")] == [
        "sbatch failed",
        "not submitted",
        "not submitted",
    ]


def test_one_that_is_not_taken_does_not_keep_the_rest(sflowc: Callable, folder: Path, sbatch: Callable) -> None:
    body = f'[[ $* != *big* ]] || {{ echo "invalid account" >&2; exit 1; }}\n{COUNT}'
    done = sflowc(*BULK, "--submit", "--format", "json", cwd=folder, env=sbatch(body), status=1)
    found = json.loads(done.stdout)["workflows"]
    assert [row["job_id"] for row in found] == ["101", "", "103"]
    assert found[1]["error"] == "sbatch failed with exit status 1: invalid account"
    assert [row["job_id"] for row in results(folder / "rows")] == ["101", "", "103"]


def test_no_sbatch(sflowc: Callable, folder: Path) -> None:
    done = sflowc(*BULK, "--submit", cwd=folder, env={"PATH": str(folder)}, status=1)
    assert done.stdout.count("no sbatch on this machine") == 3
    assert "rows/results.csv" in done.stdout


def test_array_elements_have_their_own_ids(sflowc: Callable, folder: Path, sbatch: Callable) -> None:
    sflowc(*BULK, "--submit", "--array", cwd=folder, env=sbatch(COUNT))
    assert [row["job_id"] for row in results(folder / "rows")] == ["101_1", "102", "101_3"]


SWEEP = ("batch", "-f", "in/base.yaml", "-f", "in/agg.yaml")


def test_sweeps(sflowc: Callable, folder: Path) -> None:
    sflowc(*SWEEP, "--sweep", "NODES=1,2", "--sweep", "NAME=a,b", cwd=folder)
    assert [(row["NODES"], row["NAME"]) for row in results(folder / "sweep")] == [
        ("1", "a"),
        ("1", "b"),
        ("2", "a"),
        ("2", "b"),
    ]
    sflowc(*SWEEP, "--sweep", "NODES=1,2", "--sweep", "NAME=a,b", "--zip", cwd=folder)
    assert [(row["NODES"], row["NAME"]) for row in results(folder / "sweep")] == [("1", "a"), ("2", "b")]


def test_a_sweep_as_a_table_gives_the_same(sflowc: Callable, folder: Path) -> None:
    sweep = (*SWEEP, "--sweep", "NODES=1,2", "--sweep", "LOAD=[1,2],[3]", "--zip")
    sflowc(*sweep, "-o", "one", cwd=folder)
    assert sflowc(*sweep, "--emit-csv", "sweep.csv", cwd=folder).stdout == ""
    sflowc(*sweep, "--emit-csv", "in/tables/sweep.csv", cwd=folder)
    assert "../base.yaml ../agg.yaml," in (folder / "in" / "tables" / "sweep.csv").read_text()
    sflowc("batch", "--bulk-input", "in/tables/sweep.csv", "--dry-run", cwd=folder)
    sflowc("batch", "--bulk-input", "sweep.csv", "-o", "two", cwd=folder)
    for name in ("serve_001.sh", "serve_002.sh"):
        one, two = ((folder / place / name).read_text().partition("if [")[2] for place in ("one", "two"))
        assert one == two


def test_a_bad_sweep(sflowc: Callable, folder: Path) -> None:
    assert "no sweep" in sflowc(*SWEEP, "--sweep", "NODES", cwd=folder, status=2).stderr
    assert "unknown-column" in sflowc(*SWEEP, "--sweep", "NODS=1,2", cwd=folder, status=1).stderr


def test_self_contained_workflows(sflowc: Callable, folder: Path) -> None:
    sflowc(*BULK, "-o", "rows", cwd=folder)
    sflowc(
        "batch", "--bulk-submit", "rows", "--bulk-submit", "rows/serve_00?.yaml", "-p", "gpu", "-o", "all", cwd=folder
    )
    assert [row["script"] for row in results(folder / "all")] == ["serve_001.sh", "serve_002.sh", "serve_003.sh"]
    assert "--partition=gpu" in directives(folder / "all" / "serve_001.sh")
    assert "No workflow file" in sflowc("batch", "--bulk-submit", "nothing*", cwd=folder, status=2).stderr


def test_one_workflow_with_options_of_its_job(sflowc: Callable, folder: Path) -> None:
    options = (
        "-N",
        "3",
        "-G",
        "4",
        "-p",
        "gpu",
        "-A",
        "research",
        "--time",
        "2:00:00",
        "-J",
        "it",
        "-O",
        "%j.out",
        "-E",
        "%j.err",
    )
    sflowc(
        "batch",
        "in/base.yaml",
        "in/agg.yaml",
        *options,
        "-e",
        "--exclusive",
        "-e",
        "--mem=0",
        "-o",
        "job.sh",
        cwd=folder,
    )
    found = directives(folder / "job.sh")
    wanted = ["--job-name=it", "--nodes=3", "--account=research", "--partition=gpu", "--time=2:00:00"]
    assert set(wanted) | {"--output=%j.out", "--error=%j.err", "--exclusive", "--mem=0"} <= set(found)
    assert (folder / "job.sh").stat().st_mode & 0o777 == 0o755
    assert names(folder) == ["in", "job.sh"]


def test_one_workflow_is_named_after_itself_and_submitted(sflowc: Callable, folder: Path, sbatch: Callable) -> None:
    done = sflowc("batch", "in/base.yaml", "in/agg.yaml", "--submit", cwd=folder, env=sbatch(COUNT))
    assert done.stdout == "serve.sh  job 101\n"
    assert calls(folder) == ["--parsable serve.sh"]


def test_options_of_a_job_need_one(sflowc: Callable, folder: Path) -> None:
    (folder / "local.yaml").write_text('version: "0.1"\nworkflow: {name: w, tasks: [{name: t, script: [x]}]}\n')
    done = sflowc("batch", "local.yaml", "-p", "gpu", cwd=folder, status=1)
    assert "--partition is about a slurm backend, and there is none" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "at least one workflow file"),
        (("--bulk-input", "in/rows.csv", "in/base.yaml"), "leave out in/base.yaml"),
        (("--bulk-input", "in/rows.csv", "--sweep", "A=1"), "exclude each other"),
        (("--bulk-input", "in/none.csv"), "Cannot read in/none.csv"),
        (("--bulk-input", "in/rows.csv", "--max-running", "2"), "--max-running needs --array"),
        (("--bulk-input", "in/rows.csv", "--canary"), "--canary needs --submit"),
        (("in/base.yaml", "in/agg.yaml", "--row", "1"), "--row needs --bulk-input"),
        (("in/base.yaml", "in/agg.yaml", "--zip"), "--zip needs --sweep"),
        (("--bulk-input", "in/rows.csv", "--emit-csv", "x.csv"), "--emit-csv needs --sweep"),
    ],
)
def test_usage(sflowc: Callable, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in sflowc("batch", *arguments, cwd=folder, status=2).stderr


def test_many_rows_are_compiled_by_several_processes_to_the_same(sflowc: Callable, folder: Path) -> None:
    rows = "".join(f"base.yaml agg.yaml,{number}\n" for number in range(1, 61))
    (folder / "in" / "many.csv").write_text(f"sflow_config_file,NAME\n{rows}")
    sflowc("batch", "--bulk-input", "in/many.csv", cwd=folder)
    assert len(names(folder / "many")) == 121
    before = (folder / "many" / "serve_060.sh").read_bytes()
    sflowc("batch", "--bulk-input", "in/many.csv", "--row", "60", "-o", "last", cwd=folder)
    assert (folder / "last" / "serve_060.sh").read_bytes() == before


def test_a_bar_on_a_terminal(folder: Path) -> None:
    command = [str(Path(sys.executable).with_name("sflowc")), *BULK]
    reading, writing = pty.openpty()
    done = subprocess.run(
        command,
        cwd=folder,
        stderr=writing,
        stdout=subprocess.PIPE,
        check=False,
        timeout=60,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(writing)
    shown = os.read(reading, 65536).decode()
    os.close(reading)
    assert done.returncode == 0
    assert "Compiling" in shown
    assert "3/3" in shown


def test_rows_that_are_compiled_together_are_those_that_are_compiled_alone(tmp_path: Path) -> None:
    """What rows share is computed once: a command for each row, in a process of its own, shares nothing."""
    command = [str(Path(sys.executable).with_name("sflowc"))]
    subprocess.run([*command, "sample", "inference", "-o", "."], cwd=tmp_path, check=True, capture_output=True)
    job = [*command, "batch", "--bulk-input", "sweep.csv", "--set", "SLURM_ACCOUNT=a", "--set", "SLURM_PARTITION=p"]
    subprocess.run([*job, "-o", "all"], cwd=tmp_path, check=True, capture_output=True)
    with (tmp_path / "sweep.csv").open(encoding="utf-8") as table:
        numbers = range(1, len(list(csv.DictReader(table))) + 1)
    for number in numbers:
        subprocess.run(
            [*job, "--row", str(number), "-o", f"row{number}"], cwd=tmp_path, check=True, capture_output=True
        )
    alone = {path.name: path.read_bytes() for path in tmp_path.glob("row*/*_*") if path.name != "results.csv"}
    together = {path.name: path.read_bytes() for path in (tmp_path / "all").glob("*_*")}
    assert len(together) == 2 * len(numbers)
    assert alone == together


def test_a_row_leaves_nothing_behind_for_the_next_one_of_the_same_files(sflowc: Callable, folder: Path) -> None:
    rows = ["1,[1],a", "2,[1; 8],b", ",,", "1,[1],a", ",,", "2,[1; 8],a"]
    head = "sflow_config_file,job_name,NODES,LOAD,NAME,missable_tasks\n"
    text = [f"base.yaml agg.yaml bench.yaml,same,{row},prefill decode\n" for row in rows]
    (folder / "in" / "again.csv").write_text(head + "".join(text).replace("[1; 8]", '"[1, 8]"'), encoding="utf-8")
    sflowc("batch", "--bulk-input", "in/again.csv", "-o", "again", cwd=folder)
    scripts = [(folder / "again" / f"same_{number:03}.sh").read_text("utf-8") for number in range(1, 7)]
    bodies = [script.partition("\n\n")[2] for script in scripts]
    assert bodies[0] == bodies[3]
    assert bodies[2] == bodies[4]
    assert len(set(bodies)) == 4
