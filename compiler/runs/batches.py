"""results.csv, what `sflowc batch` says of the workflows that it has compiled, and which run is of which row.

In: the file, and Runs. Out: BatchRows, and for each run its row where that can be told: by the job that was submitted, else by the
script, whose sha256 both know. A run may have no row, a row no run or several.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .run import Run

RESULTS = "results.csv"
_OURS = ("row", "job_name", "script", "workflow", "job_id", "error")
"""The other columns are variables and artifacts of the table."""
_HEAD = 1 << 16
_BODY = re.compile(r"^#   body     sha256:([0-9a-f]{64})", re.MULTILINE)
_ROW = re.compile(r"(?<!\S)--row (\d+)(?!\S)")


class NoBatch(Exception):
    """A file is no results.csv; the message says why."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """`body` is the sha256 that its script has written down; empty when the script is not there any more."""

    number: int
    job_name: str
    script: str
    job_id: str
    error: str
    body: str
    cells: dict[str, str] = field(default_factory=dict)
    """Variables and artifacts that the table gave a value."""


def read_batch(path: Path) -> tuple[tuple[str, ...], tuple[BatchRow, ...]]:
    """The names of the table's own columns, and the rows. Raises NoBatch."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
        lines = list(csv.DictReader(io.StringIO(text, newline=""), restkey="", restval=""))
    except OSError as error:
        raise NoBatch(f"Cannot read {path}: {error.strerror}.") from None
    except csv.Error as error:
        raise NoBatch(f"{path} is no table: {error}.") from None
    names = tuple(name for name in lines[0] if name) if lines else ()
    if not {"row", "script"} <= {*names}:
        raise NoBatch(f"{path} is no results.csv of `sflowc batch`: it has no columns row and script.")
    own = tuple(name for name in names if name not in _OURS)
    return own, tuple(_row(line, own, path.parent) for line in lines if line["row"].isdecimal())


def is_batch(path: Path) -> bool:
    """Whether a file is the results.csv of a batch: tasks write files of that name too."""
    try:
        read_batch(path)
    except NoBatch:
        return False
    return True


def _row(line: dict[str, str], own: tuple[str, ...], folder: Path) -> BatchRow:
    return BatchRow(
        number=int(line["row"][:9]),
        job_name=line.get("job_name", ""),
        script=line["script"],
        job_id=line.get("job_id", ""),
        error=line.get("error", ""),
        body=_body(folder, line["script"]),
        cells={name: line[name] for name in own if line[name]},
    )


def _body(folder: Path, script: str) -> str:
    try:
        with (folder / script).open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
    found = _BODY.search(head)
    return found[1] if found else ""


def row_of(run: Run, rows: Sequence[BatchRow]) -> BatchRow | None:
    """The row that a run is of."""
    if run.facts is None:
        return _only(row for row in rows if row.job_id and row.job_id == run.state.job_id)
    body, numbers = run.facts.body, _ROW.findall(run.facts.rebuild)
    same = [row for row in rows if row.body in ("", body)]
    by_job = [row for row in same if row.job_id and row.job_id in _jobs(run)]
    if by_job:
        return by_job[0]
    number = int(numbers[-1]) if numbers and len(numbers[-1]) < 10 else None
    by_body = [row for row in same if row.body]
    return _only(row for row in by_body or same if row.number == number) or (by_body[0] if by_body else None)


def _jobs(run: Run) -> set[str]:
    """What the run's job is called: of an array's element also with the array's number."""
    slurm = (run.facts.slurm if run.facts else None) or {}
    names = {run.state.job_id or "", slurm.get("job_id", "")}
    if "array_job_id" in slurm:
        names.add(f"{slurm['array_job_id']}_{slurm.get('array_task_id', '')}")
    return names - {""}


def _only(rows: Iterable[BatchRow]) -> BatchRow | None:
    found = list(rows)
    return found[0] if len(found) == 1 else None
