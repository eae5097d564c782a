"""The catalogue of diagnostic codes: what each means, an example that has the mistake, and the same without it.

In: catalogue/CODE.md, one file a code. Out: an Entry. Read only when somebody asks: compiling needs none of it.

    entry("unknown-task").title == "No task has this name"
"""

from __future__ import annotations

import codecs
import functools
import re
from dataclasses import dataclass

from . import resources
from .diagnostics import Severity

SHELLCHECK = re.compile(r"SC[0-9]{4}")
"""Codes of shellcheck, which it explains itself; the entry `shellcheck` is about all of them."""

_PARTS = re.compile(
    r"# (?P<title>[^\n]+)\n\nSeverity: (?P<severity>\w+)\n\n(?P<text>.*?)\n\nWrong(?P<wrong>.*?)\nRight(?P<right>.*)",
    re.DOTALL,
)
_OPTIONS = re.compile(r", with `(.*)`:")
_FENCE = re.compile(
    r"^```(?:yaml|csv)(?P<escaped> escaped)?(?: (?P<name>\S+))?\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Example:
    """Files by name, as they are shown, and the options that go with them. `escaped`: `\\xNN` stands for a byte."""

    files: tuple[tuple[str, str], ...]
    options: tuple[str, ...] = ()
    escaped: bool = False

    def data(self) -> dict[str, bytes]:
        """The files' bytes."""
        if self.escaped:
            return {name: codecs.escape_decode(text.encode())[0] for name, text in self.files}
        return {name: text.encode() for name, text in self.files}


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. `text` is a few paragraphs with `code` in backquotes."""

    code: str
    severity: Severity
    title: str
    text: str
    wrong: Example
    right: Example


@functools.cache
def known() -> tuple[str, ...]:
    """All codes, sorted."""
    return tuple(sorted(path.stem for path in resources.path("catalogue").glob("*.md")))


def find(code: str) -> str | None:
    """The code whose entry explains this one; None when there is none."""
    if SHELLCHECK.fullmatch(code.upper()):
        return "shellcheck"
    return code if code in known() else None


def entry(code: str) -> Entry:
    """What the catalogue says on a code that is in it."""
    parts = _PARTS.fullmatch(resources.read_text("catalogue", f"{code}.md"))
    if parts is None:
        raise ValueError(f"catalogue/{code}.md has not the parts of an entry")
    severity: Severity = parts["severity"]  # type: ignore[assignment]
    return Entry(code, severity, parts["title"], parts["text"], _example(parts["wrong"]), _example(parts["right"]))


def _example(text: str) -> Example:
    options = _OPTIONS.match(text)
    fences = list(_FENCE.finditer(text))
    files = tuple((fence["name"] or "example.yaml", fence["body"]) for fence in fences)
    return Example(files, tuple(options[1].split(" ")) if options else (), any(fence["escaped"] for fence in fences))
