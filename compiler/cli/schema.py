"""`sflowc schema`: the JSON Schema of workflow files, for editors.

In: nothing. Out: the schema that ships with this version.
"""

from __future__ import annotations

from typing import TextIO

import click

from .. import resources


@click.command("schema")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", help="Where it goes.")
def command(output: TextIO) -> None:
    """Print the JSON Schema of workflow files.

    An editor with the YAML language server takes it through the first line of a file:
    # yaml-language-server: $schema=workflow.schema.json
    """
    click.echo(resources.read_text("schemas", "workflow.schema.json"), file=output, nl=False)
