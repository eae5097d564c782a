"""`sflowc sample`: workflows to start from.

In: the name of a sample, or --list. Out: its file or folder, and what to do next.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from .. import library
from ..diagnostics import did_you_mean
from .files import write_file
from .inputs import fail
from .words import Word


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(each.name, help=each.about) for each in library.known() if each.name.startswith(incomplete)]


@click.command("sample")
@click.argument("name", required=False, shell_complete=_complete)
@click.option("--list", "listed", is_flag=True, help="List the samples: what each is about, what it needs.")
@click.option(
    "-o",
    "--output",
    metavar="DEST",
    help="The file or folder that it becomes; with a slash at the end, the folder that it goes into.",
)
@click.option("--force", is_flag=True, help="Replace files that are there and differ.")
@click.option("--format", "form", type=Word(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(name: str | None, listed: bool, output: str | None, force: bool, form: str) -> None:
    """Copy a sample to start from: a workflow, or a folder of them.

    Without --output it goes to the current directory. Without a name the samples are listed.
    """
    if name is None or listed:
        if output is not None or (name is not None and listed):
            raise click.UsageError("--list takes neither a name nor --output.")
        click.echo(_list_json() if form == "json" else _list_text(), nl=False)
        return
    sample = _found(name)
    dest = _destination(sample, output)
    texts = {(dest / file if sample.is_folder else dest): text for file, text in sample.files().items()}
    _refuse_to_lose(texts, force=force)
    for path, text in texts.items():
        write_file(path, text)
    steps = _steps(sample, dest)
    if form == "json":
        written = {"name": sample.name, "written": [str(path) for path in texts], "next": steps}
        click.echo(json.dumps(written, indent=2, ensure_ascii=False))
        return
    for path in texts:
        click.echo(f"wrote {path}")
    click.echo(f"It needs: {sample.needs}. Next:")
    for step in steps:
        click.echo(f"  {step}")


def _found(name: str) -> library.Sample:
    sample = library.find(name)
    if sample is None:
        advice = did_you_mean(name, [each.name for each in library.known()], what="There are")
        raise click.UsageError(f"No such sample '{name}'. {advice[:1].upper()}{advice[1:]}")
    return sample


def _destination(sample: library.Sample, output: str | None) -> Path:
    own = sample.name if sample.is_folder else f"{sample.name}.yaml"
    if output is None:
        return Path(own)
    into = output.endswith("/") or (not sample.is_folder and Path(output).is_dir())
    return Path(output) / own if into else Path(output)


def _refuse_to_lose(texts: Mapping[Path, str], *, force: bool) -> None:
    """Ends the command when a file that somebody has changed would be replaced, before anything is written."""
    try:
        differ = [path for path, text in texts.items() if path.exists() and path.read_bytes() != text.encode()]
    except OSError as error:
        fail(f"cannot read {error.filename}: {error.strerror}")
    if differ and not force:
        fail(f"there already and different: {', '.join(map(str, differ))}; --force replaces them")


def _steps(sample: library.Sample, dest: Path) -> list[str]:
    if sample.is_folder:
        return [f"cd {shlex.quote(str(dest))}", *sample.next]
    return [step.replace("{}", shlex.quote(str(dest))) for step in sample.next]


def _list_json() -> str:
    listed = [
        {"name": each.name, "about": each.about, "needs": each.needs, "files": list(each.files())}
        for each in library.known()
    ]
    return json.dumps({"samples": listed}, indent=2, ensure_ascii=False) + "\n"


def _list_text() -> str:
    known = library.known()
    width = max(len(each.name) for each in known) + 2
    lines = [line for each in known for line in (f"{each.name:{width}}{each.about}", f"{'':{width}}needs {each.needs}")]
    return "\n".join([*lines, "", "`sflowc sample NAME` copies one here.\n"])
