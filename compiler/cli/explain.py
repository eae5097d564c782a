"""`sflowc explain`: what a diagnostic code means.

In: a code, or none for the list of all. Out: its entry in the catalogue, as text, JSON or Markdown.
"""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from .. import codes, render
from ..diagnostics import did_you_mean
from ..render.explanation import explanation_json, explanation_list, explanation_page, explanation_text
from .inputs import wants_colour
from .words import Word


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(code) for code in codes.known() if code.startswith(incomplete)]


@click.command("explain")
@click.argument("code", required=False, shell_complete=_complete)
@click.option(
    "--format",
    "output_format",
    type=Word(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def command(code: str | None, output_format: str) -> None:
    """Say what a diagnostic code means, with an example and its cure.

    Without a code all codes are listed.
    """
    entries = [codes.entry(name) for name in (codes.known() if code is None else (_found(code),))]
    if output_format == "json":
        shown = [explanation_json(entry) for entry in entries]
        text = render.to_json({"codes": shown} if code is None else shown[0])
    elif output_format == "markdown":
        text = explanation_page(entries)
    elif code is None:
        text = explanation_list(entries, colour=wants_colour(sys.stdout))
    else:
        text = explanation_text(entries[0], colour=wants_colour(sys.stdout))
    click.echo(text, nl=False)


def _found(code: str) -> str:
    """The code as the catalogue has it; brackets around it, as diagnostics print them, do not matter."""
    bare = code.strip().removeprefix("error").removeprefix("warning").removeprefix("note").strip("[]")
    found = codes.find(bare) or codes.find(bare.lower())
    if found is None:
        advice = did_you_mean(bare.lower(), codes.known(), what="There are")
        raise click.UsageError(f"No such code '{code}'. {advice[:1].upper()}{advice[1:]}")
    return found
