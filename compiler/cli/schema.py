"""`sflowc schema`: the JSON Schema of workflow files, for editors; as a page, for people.

In: nothing. Out: the schema that ships with this version.
"""

from __future__ import annotations

import json
from typing import TextIO

import click

from .. import resources


@click.command("schema")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", help="Where it goes.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "markdown"]),
    default="json",
    show_default=True,
    help="markdown: a page on every key of the language.",
)
def command(output: TextIO, form: str) -> None:
    """Print the JSON Schema of workflow files.

    An editor with the YAML language server takes it through the first line of a file:
    # yaml-language-server: $schema=workflow.schema.json
    """
    text = resources.read_text("schemas", "workflow.schema.json")
    if form == "markdown":
        from ..render.language_page import language_page

        text = language_page(json.loads(text))
    click.echo(text, file=output, nl=False)
