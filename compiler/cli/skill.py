"""`sflowc skill`: what a coding assistant should know of sflowc.

In: a directory. Out: AGENTS.md and a folder with a SKILL.md for each skill in it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from .. import resources
from .files import write_file
from .inputs import fail
from .words import Word

_FRONT = re.compile(r"---\nname: (?P<name>\S+)\ndescription: (?P<about>[^\n]+)\n---\n")


@click.command("skill")
@click.option("--list", "listed", is_flag=True, help="List the skills and what each is for.")
@click.option("-o", "--output", metavar="DIR", help="Where they go, such as .claude/skills.")
@click.option("--force", is_flag=True, help="Replace files that are there and differ.")
@click.option("--format", "form", type=Word(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(listed: bool, output: str | None, force: bool, form: str) -> None:
    """Write skills for coding assistants: how to write, size, compose and debug workflows.

    Without --output they are listed.
    """
    texts = skills()
    if listed or output is None:
        click.echo(_list(texts, form), nl=False)
        return
    folder = Path(output)
    differ = [name for name, text in texts.items() if _differs(folder / name, text)]
    if differ and not force:
        fail(f"there already and different: {', '.join(str(folder / name) for name in differ)}; --force replaces them")
    for name, text in texts.items():
        write_file(folder / name, text)
    if form == "json":
        click.echo(json.dumps({"written": [str(folder / name) for name in texts]}, indent=2))
    else:
        click.echo("".join(f"wrote {folder / name}\n" for name in texts), nl=False)


def skills() -> dict[str, str]:
    """The files by name, AGENTS.md first."""
    place = resources.path("skills")
    paths = [place / "AGENTS.md", *sorted(place.glob("*/SKILL.md"))]
    return {path.relative_to(place).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _differs(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() != text.encode()
    except FileNotFoundError:
        return False
    except OSError as error:
        fail(f"cannot read {path}: {error.strerror}")


def _list(texts: dict[str, str], form: str) -> str:
    found = [match for text in texts.values() if (match := _FRONT.match(text))]
    if form == "json":
        listed = [{"name": match["name"], "about": match["about"]} for match in found]
        return json.dumps({"skills": listed}, indent=2, ensure_ascii=False) + "\n"
    width = max(len(match["name"]) for match in found) + 2
    lines = [f"{match['name']:{width}}{match['about']}" for match in found]
    return "\n".join([*lines, "", "`sflowc skill -o DIR` writes them.\n"])
