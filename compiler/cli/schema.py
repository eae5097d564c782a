"""`sflowc schema`: the JSON Schema of what people write, for editors; of workflow files also as a page.

In: which one. Out: the schema that ships with this version.
"""

from __future__ import annotations

import json
from typing import TextIO

import click

from .. import resources
from .words import Word


@click.command("schema")
@click.argument(
    "name", type=Word(["workflow", "cluster", "patterns"]), default="workflow", metavar="[workflow|cluster|patterns]"
)
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", help="Where it goes.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "markdown"]),
    default="json",
    show_default=True,
    help="markdown: a page on every key of the language.",
)
def command(name: str, output: TextIO, form: str) -> None:
    """Print the JSON Schema of workflow files, of cluster profiles, or of patterns for diagnose.

    An editor with the YAML language server takes it through the first line of a file:
    # yaml-language-server: $schema=workflow.schema.json
    """
    text = resources.read_text("schemas", f"{name}.schema.json")
    if form == "markdown":
        if name != "workflow":
            raise click.UsageError("--format markdown is for the language of workflow files.")
        from ..render.language_page import language_page

        text = language_page(json.loads(text))
    click.echo(text, file=output, nl=False)
