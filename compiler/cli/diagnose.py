"""`sflowc diagnose`: why a run failed.

In: a run, by its directory, job or name; or a file with what a script printed. Out: the diagnosis, and exit status 0 without a
fault, 1 with one, 3 when it cannot be known.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from .. import render
from ..diagnostics import Reporter
from ..render.diagnosis import diagnosis_json, diagnosis_markdown, diagnosis_text
from ..runs.diagnose import (
    Cleaner,
    Diagnosis,
    Outside,
    Pattern,
    diagnose,
    diagnose_output,
    load_patterns,
    own_patterns,
    secret_values,
)
from ..runs.find import NoRun, find_run, holds
from ..runs.run import Run
from ..runs.secrets import script_secrets
from ..runs.standing import LOST, standing
from .inputs import tell, wants_colour
from .job_output import job_end, job_output, output_of_number
from .names import complete_files
from .run_dirs import run_argument, unknown
from .words import Word

_STATUS = {"none": 0, "fault": 1, "unknown": 3}


@click.command("diagnose")
@run_argument
@click.option(
    "--patterns",
    "files",
    multiple=True,
    metavar="FILE",
    shell_complete=complete_files,
    help="Patterns of your own, tried before those of sflowc; repeatable.",
)
@click.option(
    "--job-output",
    "given",
    metavar="FILE",
    shell_complete=complete_files,
    help="What the job printed; looked for when left out.",
)
@click.option(
    "--format",
    "form",
    type=Word(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def command(reference: str | None, output_dir: str, files: tuple[str, ...], given: str | None, form: str) -> None:
    """Say why a run failed, and who is at fault: the workflow, the application, or what they ran on.

    Looks at the layers from the lowest: orchestration, allocation, infrastructure, routing, benchmark. Of a run that goes on it
    says what that waits for. Instead of a run, a file may be named: what a script printed that did not get to a run.

    Exit status: 0 no fault found, 1 a fault, 3 that cannot be known.
    """
    patterns = (*_own(files, form), *own_patterns())
    found = _diagnose(reference, output_dir, given, patterns)
    if form == "json":
        text = render.to_json(diagnosis_json(found))
    elif form == "markdown":
        text = diagnosis_markdown(found)
    else:
        text = diagnosis_text(found, colour=wants_colour(sys.stdout))
    click.echo(text, nl=False)
    raise SystemExit(_STATUS[found.verdict])


def _own(files: tuple[str, ...], form: str) -> tuple[Pattern, ...]:
    """The patterns of the user's files. Ends the command when one cannot be read, or has a mistake."""
    report, sources, found = Reporter(), {}, list[Pattern]()
    for name in files:
        try:
            sources[name] = Path(name).read_bytes()
        except OSError as error:
            raise click.UsageError(f"Cannot read the patterns in {name}: {error.strerror}.") from None
        found += load_patterns(name, sources[name], report)
    if len(report):
        tell(tuple(report), sources, "json" if form == "json" and report.has_errors else "text")
    if report.has_errors:
        raise SystemExit(2)
    return tuple(found)


def _diagnose(reference: str | None, output_dir: str, given: str | None, patterns: tuple[Pattern, ...]) -> Diagnosis:
    cleaner = Cleaner(secret_values(os.environ))
    printed = Path(given) if given is not None else None
    if printed is not None and not printed.is_file():
        raise click.UsageError(f"Cannot read {printed}: there is no such file.")
    if reference is not None and holds(Path(reference).is_file):
        return diagnose_output(Path(reference).name, Outside(reference, Path(reference)), patterns, cleaner)
    try:
        run = Run(find_run(reference, Path(output_dir)))
    except NoRun as none:
        printed = printed or (output_of_number(reference, Path(output_dir)) if reference else None)
        if printed is None:
            unknown(str(none))
        return diagnose_output(printed.name, Outside(str(printed), printed), patterns, cleaner)
    how = standing(run)
    cleaner = Cleaner([*secret_values(os.environ), *script_secrets(run)])
    printed = printed or job_output(run)
    outside = [*([Outside(str(printed), printed)] if printed is not None else []), *job_end(run)]
    return diagnose(run, patterns, cleaner=cleaner, outside=outside, alive=False if how.state == LOST else None)
