"""Samples that are folders. samples/inference: every server with every benchmark compiles, fits, and is what stands in
golden/inference; so is samples/dynamo_mocker.

Plans are kept for all combinations, scripts for two. `make golden` writes them anew.
"""

import csv
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot
from sflowc.cli.shellcheck import lint_with
from sflowc.driver import Lint, compile_workflow
from sflowc.ir.dump import plan_to_json
from sflowc.ir.plan import Plan
from sflowc.source.compose import Overrides
from sflowc.targets import default_target

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "samples" / "inference"
GOLDEN = ROOT / "golden" / "inference"
SERVERS = ("vllm", "sglang", "trtllm")
BENCHMARKS = ("aiperf", "infmax")
ROLES = {"agg": ("agg",), "disagg": ("prefill", "decode")}
SIZES = {
    "": {},
    ".nodes": {"SLURM_NODES": 5, "NUM_FRONTENDS": 3, "AGG_TP": 16, "PREFILL_TP": 8, "DECODE_TP": 8, "DECODE_PP": 2},
}
SCRIPTS = ("vllm.agg.aiperf", "trtllm.disagg.infmax.nodes")


@dataclass(frozen=True)
class Combination:
    """Files of the library, what is set, and the tasks that may be absent."""

    name: str
    files: tuple[str, ...]
    sets: tuple[str, ...]
    missable: tuple[str, ...]
    artifacts: tuple[str, ...] = ()
    folder: str = "inference"

    def compile(self, lint: Lint | None = None) -> Plan:
        sources = [(name, (ROOT / "samples" / self.folder / name).read_bytes()) for name in self.files]
        done = compile_workflow(sources, Overrides(self.sets, self.artifacts, self.missable), lint=lint)
        assert done.plan is not None, done.diagnostics
        assert {each.code for each in done.diagnostics} <= {"missable-task"}, done.diagnostics
        return done.plan


def _combination(server: str, mode: str, benchmark: str, size: str) -> Combination:
    roles = ROLES[mode]
    files = ("slurm.yaml", "infra.yaml", *(f"{server}/{role}.yaml" for role in roles), f"bench/{benchmark}.yaml")
    mine = {name: value for name, value in SIZES[size].items() if _belongs(name, roles)}
    absent = tuple(role for role in ("agg", "prefill", "decode") if role not in roles)
    sets = tuple(f"{name}={value}" for name, value in mine.items())
    return Combination(f"{server}.{mode}.{benchmark}{size}", files, sets, absent)


def _belongs(name: str, roles: tuple[str, ...]) -> bool:
    role = name.split("_")[0].lower()
    return role in roles or role not in ("agg", "prefill", "decode")


MOCKERS = [
    Combination("dynamo_mocker.agg", ("base.yaml", "agg.yaml"), (), ("prefill", "decode"), folder="dynamo_mocker"),
    Combination("dynamo_mocker.disagg", ("base.yaml", "disagg.yaml"), (), ("agg",), folder="dynamo_mocker"),
]
ALL = [_combination(*choice) for choice in itertools.product(SERVERS, ROLES, BENCHMARKS, SIZES)]


def _rows() -> list[Combination]:
    """The rows of sweep.csv as the language reads them: an empty cell says nothing."""
    with (LIBRARY / "sweep.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        name, files, missable = row.pop("job_name"), row.pop("sflow_config_file"), row.pop("missable_tasks")
        model = row.pop("MODEL")
        sets = tuple(f"{column}={value}" for column, value in row.items() if value)
        artifacts = (f"MODEL={model}",) if model else ()
        found.append(Combination(name, tuple(files.split()), sets, tuple(missable.split()), artifacts))
    return found


ROWS = _rows()


@pytest.mark.parametrize("combination", ALL + MOCKERS, ids=lambda each: each.name)
def test_what_is_planned_is_golden(combination: Combination, snapshot: Snapshot) -> None:
    plan = combination.compile()
    snapshot.snapshot_dir = GOLDEN
    snapshot.assert_match(plan_text(plan), f"{combination.name}.json")
    if combination.name in SCRIPTS:
        snapshot.assert_match(default_target(plan).emit(plan), f"{combination.name}.sbatch.sh")


def plan_text(plan: Plan) -> str:
    return json.dumps(plan_to_json(plan), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("combination", ALL[:: len(SIZES)] + MOCKERS, ids=lambda each: each.name)
def test_lint_has_nothing_to_say(combination: Combination, require: Callable[[str], str]) -> None:
    require("shellcheck")
    combination.compile(lint_with("style"))


def test_nothing_else_is_in_the_folder() -> None:
    expected = {f"{each.name}.json" for each in ALL + MOCKERS} | {f"{name}.sbatch.sh" for name in SCRIPTS}
    assert {path.name for path in GOLDEN.iterdir()} == expected


@pytest.mark.parametrize("combination", ALL + ROWS, ids=lambda each: each.name)
def test_no_gpu_has_two_workers(combination: Combination) -> None:
    plan = combination.compile()
    taken: dict[tuple[int, int], str] = {}
    workers = [task for task in plan.tasks if task.gpus]
    assert workers
    for task in workers:
        for place in itertools.product(task.node_indices, task.gpus or ()):
            assert taken.setdefault(place, task.name) == task.name


@pytest.mark.parametrize("combination", ALL, ids=lambda each: each.name)
def test_a_worker_has_the_gpus_that_its_engine_is_told_of(combination: Combination) -> None:
    for task in combination.compile().tasks:
        role = re.sub(r"_\d+$", "", task.name)
        if role not in ("agg", "prefill", "decode"):
            continue
        told = {
            name: int("".join(map(str, text))) for name, text in task.env if re.fullmatch(r".*_(TP|PP|NODES)", name)
        }
        assert task.gpus is not None
        assert len(task.node_indices) * len(task.gpus) == told[f"{role.upper()}_TP"] * told[f"{role.upper()}_PP"]
        assert len(task.node_indices) == told[f"{role.upper()}_NODES"]


def test_the_sweep_has_both_kinds() -> None:
    kinds = {tuple(sorted(row.missable)) for row in ROWS}
    assert kinds == {("agg",), ("decode", "prefill")}
    assert len({row.name for row in ROWS}) == len(ROWS)
