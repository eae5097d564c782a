"""What compiling costs, against a bare Python and against the import of what any such compiler imports.

In: a folder to work in, and how often. Out: rows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from measure import SFLOWC, Cost, cost, costs, load
from rows import Row, ratio
from workflows import inference_rows, serving, sweep

PYTHON = [sys.executable, "-c", "pass"]
LIBRARIES = [sys.executable, "-c", "import yaml, jinja2, click"]
ACCOUNT = ["--set", "SLURM_ACCOUNT=a", "--set", "SLURM_PARTITION=p"]
TABLE_ROWS = 1000


def start_rows(_folder: Path, runs: int) -> Iterable[Row]:
    """The commands that do nothing else."""
    for option in ("--help", "--version"):
        ours, base = costs([[SFLOWC, option], PYTHON], 2 * runs)
        yield ratio(f"sflowc{option.replace('--', '-')}", f"sflowc {option}", "python -c pass", ours, base, 5)


def build_rows(folder: Path, runs: int) -> Iterable[Row]:
    """The largest of the inference workflows, and a job of 40 services with a sweep."""
    library = folder / "inference"
    cost([SFLOWC, "sample", "inference", "-o", str(library), "--force"])
    parts = ["slurm.yaml", "infra.yaml", "trtllm/prefill.yaml", "trtllm/decode.yaml", "bench/infmax.yaml"]
    job = [SFLOWC, "build", *(str(library / part) for part in parts), "-M", "agg", *ACCOUNT, "-o", str(folder / "i.sh")]
    large = folder / "serving.yaml"
    large.write_text(serving(20), encoding="utf-8")
    services = [SFLOWC, "build", str(large), "-o", str(folder / "s.sh")]
    ours, forty, base = costs([job, services, LIBRARIES], runs)
    against = "import yaml, jinja2, click"
    yield ratio("build", "build of the largest inference workflow", against, ours, base, 2.5)
    yield ratio("build-40", "build of a job with 40 services and a sweep of 16", against, forty, base, 5)


def batch_rows(folder: Path, runs: int) -> Iterable[Row]:
    """Every script is complete, checked, and another: `sflowc batch` writes all or none, and they are counted here."""
    library = folder / "inference"
    cost([SFLOWC, "sample", "inference", "-o", str(library), "--force"])
    table = library / "many.csv"
    table.write_text(inference_rows((library / "sweep.csv").read_text("utf-8"), TABLE_ROWS), encoding="utf-8")
    target = folder / "batch"
    line = [SFLOWC, "batch", "--bulk-input", str(table), *ACCOUNT]
    one_core = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    alone, found = costs(
        [[*one_core, *line, "-o", str(target / "one")], [*line, "-o", str(target / "all")]], min(runs, 3)
    )
    scripts = {script.read_bytes().partition(b"\n\n")[2] for script in (target / "all").rglob("*.sh")}
    if len(scripts) != TABLE_ROWS:
        sys.exit(f"{TABLE_ROWS} rows made {len(scripts)} different scripts")
    yield Row(
        "batch", "batch of 1,000 CSV rows, on one core", "a row", alone.cpu * 1000 / TABLE_ROWS, "ms", 5, "CPU time"
    )
    yield _on_all_cores(alone, found)


def _on_all_cores(alone: Cost, found: Cost) -> Row:
    """How much sooner all cores are done; on a machine that has more to do than it has cores, each core's part of the CPU time."""
    cores = len(os.sched_getaffinity(0))
    wall, part = found.wall / alone.wall, found.cpu / cores / alone.cpu
    if load() > cores:
        value, detail = part, f"a core's part of the CPU time; by the clock {wall:.2f} x"
    else:
        value, detail = wall, f"a core's part of the CPU time {part:.2f} x"
    return Row("batch-cores", f"the same on {cores} cores", "on one core", value, "x", 1.2 / cores, detail)


def plan_rows(folder: Path, _runs: int) -> Iterable[Row]:
    """A sweep of 1,000 tasks, and one of 5,000."""
    found = []
    for count in (1000, 5000):
        source = folder / f"sweep{count}.yaml"
        source.write_text(sweep(count), encoding="utf-8")
        found.append(costs([[SFLOWC, "plan", str(source), "--format", "json"]], 2)[0])
    yield Row("plan", "plan of a sweep of 5,000 tasks", "", found[1].wall, "s", 2, f"CPU time {found[1].cpu:.2f} s")
    yield ratio("plan-linear", "the same", "one of 1,000", found[1], found[0], 5.5)


ROWS: dict[str, Callable[[Path, int], Iterable[Row]]] = {
    "help": start_rows,
    "build": build_rows,
    "batch": batch_rows,
    "plan": plan_rows,
}
