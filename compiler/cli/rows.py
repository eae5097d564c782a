"""The workflows of a batch: which there are, and each compiled, by as many processes as there are CPUs.

In: the rows of a table, or files. Out: for each its script and its composed YAML in a directory, and what was found.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import click

from ..diagnostics import Diagnostic, Reporter, did_you_mean
from ..driver import SourceText, compile_sources, compose_sources, read_source
from ..ir.plan import Plan
from ..render import of_rows
from ..render.workflow_yaml import workflow_yaml
from ..source.bulk import Cell, Row, Table, check_columns, read_table, row_options
from ..source.compose import Document, Overrides, entries_of, without_absent
from ..source.overrides import Option
from ..source.selection import SelectionError, select_rows
from ..targets import default_target
from .cluster import cluster_profile
from .inputs import Inputs

_NO_FILE_NAME = re.compile(r"[^\w.+=@-]|^[.-]")
_AT_ONCE = 16
"""So many workflows are compiled before a further process is worth its start."""


@dataclass(frozen=True, slots=True)
class Job:
    """One workflow of a batch. `row` is None for a workflow that no table names."""

    number: int
    files: tuple[str, ...]
    overrides: Overrides
    command: tuple[str, ...]
    job_name: str = ""
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """What became of a Job: with errors there is no `name`. `directives` are the #SBATCH lines but for the name."""

    number: int
    found: tuple[Diagnostic, ...]
    name: str = ""
    script: str = ""
    composed: str = ""
    directives: tuple[str, ...] = ()
    tasks: frozenset[str] = frozenset()


class Files:
    """Files that are read and parsed once, however many rows name them."""

    def __init__(self) -> None:
        self.sources: dict[str, SourceText] = {}
        self.data: dict[str, bytes] = {}
        self.errors: dict[str, str] = {}

    def read(self, name: str) -> SourceText | None:
        """The file; None when it cannot be read, and `errors` says why."""
        if name not in self.sources and name not in self.errors:
            try:
                self.data[name] = Path(name).read_bytes()
                self.sources[name] = read_source(name, self.data[name])
            except OSError as error:
                self.errors[name] = error.strerror or "it cannot be read"
        return self.sources.get(name)


def jobs_of_table(
    table: Table, numbers: Iterable[int], overrides: Overrides, command: tuple[str, ...], files: Files, report: Reporter
) -> list[Job]:
    """The jobs of the rows that are wanted. Reports files that are not there and columns that nobody declares."""
    folder = Path(table.name).parent
    declared: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
    paths: dict[int, tuple[str, ...]] = {}
    for row in table.rows:
        paths[row.number] = tuple(os.path.normpath(folder / cell.text) for cell in row.files)
        sources = [files.read(path) for path in paths[row.number]]
        for cell, path in zip(row.files, paths[row.number], strict=True):
            if path in files.errors:
                _report_missing(cell, path, files.errors[path], report)
        found = [source for source in sources if source is not None]
        if len(found) == len(sources):
            declared[row.number] = (_names(found, "variables"), _names(found, "artifacts"))
    if len(declared) == len(table.rows):
        check_columns(table, declared, report)
    rows = {row.number: row for row in table.rows}
    return [
        _job(rows[number], paths[number], declared[number], overrides, command)
        for number in numbers
        if number in declared
    ]


def _job(
    row: Row,
    files: tuple[str, ...],
    declared: tuple[frozenset[str], frozenset[str]],
    overrides: Overrides,
    command: tuple[str, ...],
) -> Job:
    named = (Option("--job-name", row.job_name.text.strip(), row.job_name.span),) if row.job_name else ()
    changed = replace(
        overrides,
        missable=(*overrides.missable, *row.missable),
        row=row_options(row, *declared),
        job=(*overrides.job, *named),
    )
    name = row.job_name.text.strip() if row.job_name else ""
    return Job(row.number, files, changed, (*command, "--row", str(row.number)), name, row)


def _report_missing(cell: Cell, path: str, why: str, report: Reporter) -> None:
    near = did_you_mean(Path(path).name, _siblings(path), what="files") if Path(path).parent.is_dir() else ""
    report.error(
        "missing-file", f"'{path}' cannot be read: {why}", cell.span, help=near or "paths are relative to the table"
    )


def _siblings(path: str) -> list[str]:
    return [entry.name for entry in Path(path).parent.iterdir() if entry.suffix in (".yaml", ".yml")]


def _names(sources: Iterable[SourceText], section: str) -> frozenset[str]:
    roots = (source.loaded.root for source in sources if source.loaded.root)
    return frozenset(name for root in roots for name in entries_of(root.get(section), section, Reporter()))


def lint_table(name: str, data: bytes, inputs: Inputs) -> tuple[tuple[Diagnostic, ...], dict[str, bytes]]:
    """What is found in all rows of a table, and the files that it is about. Nothing is written."""
    files, report = Files(), Reporter()
    table = read_table(name, data, report)
    found: tuple[Diagnostic, ...] = tuple(report)
    if table is not None:
        numbers = [row.number for row in table.rows]
        jobs = jobs_of_table(table, numbers, inputs.overrides(), (), files, report)
        cluster = cluster_profile(inputs.cluster, inputs.no_cluster)
        built = [] if report.has_errors else build_all(jobs, files, None, cluster, lambda: None)
        found = told_together(jobs, built, report)
    return found, {**files.data, name: data}


