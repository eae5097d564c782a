"""What the commands share: the options that name a workflow, reading its files, compiling it, telling what was found.

In: parsed options. Out: a Plan, or the end of the command with exit status 1 and diagnostics on standard error; with
`--format json` they go to standard output, as JSON.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from .. import render
from ..diagnostics import COMMAND_LINE, Diagnostic
from ..driver import Compilation, Lint, compile_workflow
from ..emit.shell import quote
from ..ir.plan import Plan
from ..source.compose import Overrides
from .cluster import cluster_profile
from .names import complete_absent_tasks, complete_artifacts, complete_files, complete_variables
from .words import Word

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Inputs:
    """A workflow as the command line names it."""

    files: tuple[str, ...]
    sets: tuple[str, ...]
    artifacts: tuple[str, ...]
    missable: tuple[str, ...]
    format: str
    workspace_dir: str | None = None
    check_paths: bool = False
    strict: bool = False
    cluster: str | None = None
    no_cluster: bool = False

    def overrides(self) -> Overrides:
        return Overrides(self.sets, self.artifacts, self.missable)


def workflow_options(
    formats: tuple[str, ...] = ("text", "json", "github"), *, needs_files: bool = True
) -> Callable[[Function], Function]:
    """The options that every command which reads a workflow has, handed on as one `inputs`."""

    def decorate(function: Function) -> Function:
        def call(
            files: tuple[str, ...],
            more_files: tuple[str, ...],
            sets: tuple[str, ...],
            artifacts: tuple[str, ...],
            missable: tuple[str, ...],
            output_format: str,
            log_level: str,
            workspace_dir: str | None,
            check_paths: bool,
            strict: bool,
            cluster: str | None,
            no_cluster: bool,
            **rest: Any,
        ) -> Any:
            if log_level != "warning":  # what Python does by itself; importing it takes a while
                import logging

                logging.basicConfig(level=log_level.upper(), format="%(levelname)s: %(message)s", stream=sys.stderr)
            named = (*files, *more_files)
            if needs_files and not named:
                raise click.UsageError("Name at least one workflow file, as an argument or with --file.")
            inputs = Inputs(
                files=named,
                sets=sets,
                artifacts=artifacts,
                missable=missable,
                format=output_format,
                workspace_dir=workspace_dir,
                check_paths=check_paths,
                strict=strict,
                cluster=cluster,
                no_cluster=no_cluster,
            )
            return function(inputs=inputs, **rest)

        call.__doc__ = function.__doc__
        wrapped: Any = call
        for option in reversed(_options(formats)):
            wrapped = option(wrapped)
        return wrapped  # type: ignore[no-any-return]

    return decorate


def _options(formats: tuple[str, ...]) -> list[Callable[[Any], Any]]:
    levels = Word(["debug", "info", "warning", "error"], case_sensitive=False)
    return [
        click.argument("more_files", nargs=-1, metavar="[FILE]...", shell_complete=complete_files),
        click.option(
            "-f",
            "--file",
            "files",
            multiple=True,
            metavar="FILE",
            shell_complete=complete_files,
            help="A workflow file; repeatable, merged in order. '-' is standard input.",
        ),
        *_override_options(),
        click.option(
            "--format",
            "output_format",
            type=Word(list(formats)),
            default=formats[0],
            show_default=True,
            help="How to print.",
        ),
        click.option(
            "--workspace-dir",
            metavar="DIR",
            type=click.Path(file_okay=False),
            help="The workspace, to which relative paths are relative; this directory when left out.",
        ),
        click.option(
            "--check-paths", is_flag=True, help="Also check that paths of fs:// artifacts are there, on this machine."
        ),
        *_cluster_options(),
        click.option("--strict", is_flag=True, help="Take warnings for errors."),
        click.option(
            "--log-level",
            type=levels,
            default="warning",
            show_default=True,
            help="How much to tell about the work itself.",
        ),
    ]


def _override_options() -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "-s",
            "--set",
            "sets",
            multiple=True,
            metavar="NAME=VALUE",
            shell_complete=complete_variables,
            help="Give a global variable another value; a JSON list sets its domain.",
        ),
        click.option(
            "-a",
            "--artifact",
            "artifacts",
            multiple=True,
            metavar="NAME=URI",
            shell_complete=complete_artifacts,
            help="Give an artifact another URI.",
        ),
        click.option(
            "-M",
            "--missable-tasks",
            "missable",
            multiple=True,
            metavar="NAME|GLOB",
            shell_complete=complete_absent_tasks,
            help="Tasks that may be absent: what depends on them goes on without.",
        ),
    ]


def _cluster_options() -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "--cluster",
            metavar="FILE",
            shell_complete=complete_files,
            help="The cluster profile: defaults for slurm backends; ~/.config/sflowc/cluster.yaml, if there is one.",
        ),
        click.option("--no-cluster", is_flag=True, help="Use no cluster profile."),
    ]


def read_files(names: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """The files' names and bytes. Ends the command with status 2 when one cannot be read."""
    found = []
    for name in names:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            raise click.UsageError(f"Cannot read {name}: {error.strerror}.") from None
        found.append(("<stdin>" if name == "-" else name, data))
    return found


