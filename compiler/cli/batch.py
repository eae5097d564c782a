"""`sflowc batch`: scripts for many workflows at once, and their submission.

In: the rows of a table, sweeps, files, or one workflow with options of its job. Out: a directory with a script and its composed
YAML for each, and results.csv; or one script. Everything is compiled before anything is written or submitted.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from .. import render
from ..diagnostics import Reporter
from ..emit.job_array import job_array
from ..render.progress import progress
from ..source.bulk import FILES, MISSABLE, Table, read_table
from ..source.compose import Overrides
from ..source.overrides import Option
from ..source.sweeps import SweepError, csv_text, sweep_rows
from .cluster import cluster_profile
from .files import write_file
from .inputs import Inputs, input_sources, read_files, strictly, tell, workflow_options
from .outcome import RESULTS, Outcome, install, staging
from .rebuild import masked_words
from .rows import Built, Files, Job, build_all, jobs_of_table, selected, told_together
from .submit import Submission, submit_all

SWEEP = "<sweep>"
"""What the table of a sweep is called in diagnostics."""
_LISTED = 20
"""So many scripts are listed one by one."""
_JOB_OPTIONS = (
    ("--nodes", "nodes"),
    ("--gpus-per-node", "gpus_per_node"),
    ("--partition", "partition"),
    ("--account", "account"),
    ("--time", "time"),
    ("--job-name", "job_name"),
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be done with the scripts."""

    output: str | None
    submit: bool
    array: bool
    max_running: int | None
    after: str | None
    canary: bool
    dry_run: bool


@dataclass(slots=True)
class _Batch:
    """The workflows. `name` is that of their directory; empty for a single workflow."""

    name: str
    jobs: list[Job] = field(default_factory=list)
    files: Files = field(default_factory=Files)
    report: Reporter = field(default_factory=Reporter)


