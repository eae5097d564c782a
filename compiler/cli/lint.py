"""`sflowc lint`: everything that the compiler can find, and nothing written.

In: files and overrides. Out: diagnostics; exit status 1 when one is an error, with --strict also for a warning.
"""

from __future__ import annotations

from dataclasses import replace

import click

from .. import render
from ..diagnostics import Diagnostic
from .inputs import Inputs, compile_inputs, read_files, strictly, tell, workflow_options
from .rows import lint_table
from .shellcheck import LEVELS, lint_with
from .words import Word


@click.command("lint")
@click.option(
    "--shellcheck",
    "level",
    type=Word(LEVELS),
    default="warning",
    show_default=True,
    help="The least severe findings of shellcheck in the tasks' scripts that are told.",
)
@workflow_options()
def command(inputs: Inputs, level: str) -> None:
    """Report everything that the compiler can find.

    Of a table (a file that ends in .csv) the workflows of all rows are compiled.
    """
    found, sources = _findings(inputs, level)
    if inputs.format == "json":
        click.echo(render.to_json(render.diagnostics_json(found)), nl=False)
    else:
        tell(found, sources, inputs.format)
    severities = {diagnostic.severity for diagnostic in found}
    if "error" in severities:
        raise SystemExit(1)
    if inputs.format == "text":
        names = ", ".join(inputs.files)
        click.echo(f"{names}: {'no errors' if 'warning' in severities else 'nothing to say'}")


def _findings(inputs: Inputs, level: str) -> tuple[tuple[Diagnostic, ...], dict[str, bytes]]:
    """What is found in the workflow, and in each table."""
    tables = tuple(name for name in inputs.files if name.endswith(".csv"))
    files = tuple(name for name in inputs.files if name not in tables)
    found: list[Diagnostic] = []
    sources: dict[str, bytes] = {}
    if files:
        done, sources = compile_inputs(replace(inputs, files=files), lint=lint_with(level))
        found += done.diagnostics
    for name, data in read_files(tables):
        more, read = lint_table(name, data, inputs)
        found += strictly(more) if inputs.strict else more
        sources |= read
    return tuple(found), sources
