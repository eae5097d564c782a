"""The manual page sflowc(1), made of what the commands say of themselves: `make docs` writes it.

In: the click commands. Out: roff, for man(1).

    python -c 'from sflowc.cli.man_page import man_page; print(man_page(), end="")'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from .. import __version__
from . import COMMANDS, main

_STATUS = {
    "0": "Done.",
    "1": "The workflow has errors, or a check failed.",
    "2": "Wrong usage: no such option, or a file that cannot be read.",
    "other": "With sflowc run, the exit status of the script: that of the first task that failed.",
}
_ENVIRONMENT = {
    "NO_COLOR": "When it is set and not empty, nothing is coloured.",
    "XDG_CONFIG_HOME": "Where sflowc/cluster.yaml, the cluster profile, is looked for; ~/.config when it is not set.",
}


def man_page() -> str:
    """The page, without a date: the same commands give the same bytes."""
    lines = [
        f'.TH SFLOWC 1 "" "sflowc {__version__}" "User Commands"',
        ".SH NAME",
        rf"sflowc \- {_text('compile portable workflow YAML to standalone bash and sbatch scripts')}",
        ".SH SYNOPSIS",
        r".B sflowc",
        _text("COMMAND [OPTION]... [FILE]..."),
        ".SH DESCRIPTION",
        *_paragraphs(main.help or ""),
        ".PP",
        _text("A compiled script has commands of its own: bash SCRIPT --help tells them."),
        ".SH COMMANDS",
        *(line for name in COMMANDS for line in _command(name)),
        ".SH EXIT STATUS",
        *_items(_STATUS.items()),
        ".SH ENVIRONMENT",
        *_items(_ENVIRONMENT.items()),
        ".SH SEE ALSO",
        ".BR bash (1),",
        ".BR sbatch (1)",
    ]
    return "\n".join(lines) + "\n"


def _command(name: str) -> Iterator[str]:
    parent = click.Context(main, info_name="sflowc", help_option_names=["-h", "--help"])
    command = main.get_command(parent, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent)
    yield f".SS {_text(f'sflowc {name}')}"
    yield _text(" ".join(["sflowc", name, *command.collect_usage_pieces(context)]))
    yield ".PP"
    yield from _paragraphs(command.help or "")
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    yield from _items(record for record in records if record is not None)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield _text(" ".join(paragraph.split()))


def _items(records: Iterable[tuple[str, str]]) -> Iterator[str]:
    for words, about in records:
        yield ".TP"
        yield f".B {_text(words)}"
        yield _text(about)


def _text(text: str) -> str:
    """Text that roff prints as it stands: hyphens that can be copied, quotes and backslashes, no requests."""
    for character, spelling in (
        ("\\", r"\e"),
        ("-", r"\-"),
        ('"', r"\(dq"),
        ("'", r"\(aq"),
        ("`", r"\(ga"),
        ("^", r"\(ha"),
        ("~", r"\(ti"),
        ("…", "..."),
    ):
        text = text.replace(character, spelling)
    return rf"\&{text}" if text.startswith(".") else text
