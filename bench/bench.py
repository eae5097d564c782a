"""Measures what sflowc and its scripts cost, each against a baseline in the same run, and prints one table.

In: names of measurements, all without any. Out: the table; with --write also RESULTS.md and recorded.json, which --check reads: it
measures what is quick and fails on a ratio of more than twice the recorded one, and on a count that is a quarter higher.

    bench.py --runs 3 chain fan
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import compile_rows
import count_rows
import probe_rows
import schedule_rows
import slurm_rows
from measure import load, machine
from rows import Row

HERE = Path(__file__).resolve().parent
RESULTS, RECORDED = HERE / "RESULTS.md", HERE / "recorded.json"
ROWS = schedule_rows.ROWS | probe_rows.ROWS | slurm_rows.ROWS | count_rows.ROWS | compile_rows.ROWS
QUICK = ("bytes", "processes", "help", "build", "chain", "fan")
MEMORY = "/dev/shm"
"""Where files are made, but for those that nodes share: ext4 looks at every inode that was removed within the last five seconds
before it takes a new one, and a benchmark removes thousands."""
HEAD = ("what", "against", "found", "target", "", "detail")


def measure(names: Sequence[str], runs: int) -> list[Row]:
    """The rows of these measurements; each is printed as soon as it is known."""
    found = []
    memory = MEMORY if Path(MEMORY).is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="sflowc-bench-") as disk,
        tempfile.TemporaryDirectory(prefix="sflowc-bench-", dir=memory) as folder,
    ):
        for name in names:
            place = Path(disk if name in slurm_rows.ROWS else folder) / name
            place.mkdir()
            for row in ROWS[name](place, runs):
                print("  ".join(cell for cell in row.cells() if cell), flush=True)
                found.append(row)
    return found


def write(rows: Sequence[Row], before: float) -> None:
    """RESULTS.md and recorded.json; measurements that were not made now keep what was recorded."""
    lines = [
        "# What sflowc costs",
        "",
        "Written by `make bench`; how to read it, and what was tried where a target is missed: [NOTES.md](NOTES.md).",
        "",
        f"{machine()}. Before the measurements {before:.1f} processes wanted a core, after them {load():.1f}.",
        "",
        *table(rows),
        "",
    ]
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    values = {row.name: round(row.value, 4) for row in rows}
    RECORDED.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def table(rows: Iterable[Row]) -> list[str]:
    """Rows as a table of Markdown."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in rows)]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def failures(rows: Iterable[Row], recorded: dict[str, float]) -> list[str]:
    """What is worse than recorded, beyond noise."""
    said = []
    for row in rows:
        if row.counted and row.name in recorded and row.value > 1.25 * recorded[row.name]:
            said.append(f"{row.what}: {row.value:g} {row.unit}, recorded {recorded[row.name]:g}")
        elif row.unit == "x" and row.name in recorded and row.value > 2 * recorded[row.name]:
            said.append(f"{row.what}, against {row.against}: {row.value:.2f} x, recorded {recorded[row.name]:.2f} x")
    return said


def main() -> None:
    """Prints a row for everything that was asked for, as soon as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=6, help="runs of a short measurement (6); long ones take fewer")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md and recorded.json")
    parser.add_argument("--check", action="store_true", help="compare what is quick to measure with recorded.json")
    parser.add_argument("names", nargs="*", help=f"what to measure: {', '.join(ROWS)} (all)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(ROWS):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    before = load()
    rows = measure(options.names or (QUICK if options.check else tuple(ROWS)), options.runs)
    if options.write:
        write(rows, before)
    if options.check and (said := failures(rows, json.loads(RECORDED.read_text(encoding="utf-8")))):
        sys.exit("\n".join(["worse than recorded:", *said]))


if __name__ == "__main__":
    main()
