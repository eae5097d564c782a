"""`sflowc collect`: the outputs of many runs as one table, and plots of it.

In: runs, folders of runs, results.csv of batches. Out: the table as text, CSV, JSON or Parquet; pictures.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ..render import to_json
from ..render.collected import table_text
from ..render.collected_files import NoLibrary, table_csv, table_json, table_parquet
from ..render.plot import plot_bytes
from ..runs.batches import RESULTS, BatchRow, NoBatch, is_batch, read_batch
from ..runs.collect import Source, Wanted, collect
from ..runs.find import NoRun, find_run, holds, is_run, runs_below
from ..runs.plots import KEYS, NoPlot, picture, read_spec
from ..runs.run import Run
from ..runs.secrets import Masker
from ..runs.standing import standing
from ..runs.table import LISTS, Table
from .files import write_file
from .inputs import fail, wants_colour
from .names import complete_files
from .run_dirs import complete_runs, output_dir_option, unknown
from .words import Word

FORMATS = ("text", "csv", "json", "parquet")
_SUFFIXES = {".csv": "csv", ".json": "json", ".parquet": "parquet"}
_PART = re.compile(rf"(?:{'|'.join(KEYS)})=")
_WHOLE = re.compile(rf"\s(?:{'|'.join(KEYS)})=")
"""A plot that was quoted as one word."""


class PlotCommand(click.Command):
    """A command whose --plot takes all words that follow and are KEY=VALUE of a plot, as one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words, folded = list(args), list[str]()
        while words:
            word = words.pop(0)
            own = _leading(words) if word.startswith("--plot") else 0
            if word == "--plot" and own:
                folded += [word, words[0] if _WHOLE.search(words[0]) else shlex.join(words[:own])]
            elif own:
                folded.append(f"{word} {shlex.join(words[:own])}")
            else:
                folded.append(word)
            del words[:own]
            if word == "--":
                folded += words
                break
        return super().parse_args(ctx, folded)


def _leading(words: list[str]) -> int:
    """How many words are the plot's."""
    if words and _WHOLE.search(words[0]):
        return 1
    return next((i for i, word in enumerate(words) if not _PART.match(word)), len(words))


@click.command("collect", cls=PlotCommand)
@click.argument("given", metavar="[RUN_DIR|FOLDER|RESULTS_CSV]...", nargs=-1, shell_complete=complete_runs)
@output_dir_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=complete_files,
    help="Where the table goes; the format is that of its suffix when none is named.",
)
@click.option("--format", "form", type=Word(FORMATS), help="How to print.  [default: text]")
@click.option("--csv", "short", flag_value="csv", help="The same as --format csv.")
@click.option("--json", "short", flag_value="json", help="The same as --format json.")
@click.option("--parquet", "short", flag_value="parquet", help="The same as --format parquet.")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="NAME|GLOB",
    help="Only these tasks, by their own name or that of their replicas; repeatable. Without it those that give outputs.",
)
@click.option(
    "--variable", "variables", multiple=True, metavar="NAME", help="One more variable as a column; repeatable."
)
@click.option("--latest", is_flag=True, help="Of several runs of the same script and values only the last.")
@click.option(
    "--lists",
    type=Word(("all", "first", "last", *LISTS)),
    default="all",
    show_default=True,
    help="What becomes of an output that was found more than once.",
)
@click.option(
    "--plot",
    "plots",
    multiple=True,
    metavar="X=COLUMN Y=COLUMN,... [SERIES=COLUMN,...] [LABEL=COLUMN] [LOG=x|y|xy] [TITLE=TEXT] [TO=FILE]",
    help="Draw a picture, PNG, SVG or PDF; repeatable.",
)
def command(given: tuple[str, ...], output_dir: str, plots: tuple[str, ...], lists: str, **options: Any) -> None:
    """Put the outputs of many runs into one table, and plot them.

    A run is a directory, a folder of runs, the id of a Slurm job, a run's id or a part of it; without one, all runs in the
    folder of runs. With the results.csv of `sflowc batch` (or the folder that it is in) the table has the values of its
    columns, and a row for what has not been run.

    Exit status: 0 there is a table, 1 it cannot be written, 2 wrong usage, 3 there is no such run.
    """
    output: str | None = options["output"]
    form = _form(options["form"], options["short"], output)
    try:
        specs = [read_spec(text) for text in plots]
        table = _table(given, output_dir, options).with_lists(lists)
        pictures = [(spec, picture(table, spec)) for spec in specs]
    except (NoPlot, NoBatch) as error:
        raise click.UsageError(str(error)) from None
    if len({spec.file for spec in specs}) < len(specs):
        raise click.UsageError("Two plots go to the same file; name another with TO=FILE.")
    try:
        _print(table, form, output)
        for spec, drawn in pictures:
            write_file(Path(spec.file), plot_bytes(drawn, Path(spec.file).suffix[1:].lower()))
            click.echo(f"sflowc: wrote {spec.file}", err=True)
    except NoLibrary as error:
        fail(str(error))


def _form(form: str | None, short: str | None, output: str | None) -> str:
    if form and short and form != short:
        raise click.UsageError(f"--format {form} and --{short} exclude each other.")
    form = form or short or _SUFFIXES.get(Path(output or "").suffix.lower(), "text")
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is nothing for a terminal; name a file with --output.")
    return form


def _table(given: tuple[str, ...], output_dir: str, options: dict[str, Any]) -> Table:
    runs: dict[Path, Path] = {}
    columns: dict[str, None] = {}
    rows: list[BatchRow] = []
    for path in _paths(given, output_dir):
        if path.name == RESULTS or not path.is_dir():
            own, found = read_batch(path)
            columns.update(dict.fromkeys(own))
            rows += found
        else:
            runs.setdefault(path.resolve(), path)
    if not runs and not rows:
        unknown(f"No run in {', '.join(given) or output_dir}.")
    sources = []
    for path in runs.values():
        run = Run(path)
        sources.append(Source(run, standing(run), Masker.of(run, os.environ)))
    wanted = Wanted(options["tasks"], options["variables"], options["latest"])
    return collect(sources, tuple(columns), rows, wanted)


def _paths(given: tuple[str, ...], output_dir: str) -> Iterator[Path]:
    """Run directories, and tables of batches. Ends the command with status 3 for what is neither."""
    for name in given or (output_dir,):
        path = Path(name)
        if holds(path.is_file) or is_run(path):
            yield path
        elif holds(path.is_dir):
            inside = [*([path / RESULTS] if is_batch(path / RESULTS) else []), *runs_below(path)]
            if not inside:
                unknown(f"No run in {name}.")
            yield from inside
        else:
            try:
                yield find_run(name if given else None, Path(output_dir))
            except NoRun as no_run:
                unknown(str(no_run))


def _print(table: Table, form: str, output: str | None) -> None:
    if form == "text":
        data: str | bytes = table_text(table, colour=output is None and wants_colour(sys.stdout))
    elif form == "csv":
        data = table_csv(table)
    elif form == "json":
        data = to_json(table_json(table))
    else:
        data = table_parquet(table)
    if output is not None and output != "-":
        write_file(Path(output), data)
    else:
        click.echo(data, nl=False)
