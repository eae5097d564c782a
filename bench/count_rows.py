"""What is the same on every run and every machine: bytes, processes, system calls.

In: a folder to work in. Out: rows that are counted. A change of one of them is a change of ours, never noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from measure import SFLOWC, build, can_trace, cost, count_calls, count_processes
from rows import Row
from workflows import chain, workflow

SERVICES = "samples/services.yaml"


def byte_rows(folder: Path, _runs: int) -> Iterable[Row]:
    """The script of the sample, and what one more task adds."""
    script = folder / "sample.sh"
    cost([SFLOWC, "build", str(Path(__file__).resolve().parents[1] / SERVICES), "-o", str(script)])
    yield Row("bytes", "script of the services sample", "", script.stat().st_size / 1000, "KB", 60, counted=True)
    few, many = (build(folder, f"bytes{count}", workflow("w", chain(count))).stat().st_size for count in (100, 200))
    yield Row("bytes-task", "script: each further task", "", (many - few) / 100_000, "KB", 4, counted=True)


def process_rows(folder: Path, _runs: int) -> Iterable[Row]:
    """What one more task costs when it does nothing: a fork, and calls of the scheduler, the runner and the task's bash."""
    if not can_trace():
        return
    scripts = [build(folder, f"count{count}", workflow("w", chain(count))) for count in (20, 60)]
    commands = [["bash", str(script), "--output-dir", str(folder / "runs")] for script in scripts]
    few, many = map(count_processes, commands)
    yield Row("forks", "processes for each further task", "", (many - few) / 40, "", 1.1, counted=True)
    few, many = map(count_calls, commands)
    hand = folder / "count.by_hand.sh"
    hand.write_text("bash -c true\n" * 100 + ":\n", encoding="utf-8")
    base = count_calls(["bash", str(hand)]) / 100
    detail = f"{base:.0f} of them by hand"
    yield Row("calls", "system calls for each further task", "", (many - few) / 40, "", None, detail, counted=True)


ROWS: dict[str, Callable[[Path, int], Iterable[Row]]] = {"bytes": byte_rows, "processes": process_rows}
