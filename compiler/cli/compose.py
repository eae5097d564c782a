"""`sflowc compose`: several workflow files as one.

In: files and overrides. Out: YAML, on standard output or in a file, that compiles to the same plan as the files do.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..driver import compile_workflow, compose_workflow
from ..inline import inline_variables
from ..render.workflow_yaml import workflow_yaml
from ..source.compose import Document, without_absent
from .cluster import cluster_profile
from .files import write_file
from .inputs import Inputs, input_sources, read_files, tell, workflow_options
from .names import complete_files
from .rebuild import masked_words
from .rows import documents_of_table


@click.command("compose")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR/",
    shell_complete=complete_files,
    help="Where the YAML goes; a directory names it after the workflow.",
)
@click.option(
    "-r",
    "--resolve",
    is_flag=True,
    help="Put the values of variables in place of the expressions that name them, and drop those that nothing needs any more.",
)
@click.option(
    "--bulk-input",
    metavar="CSV",
    shell_complete=complete_files,
    help="Compose the workflow of each row of a table, into a directory.",
)
@click.option(
    "--row",
    "rows",
    multiple=True,
    metavar="ROWS",
    help="With --bulk-input: only these rows: 3, 1:4, 1:6:2 or 1,3,5; repeatable.",
)
@click.option("--validate", is_flag=True, help="Also compile it: report everything that build would.")
@workflow_options(needs_files=False)
def command(
    inputs: Inputs, output: str | None, resolve: bool, bulk_input: str | None, rows: tuple[str, ...], validate: bool
) -> None:
    """Merge workflow files to one.

    The result has the overrides of --set and --artifact in it, and no dependency on a missable task that is absent. Comments
    are not kept. Without --output it goes to standard output.
    """
    if bulk_input:
        _compose_table(inputs, bulk_input, rows, output, resolve=resolve)
        return
    if rows or not inputs.files:
        raise click.UsageError(
            "--row needs --bulk-input." if rows else "Name at least one workflow file, or a table with --bulk-input."
        )
    document = composed(inputs, validate=validate or resolve)
    if resolve:
        document = inline_variables(document)
    text = workflow_yaml(document, _head(inputs))
    if output is None or output == "-":
        click.echo(text, nl=False)
        return
    assert document.workflow_name is not None
    path = Path(output)
    if output.endswith(("/", os.sep)) or path.is_dir():
        path = path / f"{document.workflow_name.text}.yaml"
    write_file(path, text)


def composed(inputs: Inputs, *, validate: bool = False) -> Document:
    """The document, without what is absent; ends the command with status 1 and diagnostics when there is none."""
    files = read_files(inputs.files)
    overrides = inputs.overrides()
    profile = cluster_profile(inputs.cluster, inputs.no_cluster) if validate else None
    sources = input_sources([*files, profile] if profile else files, overrides)
    done = compose_workflow(files, overrides)
    document, found = done.document, done.diagnostics
    if document is not None and (validate or overrides.missable):
        compilation = compile_workflow(files, overrides, cluster=profile)
        found = compilation.diagnostics
        if compilation.plan is not None:
            document = without_absent(document, {task.name for task in compilation.plan.tasks})
        else:
            document = None
    tell(found, sources, inputs.format, err=True)
    if document is None:
        raise SystemExit(1)
    return document


def _compose_table(
    inputs: Inputs, bulk_input: str, rows: tuple[str, ...], output: str | None, *, resolve: bool
) -> None:
    """A file for each row, in a directory or, of a single row, where --output says. All are compiled before one is written."""
    if inputs.files:
        raise click.UsageError(f"--bulk-input names the workflow files itself; leave out {inputs.files[0]}.")
    command = ("sflowc", "compose", "--bulk-input", bulk_input)
    ((name, data),) = read_files((bulk_input,))
    documents, found, sources = documents_of_table(name, data, rows, command, inputs)
    if found:
        tell(found, {**sources, **input_sources([], inputs.overrides())}, inputs.format, err=True)
    if any(one.severity == "error" for one in found):
        raise SystemExit(1)
    texts = {
        each.name: workflow_yaml(inline_variables(each.document) if resolve else each.document, each.head)
        for each in documents
    }
    if len(texts) == 1 and output is not None and not output.endswith(os.sep) and not Path(output).is_dir():
        write_file(Path(output), next(iter(texts.values())))
        return
    if len(texts) == 1 and output is None:
        click.echo(next(iter(texts.values())), nl=False)
        return
    folder = Path(output or Path(bulk_input).stem)
    for file, text in texts.items():
        write_file(folder / file, text)
        click.echo(str(folder / file))


def _head(inputs: Inputs) -> list[str]:
    names = ", ".join("standard input" if name == "-" else name for name in inputs.files)
    more = [f"  {option} {value}" for option, value in masked_words(inputs)]
    return [f"Composed by sflowc from {names}", *more]
