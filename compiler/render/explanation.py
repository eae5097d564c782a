"""Entries of the catalogue as text for a terminal, as JSON, and all of them as one page of Markdown.

In: entries of codes.py. Out: text.

    explanation_text(entry("unknown-task"))
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from ..codes import Entry, Example
from .paint import WIDTH, Painter


def explanation_text(entry: Entry, *, colour: bool = False) -> str:
    """One entry: what the code means, then both examples."""
    paint = Painter(colour)
    out = [f"{paint(entry.severity, f'{entry.severity}[{entry.code}]')}: {paint('bold', entry.title)}", ""]
    for paragraph in entry.text.split("\n\n"):
        wrapped = textwrap.fill(" ".join(paragraph.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
        out += [_code(wrapped, paint), ""]
    for title, example in (("Wrong", entry.wrong), ("Right", entry.right)):
        out += [paint("bold", f"{title}{_with(example)}:"), ""]
        for name, text in example.files:
            if len(example.files) > 1:
                out.append(f"    # {name}")
            out += [
                paint("dim", f"    {line}") if line.startswith("#") else f"    {line}" for line in text.splitlines()
            ]
            out.append("")
    return "\n".join(out[:-1]) + "\n"


def _code(text: str, paint: Painter) -> str:
    """Words in backquotes stand out by themselves where there are colours."""
    return re.sub(r"(?<!`)`([^`]+)`", lambda found: paint("note", found[1]), text) if paint.colour else text


def _with(example: Example) -> str:
    return f", with `{' '.join(example.options)}`" if example.options else ""


def explanation_list(entries: Iterable[Entry], *, colour: bool = False) -> str:
    """All codes with their titles, a line each."""
    paint = Painter(colour)
    entries = list(entries)
    width = max(len(entry.code) for entry in entries)
    lines = [
        f"{paint(entry.severity, entry.code)}{' ' * (width - len(entry.code))}  {entry.title}" for entry in entries
    ]
    return "\n".join([*lines, "", "`sflowc explain CODE` says more, with an example."]) + "\n"


def explanation_json(entry: Entry) -> dict[str, Any]:
    """{code, severity, title, text, wrong: {options, files}, right: {options, files}}"""
    return {
        "code": entry.code,
        "severity": entry.severity,
        "title": entry.title,
        "text": entry.text,
        **{
            name: {"options": list(example.options), "files": dict(example.files)}
            for name, example in (("wrong", entry.wrong), ("right", entry.right))
        },
    }


_HEAD = """\
<!-- Made of catalogue/*.md by `make docs`. -->
# Diagnostics

Everything that sflowc tells about a workflow has a code, which never changes its meaning. `sflowc explain CODE` prints
what stands here. Errors prevent a script; warnings and notes do not.

- `--strict`, on `build`, `plan`, `run` and `lint`, makes warnings errors.
- A comment `# sflowc: ignore[code]` silences warnings and notes of that code, or of several with commas between them: on
  its own line for the line below it, else for the line that it ends. What begins on that line counts to its end, so that
  a comment behind `script:` or `- |` is for the whole of it. Errors cannot be silenced.
- `build`, `plan` and `run` tell what follows from the workflow itself. `lint` also tells what it guesses from the text of
  scripts, what nothing uses, and what shellcheck finds in the tasks' scripts.

| code | severity | meaning |
| --- | --- | --- |
"""


def explanation_page(entries: Iterable[Entry]) -> str:
    """docs/diagnostics.md"""
    entries = list(entries)
    out = [_HEAD.rstrip("\n")]
    out += [f"| [`{entry.code}`](#{entry.code.lower()}) | {entry.severity} | {entry.title} |" for entry in entries]
    for entry in entries:
        out += ["", f"## {entry.code}", "", f"{entry.title}: {entry.severity}.", "", entry.text, ""]
        for title, example in (("Wrong", entry.wrong), ("Right", entry.right)):
            out += [f"{title}{_with(example)}:", ""]
            for name, text in example.files:
                named = f"# {name}\n" if len(example.files) > 1 else ""
                out += [f"```yaml\n{named}{text}```", ""]
        out.pop()
    return "\n".join(out) + "\n"