@dataclass(frozen=True, slots=True)
class RowDocument:
    """The workflow of a row, merged; `name` is that of its file, `head` what stands above it."""

    name: str
    document: Document
    head: list[str]


def documents_of_table(
    name: str, data: bytes, rows: Iterable[str], command: tuple[str, ...], inputs: Inputs
) -> tuple[list[RowDocument], tuple[Diagnostic, ...], dict[str, bytes]]:
    """The workflows of the rows that are selected, what was found, and the files that it is about. No document with an error."""
    files, report = Files(), Reporter()
    table = read_table(name, data, report)
    jobs: list[Job] = []
    built: list[Built] = []
    if table is not None:
        jobs = jobs_of_table(table, selected(table, rows), inputs.overrides(), command, files, report)
        cluster = cluster_profile(inputs.cluster, inputs.no_cluster)
        work = _Work(jobs, files, None, cluster, 3)
        built = [] if report.has_errors else [work.build(index) for index in range(len(jobs))]
    found = told_together(jobs, built, report)
    whole = [] if any(one.severity == "error" for one in found) else zip(jobs, built, strict=True)
    return [work.document(job, one) for job, one in whole], found, {**files.data, name: data}


def selected(table: Table, rows: Iterable[str]) -> list[int]:
    """The numbers of the rows that --row means. Ends the command with status 2 when one is not there."""
    try:
        return select_rows(rows, len(table.rows))
    except SelectionError as error:
        raise click.UsageError(f"{table.name}: {error}.") from None


def told_together(jobs: list[Job], built: list[Built], report: Reporter) -> tuple[Diagnostic, ...]:
    """What was found in the table and in all of its rows, each finding once."""
    about = {job.number: job.row.files[0].span if job.row else None for job in jobs}
    rows = ((one.number, about[one.number], one.found) for one in built)
    return of_rows([(0, None, tuple(report)), *rows])


def build_all(
    jobs: list[Job], files: Files, folder: Path | None, cluster: tuple[str, bytes] | None, done: Callable[[], None]
) -> list[Built]:
    """Compiles all. The files go to the folder, when there is one; `done` is called after each."""
    width = len(str(max((job.number for job in jobs), default=0)))
    work = _Work(jobs, files, folder, cluster, max(3, width))
    built: list[Built] = []
    for one in _results(work, len(jobs)):
        built.append(one)
        done()
    return built


def _results(work: _Work, count: int) -> Iterator[Built]:
    gc.freeze()  # what has been read stays; and workflows leave next to nothing behind that refers to itself
    gc.set_threshold(100_000)
    processes = min(len(os.sched_getaffinity(0)), count // _AT_ONCE + 1)
    if processes == 1:
        yield from map(work.build, range(count))
        return
    global _shared  # what a forked process finds without its being sent
    _shared = work
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        try:
            yield from pool.map(_build, range(count), chunksize=max(1, min(32, count // (processes * 4))))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@dataclass(frozen=True, slots=True)
class _Work:
    """The jobs, and all that it takes to compile any of them."""

    jobs: list[Job]
    files: Files
    folder: Path | None
    cluster: tuple[str, bytes] | None
    width: int

    def build(self, index: int) -> Built:
        job = self.jobs[index]
        sources = [self.files.sources[name] for name in job.files]
        done = compile_sources(sources, job.overrides, job.command, None, self.cluster)
        if done.plan is None:
            return Built(job.number, done.diagnostics)
        return self._write(job, done.document, done.plan, done.diagnostics)

    def _write(self, job: Job, merged: Document | None, plan: Plan, found: tuple[Diagnostic, ...]) -> Built:
        target = default_target(plan)
        script = target.emit(plan)
        base = _NO_FILE_NAME.sub("_", job.job_name) or plan.workflow
        name = f"{base}_{job.number:0{self.width}d}" if job.number else base
        names = frozenset(task.name for task in plan.tasks)
        if self.folder is not None:
            document = self.document(job, Built(job.number, (), name, tasks=names), merged)
            path = self.folder / f"{name}.sh"
            path.write_bytes(script.encode("utf-8", "surrogateescape"))
            path.chmod(0o700 if plan.secrets else 0o755)
            text = workflow_yaml(document.document, document.head)
            composed = self.folder / f"{name}.yaml"
            composed.write_bytes(text.encode("utf-8", "surrogateescape"))
            if plan.secrets:
                composed.chmod(0o600)
        lines = script.split("\n", 200)
        directives = tuple(line for line in lines if line.startswith("#SBATCH ") and "--job-name=" not in line)
        return Built(job.number, found, name, f"{name}.sh", f"{name}.yaml", directives, names)

    def document(self, job: Job, built: Built, document: Document | None = None) -> RowDocument:
        """The merged workflow of a job that has compiled: `document`, when it is at hand."""
        if document is None:
            document = compose_sources([self.files.sources[name] for name in job.files], job.overrides).document
        assert document is not None
        head = [f"Composed by sflowc from {', '.join(job.files)}", f"  {' '.join(job.command)}"]
        return RowDocument(f"{built.name}.yaml", without_absent(document, built.tasks), head)


_shared: _Work


def _build(index: int) -> Built:
    return _shared.build(index)