def compile_inputs(
    inputs: Inputs, command: tuple[str, ...] = (), lint: Lint | None = None
) -> tuple[Compilation, dict[str, bytes]]:
    """Compiles; with --check-paths also looks for the artifacts' paths. The sources are what diagnostics point into."""
    files = read_files(inputs.files)
    overrides = inputs.overrides()
    profile = cluster_profile(inputs.cluster, inputs.no_cluster)
    done = compile_workflow(files, overrides, command, lint, profile)
    if inputs.check_paths and done.plan is not None:
        missing = tuple(_missing_paths(done.plan, Path(inputs.workspace_dir or ".")))
        done = Compilation(None if missing else done.plan, (*done.diagnostics, *missing))
    if inputs.strict:
        done = _strict(done)
    return done, input_sources([*files, profile] if profile else files, overrides)


def input_sources(files: list[tuple[str, bytes]], overrides: Overrides) -> dict[str, bytes]:
    """What diagnostics point into: the files, and the command line."""
    options = "\n".join(str(option) for option in overrides.options())
    return {**dict(files), COMMAND_LINE: options.encode("utf-8", "surrogateescape")}


def strictly(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The same with warnings as errors."""
    return tuple(replace(one, severity="error") if one.severity == "warning" else one for one in found)


def _strict(done: Compilation) -> Compilation:
    found = strictly(done.diagnostics)
    return Compilation(None if any(one.severity == "error" for one in found) else done.plan, found)


def _missing_paths(plan: Plan, workspace: Path) -> Iterator[Diagnostic]:
    for artifact in plan.artifacts:
        path = workspace / (artifact.path if isinstance(artifact.path, str) else artifact.path.render(lambda _: "."))
        if artifact.check and not path.exists():
            message = f"the path of artifact '{artifact.name}' is not there: {path}"
            yield Diagnostic("error", "missing-path", message, artifact.span)


def plan_or_exit(inputs: Inputs, command: tuple[str, ...] = (), *, to_stdout: bool = False) -> Plan:
    """The plan; without one, prints the diagnostics and ends the command with status 1.

    With `--format json`, and when what the command makes goes there (`to_stdout`), standard output is the command's own, so
    that warnings go to standard error.
    """
    done, sources = compile_inputs(inputs, command)
    if done.plan is None:
        tell(done.diagnostics, sources, inputs.format)
        raise SystemExit(1)
    tell(done.diagnostics, sources, "text" if inputs.format == "json" else inputs.format, err=to_stdout)
    return done.plan


def tell(found: tuple[Diagnostic, ...], sources: dict[str, bytes], output_format: str, *, err: bool = False) -> None:
    """Prints diagnostics: JSON and annotations on standard output (or, with `err`, not), text on standard error."""
    if output_format == "json":
        click.echo(render.to_json(render.diagnostics_json(found)), nl=False)
    elif output_format == "github":
        click.echo(render.diagnostics_github(found), nl=False, err=err)
    elif found:
        click.echo(render.diagnostics_text(found, sources, colour=wants_colour(sys.stderr)), nl=False, err=True)


def wants_colour(stream: Any) -> bool:
    """Whether colours go to a stream: to a terminal that does not say no (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fail(message: str) -> NoReturn:
    """Ends the command with status 1 and a line on standard error."""
    click.echo(f"sflowc: {message}", err=True)
    raise SystemExit(1)


def shell_text(words: tuple[str, ...]) -> str:
    """A command as one types it."""
    return " ".join(quote(word) for word in words)
