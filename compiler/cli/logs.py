"""`sflowc logs`: what tasks printed.

In: a run, and tasks. Out: their logs, byte for byte when it goes to a file or a pipe; on a terminal without what could steer it,
but for colours.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ..diagnostics import did_you_mean
from ..runs.find import NoRun, find_run
from ..runs.logs import LogTail
from ..runs.run import GOOD_STATES, Run
from ..runs.standing import standing
from .inputs import wants_colour
from .run_dirs import OUTPUT_DIR, run_option, run_or_exit

_PAUSE = 0.2
"""Seconds between two looks at a log that grows."""
_STEERING = re.compile(r"(\x1b\[[0-9;:]*m)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PREFIXES = (36, 33, 35, 32, 34, 96, 93, 95)


def _complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    try:
        run = Run(find_run(ctx.params.get("reference"), Path(ctx.params.get("output_dir") or OUTPUT_DIR)))
    except NoRun:
        return []
    return [
        CompletionItem(name, help=task.state) for name, task in run.state.tasks.items() if name.startswith(incomplete)
    ]


@click.command("logs")
@click.argument("tasks", nargs=-1, metavar="[TASK]...", shell_complete=_complete)
@run_option
@click.option("-f", "--follow", is_flag=True, help="Go on as the logs grow, until the tasks have ended.")
@click.option("-n", "--lines", type=click.IntRange(min=0), metavar="N", help="Only the last N lines of each.")
def command(tasks: tuple[str, ...], reference: str | None, output_dir: str, follow: bool, lines: int | None) -> None:
    """Print the logs of tasks of a run.

    TASK is a task, or one that has replicas for all of them; without one it is every task. The lines of several tasks
    have their names in front.
    """
    run = Run(run_or_exit(reference, output_dir))
    names = _named(tasks, run)
    logs = _Logs(names, run, lines)
    while True:
        last = not follow or _over(names, run)
        while logs.print_more():
            pass
        if last:
            break
        sys.stdout.flush()
        time.sleep(_PAUSE)
        run.refresh()
    logs.finish()


def _named(tasks: Sequence[str], run: Run) -> list[str]:
    known = list(run.state.tasks)
    bases = {task.name: task.base for task in run.facts.tasks} if run.facts else {}
    if not tasks:
        return known
    names: list[str] = []
    for wanted in tasks:
        found = [name for name in known if wanted in (name, bases.get(name))]
        if not found:
            raise click.UsageError(
                f"No task of this run is called '{wanted}'; {did_you_mean(wanted, known, what='there are')}"
            )
        names += [name for name in found if name not in names]
    return names


def _over(names: Sequence[str], run: Run) -> bool:
    """Whether nothing more can come."""
    ended = (*GOOD_STATES, "FAILED", "TIMEOUT", "CANCELLED")
    if all(run.state.tasks[name].state in ended for name in names if name in run.state.tasks):
        return True
    return standing(run, ask=lambda _: None).state != "RUNNING"


class _Logs:
    """Prints the logs of some tasks as far as they go."""

    def __init__(self, names: Sequence[str], run: Run, lines: int | None) -> None:
        self.tails = {name: LogTail(run.log(name), lines=lines) for name in names}
        self.rest = dict.fromkeys(names, b"")
        self.terminal = sys.stdout.isatty()
        self.colour = wants_colour(sys.stdout)
        self.width = max(map(len, names), default=0)

    def print_more(self) -> bool:
        """Prints what there is; False when there was nothing."""
        found = False
        for name, tail in self.tails.items():
            data = tail.read()
            if not data:
                continue
            found = True
            if len(self.tails) > 1:
                *complete, self.rest[name] = (self.rest[name] + data).split(b"\n")
                data = b"".join(self._prefixed(name, complete))
            elif self.terminal:
                data = self.rest[name] + data
                keep = data.rfind(b"\n") + 1  # a line is whole before anything in it is judged
                data, self.rest[name] = data[:keep], data[keep:]
            self._write(data)
        return found

    def finish(self) -> None:
        """Prints lines that have no end."""
        for name, rest in self.rest.items():
            if rest:
                self._write(b"".join(self._prefixed(name, [rest])) if len(self.tails) > 1 else rest)
        sys.stdout.flush()

    def _prefixed(self, name: str, lines: Sequence[bytes]) -> Iterator[bytes]:
        prefix = f"{name:{self.width}} | "
        if self.colour:
            number = list(self.tails).index(name)
            prefix = f"\x1b[{_PREFIXES[number % len(_PREFIXES)]}m{prefix}\x1b[0m"
        for line in lines:
            yield os.fsencode(prefix) + line + b"\n"

    def _write(self, data: bytes) -> None:
        if self.terminal:
            text = data.decode("utf-8", "replace").replace("\r\n", "\n")
            data = _STEERING.sub(lambda found: found[1] or _shown(found[0]), text).encode()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _shown(character: str) -> str:
    return f"\\x{ord(character):02x}"