@click.command("batch")
@click.option("--bulk-input", metavar="CSV", help="A workflow for each row of a table.")
@click.option(
    "--row", "rows", multiple=True, metavar="ROWS", help="Only these rows: 3, 1:4, 1:6:2 or 1,3,5; repeatable."
)
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="NAME=1,2,4",
    help="A workflow for each value; repeatable: each combination.",
)
@click.option(
    "--zip", "zipped", is_flag=True, help="Take the values of all sweeps side by side instead of combining them."
)
@click.option("--emit-csv", metavar="FILE", help="Write the sweeps as a table for --bulk-input, and do nothing else.")
@click.option(
    "--bulk-submit", "whole", multiple=True, metavar="FILE|DIR|GLOB", help="A job for each workflow file; repeatable."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    help="The script; of several workflows the directory, named after the table when left out.",
)
@click.option("--submit", is_flag=True, help="Give the scripts to sbatch.")
@click.option("--array", is_flag=True, help="One job array for all workflows that ask for the same nodes.")
@click.option("--max-running", type=click.IntRange(1), metavar="N", help="With --array: at most so many at a time.")
@click.option("--after", metavar="JOBID", help="Start when that job has succeeded.")
@click.option("--canary", is_flag=True, help="The first one runs first; the others start when it has succeeded.")
@click.option("--dry-run", is_flag=True, help="Compile all, write and submit nothing.")
@click.option("-N", "--nodes", metavar="N", help="Nodes of the job, whatever the workflow says.")
@click.option("-G", "--gpus-per-node", metavar="N", help="GPUs of a node, for planning.")
@click.option("-p", "--partition", metavar="NAME", help="The job's partition.")
@click.option("-A", "--account", metavar="NAME", help="The job's account.")
@click.option("--time", metavar="LIMIT", help="The job's time limit.")
@click.option("-J", "--job-name", metavar="NAME", help="The job's name.")
@click.option("-O", "--stdout", metavar="PATTERN", help="Where the job's output goes, as sbatch --output has it.")
@click.option("-E", "--stderr", metavar="PATTERN", help="Where its errors go.")
@click.option(
    "-e",
    "--extra",
    "directives",
    multiple=True,
    metavar="DIRECTIVE",
    help="A further #SBATCH option, such as '--exclusive'; repeatable.",
)
@workflow_options(("text", "json"), needs_files=False)
def command(
    inputs: Inputs,
    bulk_input: str | None,
    rows: tuple[str, ...],
    sweeps: tuple[str, ...],
    zipped: bool,
    emit_csv: str | None,
    whole: tuple[str, ...],
    **options: Any,
) -> None:
    """Compile many workflows to scripts, and submit them.

    One of: a table (--bulk-input), sweeps over the files (--sweep), self-contained workflows (--bulk-submit), or the files
    as one workflow.
    """
    _check_usage(inputs, bulk_input, sweeps, whole)
    for option, given, needs in (
        ("--row", rows, bulk_input or sweeps),
        ("--zip", zipped, sweeps),
        ("--emit-csv", emit_csv, sweeps),
    ):
        if given and not needs:
            raise click.UsageError(f"{option} needs {'--bulk-input' if option == '--row' else '--sweep'}.")
    wanted = _Wanted(**{name: options[name] for name in _Wanted.__dataclass_fields__})
    if wanted.max_running and not wanted.array:
        raise click.UsageError("--max-running needs --array.")
    if wanted.canary and not wanted.submit:
        raise click.UsageError("--canary needs --submit: only a job that there is can be waited for.")
    if wanted.after and not wanted.submit:
        options["directives"] = (*options["directives"], f"--dependency=afterok:{wanted.after}")
    overrides = replace(inputs.overrides(), job=_job_options(options))
    base = ("sflowc", "batch", *(word for pair in masked_words(inputs) for word in pair), *_job_words(options))
    batch = _Batch(Path(bulk_input).stem if bulk_input else "sweep" if sweeps else "batch" if whole else "")
    if bulk_input or sweeps:
        if emit_csv:
            folder = os.path.relpath(Path(emit_csv).parent)
            files = [name if Path(name).is_absolute() else os.path.relpath(name, folder) for name in inputs.files]
            write_file(Path(emit_csv), _sweep_text(sweeps, zipped, files, inputs))
            return
        table, data = _table(bulk_input, sweeps, zipped, inputs, batch.report)
        batch.files.data[bulk_input or SWEEP] = data
        if bulk_input:
            base = (*base, "--bulk-input", bulk_input)
        else:
            base = (*base, *(word for text in sweeps for word in ("--sweep", text)), *(["--zip"] if zipped else []))
            base = (*base, *(word for name in inputs.files for word in ("-f", name)))
        if table is not None:
            batch.jobs = jobs_of_table(table, selected(table, rows), overrides, base, batch.files, batch.report)
    elif whole:
        batch.jobs = _jobs_of_files(whole, overrides, base, batch.files)
    else:
        batch.jobs = _only_job(inputs, overrides, base, batch.files)
    _run(batch, wanted, inputs)


def _check_usage(inputs: Inputs, bulk_input: str | None, sweeps: tuple[str, ...], whole: tuple[str, ...]) -> None:
    ways = [
        name for name, given in (("--bulk-input", bulk_input), ("--sweep", sweeps), ("--bulk-submit", whole)) if given
    ]
    if len(ways) > 1:
        raise click.UsageError(f"{' and '.join(ways)} exclude each other.")
    if ways and ways != ["--sweep"] and inputs.files:
        raise click.UsageError(f"{ways[0]} names the workflow files itself; leave out {inputs.files[0]}.")
    if ways in ([], ["--sweep"]) and not inputs.files:
        raise click.UsageError("Name at least one workflow file, or a table with --bulk-input.")


def _job_options(options: dict[str, Any]) -> tuple[Option, ...]:
    found = [Option(option, options[key]) for option, key in _JOB_OPTIONS if options[key] is not None]
    directives = [
        f"--{key}={options[name]}" for key, name in (("output", "stdout"), ("error", "stderr")) if options[name]
    ]
    return (*found, *(Option("--directive", text) for text in (*directives, *options["directives"])))


