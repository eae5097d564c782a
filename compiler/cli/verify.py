"""`sflowc verify`: whether a script still is what was compiled.

In: a script; also workflow files, that it is compared with. Out: what was edited, or is out of date; exit status 1 for either.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from ..emit.signature import Signature, digest, signature
from ..render import to_json
from ..targets import default_target
from .inputs import Inputs, fail, plan_or_exit, workflow_options
from .names import complete_files
from .rebuild import rebuild_command


@click.command("verify")
@click.argument("script", metavar="SCRIPT", shell_complete=complete_files)
@workflow_options(("text", "json"), needs_files=False)
def command(inputs: Inputs, script: str) -> None:
    """Tell an edited or outdated script from a faithful one.

    A script says in its header what it was compiled from. Without FILE the sources that it names are looked at, where they are here
    or beside it; with FILE it is compared with what these compile to now. Exit status 1 when anything differs.
    """
    text = _text(Path(script))
    signed = signature(text)
    if signed is None:
        fail(f"{script} is no script of sflowc, or its header was removed")
    found = list(_edits(signed))
    found += _rebuilt(signed, inputs) if inputs.files else _sources(signed, Path(script))
    if inputs.format == "json":
        record = {"script": script, "sflowc": signed.version, "faithful": not found, "differences": found}
        click.echo(to_json(record), nl=False)
    else:
        for line in found:
            click.echo(f"{script}: {line}")
        if not found:
            click.echo(f"{script} is what sflowc {signed.version} compiled")
    raise SystemExit(1 if found else 0)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        fail(f"cannot read {path}: {error.strerror}")


def _edits(signed: Signature) -> Iterator[str]:
    if "options" in signed.edited:
        yield "its #SBATCH lines were edited"
    if "header" in signed.edited:
        yield "its header was edited"
    if "body" in signed.edited:
        yield "it was edited below its header"


def _sources(signed: Signature, script: Path) -> Iterator[str]:
    """Sources that have changed; one that is not here says nothing."""
    for name, sha256 in signed.sources:
        for place in (Path(name), script.parent / name):
            if place.is_file():
                if digest(place.read_bytes().decode("utf-8", "surrogateescape")) != sha256:
                    yield f"it is out of date: {name} has changed since"
                break


def _rebuilt(signed: Signature, inputs: Inputs) -> Iterator[str]:
    """What differs from a script that is compiled now. Names of files may: they say nothing of what it does."""
    plan = plan_or_exit(inputs, rebuild_command(inputs), to_stdout=True)
    now = signature(default_target(plan).emit(plan))
    assert now is not None
    if now.directives != signed.directives:
        yield "it is out of date: these files ask Slurm for something else"
    if now.body != signed.body:
        older = f" (by sflowc {now.version}; it is of {signed.version})" if now.version != signed.version else ""
        yield f"it is out of date: these files compile to another script{older}"
