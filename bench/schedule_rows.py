"""What the schedule of a script costs: many tasks that do nothing, against bash by hand and against make.

In: a folder to work in, and how often. Out: rows.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from measure import Command, build, cost, costs, peak_memory
from rows import Row, ratio
from workflows import Graph, by_hand, chain, dag, fan, makefile, stubborn, workflow

TASKS = 1000


def graph_rows(folder: Path, runs: int, name: str, what: str, graph: Graph) -> Iterable[Row]:
    """A graph of tasks against the same by hand, and by make."""
    script = build(folder, name, workflow(name, graph))
    hand, make = folder / f"{name}.by_hand.sh", folder / f"{name}.make"
    hand.write_text(by_hand(graph), encoding="utf-8")
    make.write_text(makefile(graph), encoding="utf-8")
    ours = run(script, folder)
    found = costs([ours, ["bash", str(hand)], ["make", "-j", "-s", "-f", str(make)]], runs)
    yield ratio(name, what, "bash by hand", found[0], found[1], 2)
    yield ratio(f"{name}-make", what, "make -j", found[0], found[2], 2.5)


def run(script: Path, folder: Path) -> Command:
    return ["bash", str(script), "--output-dir", str(folder / "runs")]


def scale_rows(folder: Path, runs: int) -> Iterable[Row]:
    """Five times the tasks."""
    small, large = (build(folder, f"dag{count}", workflow("w", dag(count, 5 * count))) for count in (TASKS, 5 * TASKS))
    few, many = costs([run(small, folder), run(large, folder)], max(runs // 3, 1))
    yield ratio("five-thousand", "DAG of 5,000 tasks", "one of 1,000", many, few, 6)
    yield Row("memory", "memory of its script", "", peak_memory(run(large, folder)), "MB", 40)


def start_rows(folder: Path, runs: int) -> Iterable[Row]:
    """From the script's start to the first event of a task; the script is stopped there."""
    script = build(folder, "start", workflow("start", chain(TASKS)))
    parse = costs([["bash", "-n", str(script)]], runs)[0]
    firsts = []
    for turn in range(runs):
        output = folder / f"first{turn}"
        process = subprocess.Popen(["bash", str(script), "--output-dir", str(output)], stdout=subprocess.DEVNULL)
        began = time.perf_counter()
        while not list(output.glob("*/t0/t0.log")):
            time.sleep(0.001)
        firsts.append(time.perf_counter() - began)
        process.terminate()
        process.wait()
    detail = f"{min(firsts) * 1000:.0f} ms to {parse.wall * 1000:.0f} ms"
    yield Row(
        "first-task", "from the start to the first of 1,000 tasks", "bash -n", min(firsts) / parse.wall, "x", 2, detail
    )


def stop_rows(folder: Path, _runs: int) -> Iterable[Row]:
    """A signal to a script with 100 tasks, which obey it, or ignore it until they are killed."""
    for name, what, text, target in (
        ("stop", "stop of 100 tasks that obey TERM", "sleep 600", 0.5),
        (
            "stop-stubborn",
            "stop of 100 tasks that ignore it, beyond the grace",
            "trap '' TERM; while :; do sleep 600; done",
            0.5,
        ),
    ):
        script = build(folder, name, stubborn(100, text))
        output = folder / name
        process = subprocess.Popen(["bash", str(script), "--output-dir", str(output)], stdout=subprocess.DEVNULL)
        while sum(1 for _ in output.glob("*/*/*.log")) < 100:
            time.sleep(0.05)
        time.sleep(1)
        began = time.perf_counter()
        process.terminate()
        process.wait()
        took = time.perf_counter() - began
        grace = 10 if "stubborn" in name else 0
        yield Row(name, what, "", took - grace, "s", target)


def latency_rows(folder: Path, runs: int) -> Iterable[Row]:
    """From the last instruction of a task to the first of the one that waits for it, with 200 tasks asleep."""
    count = 100 * max(runs // 3, 1)
    script = build(folder, "latency", _stamped(count))
    output = folder / "latency"
    cost(["bash", str(script), "--output-dir", str(output)])
    (directory,) = output.iterdir()
    stamps = [list(map(float, (directory / f"t{i}" / f"t{i}.log").read_text().split())) for i in range(count)]
    gaps = sorted(1000 * (after[0] - before[1]) for before, after in itertools.pairwise(stamps))
    fork = costs([["bash", "-c", "for i in {1..100}; do bash -c :; done"]], runs)[0].wall * 10
    detail = f"a fork and exec of bash takes {fork:.2f} ms"
    yield Row(
        "latency",
        "end of a task to its dependent's first instruction, median",
        "",
        statistics.median(gaps),
        "ms",
        5,
        detail,
    )
    yield Row("latency-p99", "the same, 99th percentile", "", gaps[int(len(gaps) * 0.99)], "ms", 20)


def _stamped(count: int) -> str:
    """A chain whose tasks say when they begin and end, beside 200 tasks that sleep until it is over."""
    stamp = "echo $EPOCHREALTIME"
    tasks = "".join(
        f"    - {{name: t{i}, depends_on: [{f't{i - 1}' if i else 'begin'}], script: ['{stamp}; {stamp}']}}\n"
        for i in range(count)
    )
    probe = "{readiness: {log_watch: {match_pattern: up}, interval: 1}}"
    sleepers = "".join(
        f"    - {{name: s{i}, script: ['echo up; exec sleep 600'], probes: {probe}}}\n" for i in range(200)
    )
    begin = f"    - {{name: begin, depends_on: [{', '.join(f's{i}' for i in range(200))}], script: ['sleep 1']}}\n"
    return f'version: "0.1"\nworkflow:\n  name: latency\n  tasks:\n{sleepers}{begin}{tasks}'


ROWS: dict[str, Callable[[Path, int], Iterable[Row]]] = {
    "chain": lambda folder, runs: graph_rows(folder, runs, "chain", "chain of 1,000 tasks", chain(TASKS)),
    "fan": lambda folder, runs: graph_rows(folder, runs, "fan", "1 -> 1,000 -> 1", fan(TASKS)),
    "dag": lambda folder, runs: graph_rows(
        folder, runs, "dag", "random DAG of 1,000 tasks, 5,000 edges", dag(TASKS, 5 * TASKS)
    ),
    "scale": scale_rows,
    "start": start_rows,
    "stop": stop_rows,
    "latency": latency_rows,
}