def _job_words(options: dict[str, Any]) -> list[str]:
    """The same as they are typed."""
    named = (*_JOB_OPTIONS, ("--stdout", "stdout"), ("--stderr", "stderr"))
    words = [word for option, key in named if options[key] is not None for word in (option, options[key])]
    return [*words, *(word for text in options["directives"] for word in ("--extra", text))]


def _table(
    bulk_input: str | None, sweeps: tuple[str, ...], zipped: bool, inputs: Inputs, report: Reporter
) -> tuple[Table | None, bytes]:
    if bulk_input:
        ((name, data),) = read_files((bulk_input,))
        return read_table(name, data, report), data
    data = _sweep_text(sweeps, zipped, inputs.files, inputs).encode("utf-8", "surrogateescape")
    return read_table(SWEEP, data, report), data


def _sweep_text(sweeps: tuple[str, ...], zipped: bool, files: Sequence[str], inputs: Inputs) -> str:
    """The table that the sweeps stand for; it names the files like this."""
    try:
        names, values = sweep_rows(sweeps, zipped=zipped)
    except SweepError as error:
        raise click.UsageError(f"{error}.") from None
    own = [" ".join(files), " ".join(inputs.missable)]
    return csv_text([[FILES, MISSABLE, *names], *([*own, *row] for row in values)])


def _jobs_of_files(whole: tuple[str, ...], overrides: Overrides, command: tuple[str, ...], files: Files) -> list[Job]:
    names: dict[str, None] = {}
    for text in whole:
        path = Path(text)
        found = sorted(
            path.glob("*.y*ml") if path.is_dir() else Path(path.anchor or ".").glob(text.removeprefix(path.anchor))
        )
        if not found:
            raise click.UsageError(f"No workflow file is called {text}, and none lies in it.")
        names.update(dict.fromkeys(map(str, found)))
    _read(tuple(names), files)
    return [
        Job(number, (name,), overrides, (*command, "--bulk-submit", name)) for number, name in enumerate(names, start=1)
    ]


def _only_job(inputs: Inputs, overrides: Overrides, command: tuple[str, ...], files: Files) -> list[Job]:
    _read(inputs.files, files)
    return [Job(0, inputs.files, overrides, (*command, *(word for name in inputs.files for word in ("-f", name))))]


def _read(names: tuple[str, ...], files: Files) -> None:
    for name in names:
        if files.read(name) is None:
            raise click.UsageError(f"Cannot read {name}: {files.errors[name]}.")


def _run(batch: _Batch, wanted: _Wanted, inputs: Inputs) -> None:
    folder = Path(wanted.output or batch.name)
    with contextlib.ExitStack() as stack:
        stage = None if wanted.dry_run or batch.report.has_errors else stack.enter_context(staging(folder))
        outcome = Outcome(batch.jobs, _built(batch, stage, inputs))
        units = _units(outcome, stage, batch.name, folder, wanted) if batch.name else []
        if stage is not None and batch.name:
            (stage / RESULTS).write_text(outcome.csv(), encoding="utf-8")
            install(stage, folder)
        elif stage is not None:
            units = [([0], _write_one(stage, outcome.built[0], wanted.output))]
    if wanted.submit and not wanted.dry_run:
        _submit(outcome, units, folder if batch.name else None, wanted, inputs)
    _tell_outcome(outcome, units, folder if batch.name else None, wanted, inputs)
    if outcome.failed:
        raise SystemExit(1)


def _built(batch: _Batch, stage: Path | None, inputs: Inputs) -> list[Built]:
    """All compiled; ends the command with status 1 and what was found when there are mistakes."""
    cluster = cluster_profile(inputs.cluster, inputs.no_cluster)
    built: list[Built] = []
    if not batch.report.has_errors:
        if not batch.jobs:
            raise click.UsageError(f"{batch.name} has no rows.")
        shown = sys.stderr.isatty() and inputs.format == "text" and len(batch.jobs) > 1
        with progress("Compiling", len(batch.jobs), shown=shown) as step:
            built = build_all(batch.jobs, batch.files, stage, cluster, step)
    found = told_together(batch.jobs, built, batch.report)
    found = strictly(found) if inputs.strict else found
    errors = any(one.severity == "error" for one in found)
    options = input_sources([cluster] if cluster else [], batch.jobs[0].overrides if batch.jobs else inputs.overrides())
    if errors or found:
        tell(found, {**batch.files.data, **options}, inputs.format if errors else "text", err=True)
    if errors:
        raise SystemExit(1)
    return built


