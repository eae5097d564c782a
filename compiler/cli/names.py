"""Completion of names: those of the workflow files that stand on the command line already.

In: click's context, with the line parsed up to the cursor. Out: variables with their values if a domain has them, artifacts,
tasks, and tasks that are waited for but are not there. Files that cannot be read say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_LARGEST = 1 << 20
"""A file of more bytes is not read: the user waits."""


def complete_files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="file")]


def complete_folders(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="dir")]


def complete_variables(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """NAME=, or after that what the variable's domain allows."""
    variables = {name: body for root in _roots(ctx) for name, body in _bodies(root.get("variables"))}
    name, equals, _ = incomplete.partition("=")
    if equals:
        values = (f"{name}={value}" for value in _allowed(name, variables.get(name)))
        return [CompletionItem(value) for value in values if value.startswith(incomplete)]
    return _assignments(variables, incomplete)


def complete_artifacts(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    artifacts = {name: body for root in _roots(ctx) for name, body in _bodies(root.get("artifacts"))}
    return _assignments(artifacts, incomplete)


def complete_tasks(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _starting(dict(_tasks(ctx)), incomplete)


def complete_absent_tasks(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Tasks that others wait for and that are not there, which are those that may be missing; without one, all tasks."""
    tasks = dict(_tasks(ctx))
    absent: dict[str, object] = {}
    for name, body in tasks.items():
        if isinstance(body, dict):
            before = body.get("depends_on")
            for other in before if isinstance(before, list) else ():
                if isinstance(other, str) and other not in tasks:
                    absent.setdefault(other, {"description": f"{name} depends on it"})
    return _starting(absent or tasks, incomplete)


def _roots(ctx: click.Context) -> Iterator[dict[object, object]]:
    """The files' top levels. An option without its value yet leaves the other arguments in `args`."""
    import yaml  # not for --help

    for name in (*(ctx.params.get("files") or ()), *(ctx.params.get("more_files") or ()), *ctx.args):
        path = Path(name).expanduser()
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST:
                continue
            root = yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)
        except (OSError, ValueError, RecursionError, yaml.YAMLError):
            continue
        if isinstance(root, dict):
            yield root


def _bodies(section: object) -> Iterator[tuple[str, object]]:
    """A section's names and bodies, whether it is a mapping or a list."""
    if isinstance(section, dict):
        yield from ((name, body) for name, body in section.items() if isinstance(name, str))
    for body in section if isinstance(section, list) else ():
        if isinstance(body, dict) and isinstance(body.get("name"), str):
            yield body["name"], body


def _tasks(ctx: click.Context) -> Iterator[tuple[str, object]]:
    for root in _roots(ctx):
        workflow = root.get("workflow")
        if isinstance(workflow, dict):
            yield from _bodies(workflow.get("tasks"))


def _allowed(name: str, body: object) -> Iterator[str]:
    """The values that may be told: a secret's may not."""
    from ..ir.plan import SECRET

    if not isinstance(body, dict) or SECRET.search(name):
        return
    domain = body.get("domain")
    if body.get("type") == "boolean" and not domain:
        domain = ["true", "false"]
    for value in domain if isinstance(domain, list) else ():
        if isinstance(value, str) and "${{" not in value and value.isprintable():
            yield value


def _assignments(bodies: dict[str, object], incomplete: str) -> list[CompletionItem]:
    return _starting({f"{name}=": body for name, body in bodies.items()}, incomplete)


def _starting(bodies: dict[str, object], incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=_description(body))
        for name, body in bodies.items()
        if name.startswith(incomplete) and name.isprintable()
    ]


def _description(body: object) -> str:
    about = body.get("description") if isinstance(body, dict) else None
    return about if isinstance(about, str) else ""
