"""The directory of a batch: its scripts, their composed YAML, and results.csv.

In: files in a directory of their own, made beside. Out: the directory with these files and none of an earlier batch; other files
in it are left alone.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..ir.plan import SECRET
from ..ir.secrets import MASK
from ..source.sweeps import csv_text
from .files import write_file
from .inputs import fail
from .rows import Built, Job
from .submit import Submission

RESULTS = "results.csv"
_OURS = ".sflowc-batch"
"""Names the files of the batch, a line each; while they change, those of the earlier one too."""


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A directory beside the folder, which is gone at the end."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        fail(f"cannot write {folder}: {error.strerror}")
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def install(stage: Path, folder: Path) -> None:
    """Moves all files of the stage into the folder, instead of those that an earlier batch left there. An interrupted one is
    cleaned up by the next."""
    new = {path.name for path in stage.iterdir()}
    try:
        folder.mkdir(exist_ok=True)
        record = folder / _OURS
        old = set(record.read_text(encoding="utf-8").splitlines()) if record.exists() else set()
        foreign = sorted(name for name in new - old if (folder / name).exists())
        if foreign:
            fail(f"{folder / foreign[0]} is there, and no batch has made it; name another directory with --output")
        write_file(record, _lines(old | new))
        for name in sorted(old - new):
            (folder / name).unlink(missing_ok=True)
        for name in sorted(new - {RESULTS}):
            (stage / name).replace(folder / name)
        (stage / RESULTS).replace(folder / RESULTS)
        write_file(record, _lines(new))
    except OSError as error:
        fail(f"cannot write {folder}: {error.strerror}")


def _shown(column: str, text: str) -> str:
    return MASK if SECRET.search(column) else text


def _lines(names: Iterable[str]) -> str:
    return "".join(f"{name}\n" for name in sorted(names))


@dataclass(slots=True)
class Outcome:
    """What became of each workflow of a batch."""

    jobs: list[Job]
    built: list[Built]
    submitted: dict[int, Submission] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return any(submission.error for submission in self.submitted.values())

    def records(self) -> list[dict[str, str]]:
        """A record for each workflow, all of the same keys."""
        columns = list(dict.fromkeys(name for job in self.jobs if job.row for name in job.row.cells))
        found = []
        for job, built in zip(self.jobs, self.built, strict=True):
            submission = self.submitted.get(job.number, Submission())
            cells = job.row.cells if job.row else {}
            found.append(
                {
                    "row": str(job.number),
                    "job_name": job.job_name,
                    "script": built.script,
                    "workflow": built.composed,
                    "job_id": submission.job_id,
                    "error": submission.error,
                    **{name: _shown(name, cells[name].text) if name in cells else "" for name in columns},
                }
            )
        return found

    def csv(self) -> str:
        """The records as results.csv."""
        records = self.records()
        return csv_text([list(records[0]), *(list(record.values()) for record in records)])
