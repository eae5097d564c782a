"""Measures what sflowc costs, against bash by hand and a bare Python, and prints one table.

In: --tasks, --runs and the names of rows. Out: medians of several runs, taken in turns so that a busy moment hits both
sides; the ratio is what counts.

    bench.py --runs 5 chain fan
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflows import chain, fan, inference_rows, serving

SFLOWC = str(Path(sys.executable).with_name("sflowc"))
PYTHON = [sys.executable, "-c", "pass"]


@dataclass(frozen=True)
class Row:
    """A command, what it is compared with, and the limit: a ratio, or seconds when `limit_is_seconds`."""

    title: str
    ours: Sequence[str]
    base: Sequence[str]
    base_title: str
    limit: float
    limit_is_seconds: bool = False
    runs: int = 1

    def measure(self) -> str:
        _seconds(self.ours)  # warms caches and writes byte code
        pairs = [(_seconds(self.ours), _seconds(self.base)) for _ in range(self.runs)]
        ours, base = (statistics.median(column) for column in zip(*pairs, strict=True))
        value = ours if self.limit_is_seconds else ours / base
        limit = f"{self.limit:g} s" if self.limit_is_seconds else f"{self.limit:g}x"
        verdict = "" if value <= self.limit else "  over"
        return (
            f"{self.title:34} {ours:8.3f} s   {self.base_title:20} {base:8.3f} s   "
            f"{ours / base:6.2f}x   {limit:>7}{verdict}"
        )


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took


def _build(folder: Path, name: str, text: str) -> Path:
    """Compiles a workflow; the path of the script."""
    source, script = folder / f"{name}.yaml", folder / f"{name}.sh"
    source.write_text(text, encoding="utf-8")
    _seconds([SFLOWC, "build", str(source), "-o", str(script)])
    return script


def _run_row(folder: Path, title: str, texts: tuple[str, str], runs: int) -> Row:
    name = title.split()[0]
    script = _build(folder, name, texts[0])
    by_hand = folder / f"{name}.by_hand.sh"
    by_hand.write_text(texts[1], encoding="utf-8")
    ours = ["bash", str(script), "--output-dir", str(folder / "runs")]
    return Row(title, ours, ["bash", str(by_hand)], "bash by hand", limit=3, runs=runs)


def _build_row(folder: Path, title: str, text: str, limit: float, runs: int) -> Row:
    source = folder / f"{title.split()[-1]}.yaml"
    source.write_text(text, encoding="utf-8")
    ours = [SFLOWC, "build", str(source), "-o", str(folder / "built.sh")]
    return Row(title, ours, PYTHON, "python -c pass", limit, limit_is_seconds=True, runs=runs)


def _batch_row(folder: Path, count: int) -> Row:
    """Every script is complete, checked, and another: `sflowc batch` writes all or none, and they are counted here."""
    library = folder / "inference"
    _seconds([SFLOWC, "sample", "inference", "-o", str(library), "--force"])
    table = library / "many.csv"
    table.write_text(inference_rows((library / "sweep.csv").read_text("utf-8"), count), encoding="utf-8")
    target = folder / "batch"
    line = [SFLOWC, "batch", "--bulk-input", str(table), "--set", "SLURM_ACCOUNT=a", "--set", "SLURM_PARTITION=p"]
    _seconds([*line, "-o", str(target)])
    scripts = {script.read_bytes().partition(b"\n\n")[2] for script in target.rglob("*.sh")}
    if len(scripts) != count:
        sys.exit(f"{count} rows made {len(scripts)} different scripts")
    title = f"sflowc batch, {count:,} rows"
    return Row(title, [*line, "-o", str(target)], PYTHON, "python -c pass", count / 100, limit_is_seconds=True)


def rows(folder: Path, tasks: int, runs: int) -> dict[str, Callable[[], Row]]:
    """What can be measured, by name; made only when asked for."""
    few, many = max(runs // 2, 1), runs * 2
    return {
        "chain": lambda: _run_row(folder, f"chain of {tasks:,} tasks", chain(tasks), few),
        "fan": lambda: _run_row(folder, f"fan of 1 -> {tasks:,} -> 1", fan(tasks), few),
        "serving": lambda: _build_row(folder, "sflowc build, 40 services: serving", serving(20), 0.35, many),
        "thousand": lambda: _build_row(folder, "sflowc build, 1,000 tasks: thousand", chain(1000)[0], 2, runs),
        "batch": lambda: _batch_row(folder, 1000),
        "help": lambda: Row("sflowc --help", [SFLOWC, "--help"], PYTHON, "python -c pass", 0.1, True, many),
    }


def main() -> None:
    """Prints a row for everything that was asked for, as soon as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=1000, help="tasks of chain and fan (1000)")
    parser.add_argument("--runs", type=int, default=6, help="runs of a short measurement (6); long ones take half")
    parser.add_argument("names", nargs="*", help="which rows: chain, fan, serving, thousand, batch, help (all)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sflowc-bench-") as folder:
        table = rows(Path(folder), options.tasks, options.runs)
        if unknown := set(options.names) - set(table):
            parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(table)}")
        print(f"{'':34} {'sflowc':>10}   {'against':20} {'':>10}   {'ratio':>7}   {'limit':>7}", flush=True)
        for name in options.names or table:
            print(table[name]().measure(), flush=True)


if __name__ == "__main__":
    main()
