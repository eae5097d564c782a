"""Which run directory a person means.

In: a directory, a Slurm job's id, a run's id or a part of it, or `latest`; and the folder that runs are in. Out: the directory.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_MARKS = ("status.json", "events.jsonl")


class NoRun(Exception):
    """There is no such run; the message says what there is."""


def is_run(path: Path) -> bool:
    """Whether a directory is one that a script has made for a run."""
    return any(holds((path / mark).is_file) for mark in _MARKS)


def holds(check: Callable[[], bool]) -> bool:
    """What a path's is_file or is_dir says; no where that cannot be seen: of somebody else's directory, of what is no path."""
    try:
        return check()
    except (OSError, ValueError):
        return False


def all_runs(output_dir: Path) -> list[Path]:
    """The run directories in a folder, the oldest first."""
    try:
        found = [path for path in output_dir.iterdir() if is_run(path)]
    except (OSError, ValueError):
        return []
    return sorted(found, key=lambda path: (_began(path), path.name))


def runs_below(folder: Path, depth: int = 3) -> list[Path]:
    """Those in a folder; of one without runs those in the folders in it."""
    found = all_runs(folder)
    if found or not depth:
        return found
    try:
        inside = sorted(path for path in folder.iterdir() if holds(path.is_dir) and not path.name.startswith("."))
    except OSError:
        return []
    return [run for path in inside for run in runs_below(path, depth - 1)]


def find_run(reference: str | None, output_dir: Path) -> Path:
    """Raises NoRun. None and `latest` are the run that began last."""
    if reference is not None and is_run(Path(reference)):
        return Path(reference)
    runs = all_runs(output_dir)
    if reference in (None, "latest"):
        if runs:
            return runs[-1]
        raise NoRun(f"No run in {output_dir}. Name a run directory, or the folder of runs with --output-dir.")
    assert reference is not None
    if holds(Path(reference).is_dir) and (inside := all_runs(Path(reference))):
        return inside[-1]
    found = [run for run in runs if run.name == reference]
    found = found or [run for run in runs if run.name.startswith(f"{reference}-")][-1:]  # of a job: its latest attempt
    found = found or [run for run in runs if reference in run.name]
    if len(found) == 1:
        return found[0]
    if found:
        raise NoRun(f"'{reference}' is a part of several runs: {', '.join(run.name for run in found[-5:])}.")
    raise NoRun(f"No run '{reference}' in {output_dir}.{_known(runs)}")


def _known(runs: list[Path]) -> str:
    if not runs:
        return " There is none; --output-dir names the folder of runs."
    return f" There are: {', '.join(run.name for run in runs[-5:])}."


def _began(run: Path) -> float:
    """When its first event was written, as far as that can be told without opening many files: seconds since the epoch."""
    try:
        with (run / "events.jsonl").open("rb") as file:
            head = file.read(40)
        return float(head[len(b'{"time":') : head.index(b",")])
    except (OSError, ValueError):
        pass
    try:
        return run.stat().st_mtime
    except OSError:
        return 0.0
