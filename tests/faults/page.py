"""Writes docs/promises.md: every promise, and the table of the faults that attack it.

In: the table (`table.py`) and the record of the last soak (`soak.json`, written by hand from what `make soak` prints). Out: the page, on
standard output.

    PYTHONPATH=tests:tests/run:tests/slurm python -m faults.page >docs/promises.md
"""

from __future__ import annotations

import json
from pathlib import Path

from faults.table import PROMISES, Fault, Promise, faults

HEAD = """\
# What a script promises

A script runs unattended, on machines that fail. This page says what it promises all the same, and how each promise is tested: by
faults, done with real signals to real processes, and to real jobs of a real Slurm, by every run of the tests. The page is written from the
table of those tests ({count} faults).

Whatever is done to a run, each of these tests also holds that it ends in time; that its exit status, `status.json` and the last event
say the same; that `events.jsonl` can be read up to its last whole line, keeps its schema, and tells of every task what `status.json` tells;
and that, a few seconds later, no process, lock or temporary file of the run is left. A dash stands where a run was refused before it began, or where
the fault took away the means of writing the state down: then the exit status is the only witness.
"""

CANNOT = """\
## What is not promised

- On a host without a manager of processes (Slurm's, a container's, systemd's), nothing can find a process that has left its session, cleared its
  environment, closed its log, and whose parent has ended. What keeps one of these ties is found and ended.
- A process that hangs in the kernel (state D, such as on a dead network file system) cannot be ended by anybody. The run says
  that it did not end, and ends.
- When the script and its watchdog are killed at one moment, nobody is left to end the tasks: they run to their own end. `bash job.sh status`
  says LOST, and `--resume` ends what is left of them before it begins.
"""


def written() -> str:
    """The whole page."""
    entries = faults()
    parts = [HEAD.format(count=len(entries))]
    for promise in PROMISES:
        rows = [fault for fault in entries if fault.promise == promise]
        if rows:
            parts.append(_section(promise, rows))
    return "\n".join([*parts, _soak(), CANNOT])


def _section(promise: Promise, rows: list[Fault]) -> str:
    lines = [
        f"## {promise.title}",
        "",
        promise.sentence,
        "",
        "| fault | on | exit status | state | reason, and what else must be so |",
        "| --- | --- | --- | --- | --- |",
        *(_row(fault) for fault in rows),
    ]
    return "\n".join(lines) + "\n"


def _row(fault: Fault) -> str:
    says = "; ".join(filter(None, [_code(fault.reason), fault.outcome, fault.leaves]))
    cells = [fault.does, fault.backend, str(fault.status), fault.state or "—", says]
    return "| " + " | ".join(map(cell, cells)) + " |"


def cell(text: str) -> str:
    """As it stands in a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _soak() -> str:
    file = Path(__file__).with_name("soak.json")
    if not file.exists():
        return ""
    record = json.loads(file.read_text())
    lines = [
        "## The soak",
        "",
        "`make soak` runs workflows for hours and disturbs them at random. The last one, on record:",
        "",
    ]
    lines += ["| | |", "| --- | --- |", *(f"| {key} | {value} |" for key, value in record.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(written(), end="")
