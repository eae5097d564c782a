"""`sflowc visualize`: the workflow as a picture.

In: files and overrides. Out: the graph of the plan, in text for other programs, as a picture, or for the terminal.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from ..ir.plan import Plan
from ..ir.secrets import hide
from ..render.boxes import ascii_boxes
from ..render.dot import dot
from ..render.graph import graph_of
from ..render.mermaid import mermaid
from ..render.paint import WIDTH
from .files import write_file
from .graphviz import INSTALL, draw
from .inputs import Inputs, fail, plan_or_exit, wants_colour, workflow_options
from .names import complete_files

SUFFIXES = {
    "mermaid": ".mmd",
    "dot": ".dot",
    "svg": ".svg",
    "png": ".png",
    "pdf": ".pdf",
    "ascii": ".txt",
    "html": ".html",
}
"""Every format with the end of its files' names."""


@click.command("visualize")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR/",
    shell_complete=complete_files,
    help="Where the picture goes; a directory names it after the workflow. Without --format, the file's ending says which.",
)
@click.option("--show-variables", is_flag=True, help="Show the values of variables too, but for secrets.")
@workflow_options(tuple(SUFFIXES))
def command(inputs: Inputs, output: str | None, show_variables: bool) -> None:
    """Draw the workflow: tasks, replicas, what waits for what, GPUs.

    svg, png and pdf need Graphviz (its program dot). html is a page that needs no network; without Graphviz it shows the
    steps without the graph. Without --output the picture goes to standard output.
    """
    form = _format(inputs, output)
    to_stdout = output is None or output == "-"
    if to_stdout and form in ("png", "pdf") and sys.stdout.isatty():
        raise click.UsageError(f"A {form} is nothing for a terminal: name a file with --output, or use --format ascii.")
    plan = plan_or_exit(inputs, to_stdout=to_stdout)
    picture = _picture(plan, form, show_variables=show_variables, to_stdout=to_stdout)
    if output is None or output == "-":
        click.echo(picture, nl=False)
        return
    path = Path(output)
    if output.endswith(("/", os.sep)) or path.is_dir():
        path = path / f"{plan.workflow}{SUFFIXES[form]}"
    write_file(path, picture)


def _format(inputs: Inputs, output: str | None) -> str:
    """The format asked for, or that of the file."""
    source = click.get_current_context().get_parameter_source("output_format")
    if output is None or source is not click.core.ParameterSource.DEFAULT:
        return inputs.format
    ending = Path(output).suffix.lower()
    return next((form for form, suffix in SUFFIXES.items() if suffix == ending), inputs.format)


def _picture(plan: Plan, form: str, *, show_variables: bool, to_stdout: bool) -> str | bytes:
    if form == "html":
        return _page(plan, show_variables=show_variables)
    graph = graph_of(plan, show_variables=show_variables)
    if form == "mermaid":
        return hide(mermaid(graph), plan.secrets)
    if form == "dot":
        return hide(dot(graph), plan.secrets)
    if form == "ascii":
        on_terminal = to_stdout and sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if on_terminal else WIDTH
        return hide(ascii_boxes(graph, width=width, colour=to_stdout and wants_colour(sys.stdout)), plan.secrets)
    picture = draw(hide(dot(graph), plan.secrets), form)
    if picture is None:
        fail(
            f"{form} needs Graphviz, whose program `dot` is not here: {INSTALL}. mermaid, dot, ascii and html need nothing"
        )
    return picture


def _page(plan: Plan, *, show_variables: bool) -> str:
    from ..render.page import html_page

    svg = draw(dot(graph_of(plan), in_page=True), "svg")
    page = html_page(plan, None if svg is None else svg.decode("utf-8"), show_variables=show_variables)
    return hide(page, plan.secrets)