def _units(
    outcome: Outcome, stage: Path | None, name: str, folder: Path, wanted: _Wanted
) -> list[tuple[list[int], Path]]:
    """What is submitted, with the numbers of the rows that each script runs: a script for each, or job arrays."""
    single = [([one.number], folder / one.script) for one in outcome.built]
    if not wanted.array:
        return single
    alone = single[:1] if wanted.canary else []
    shapes: dict[tuple[str, ...], dict[int, str]] = {}
    for one in outcome.built[len(alone) :]:
        shapes.setdefault(one.directives, {})[one.number] = one.script
    arrays = []
    for index, (directives, scripts) in enumerate(shapes.items(), start=1):
        file = f"{name}_array.sh" if len(shapes) == 1 else f"{name}_array_{index}.sh"
        if stage is not None:
            text = job_array(name, scripts, directives, limit=wanted.max_running, folder=str(folder))
            write_file(stage / file, text, mode=0o755)
        arrays.append((list(scripts), folder / file))
    return [*alone, *arrays]


def _write_one(stage: Path, built: Built, output: str | None) -> Path:
    """The script of a single workflow: a file, or one in a directory."""
    path = Path(output or ".")
    if output is None or output.endswith("/") or path.is_dir():
        path = path / built.script
    staged = stage / built.script
    write_file(path, staged.read_bytes().decode("utf-8", "surrogateescape"), mode=stat.S_IMODE(staged.stat().st_mode))
    return path


def _submit(
    outcome: Outcome, units: list[tuple[list[int], Path]], folder: Path | None, wanted: _Wanted, inputs: Inputs
) -> None:
    def done(index: int, submission: Submission) -> None:
        rows, _ = units[index]
        for row in rows:
            element = f"{submission.job_id}_{row}" if len(rows) > 1 and submission.job_id else submission.job_id
            outcome.submitted[row] = Submission(element, submission.error)
        if folder is not None:
            write_file(folder / RESULTS, outcome.csv())
        step()

    shown = sys.stderr.isatty() and inputs.format == "text" and len(units) > 1
    with progress("Submitting", len(units), shown=shown) as step:
        submit_all([path for _, path in units], after=wanted.after, canary=wanted.canary, done=done)


def _tell_outcome(
    outcome: Outcome, units: list[tuple[list[int], Path]], folder: Path | None, wanted: _Wanted, inputs: Inputs
) -> None:
    if inputs.format == "json":
        directory = None if folder is None or wanted.dry_run else str(folder)
        click.echo(render.to_json({"directory": directory, "workflows": outcome.records()}), nl=False)
        return
    count = len(outcome.built)
    scripts = f"{count} script{'s' if count > 1 else ''}"
    for rows, path in units if len(units) <= _LISTED or outcome.failed else []:
        said = outcome.submitted.get(rows[0], Submission())
        if said.error or len(units) <= _LISTED:
            number = said.job_id.partition("_")[0]
            state = f"  {said.error}" if said.error else f"  job {number}" if number else ""
            click.echo(f"{path}{state}" if not wanted.dry_run else f"{path.name}  would be written")
    if folder is None:
        return
    if wanted.dry_run:
        click.echo(f"{scripts} would be written to {folder}/")
    else:
        taken = sum(bool(one.job_id) for one in outcome.submitted.values())
        sent = f", {taken} of {count} submitted" if wanted.submit else ""
        click.echo(f"{scripts} in {folder}/{sent}; see {folder / RESULTS}")
