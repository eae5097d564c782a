"""What the compiler tells its user: spans, diagnostics and the reporter that collects them.

In: facts found by any phase. Out: an ordered list of `Diagnostic`. A user's mistake is a diagnostic,
never an exception; an exception that escapes a phase is a bug of the compiler. Imports nothing of ours.

    report = Reporter()
    report.error("unknown-task", "no task is called 'trian'", span, help="did you mean 'train'?")
    report.has_errors   # True
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a source file. Lines and columns count from 1; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


COMMAND_LINE = "<command line>"
"""The file name of spans that lie in a command-line option."""


@dataclass(frozen=True, slots=True)
class Label:
    """A further place that belongs to a diagnostic, with what it has to do with it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `code` is stable and kebab-case; `help` says what to do next."""

    severity: Severity
    code: str
    message: str
    span: Span | None = None
    labels: tuple[Label, ...] = ()
    note: str = ""
    help: str = ""

    def sort_key(self) -> tuple[str, int, int, str]:
        if self.span is None:
            return ("", 0, 0, self.code)
        return (self.span.file, self.span.line, self.span.column, self.code)


class CompileError(Exception):
    """Ends a phase early after its diagnostics have been reported; carries nothing itself."""


class Reporter:
    """Collects the diagnostics of one compilation, at most one for each code and place."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Span | None, str], Diagnostic] = {}
        self.error_count = 0

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found.values(), key=Diagnostic.sort_key))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def has_errors(self) -> bool:
        return self.error_count > 0

    def add(self, diagnostic: Diagnostic) -> None:
        """Keeps the diagnostic. `error_count` grows for every error, so that a caller sees that one was found again."""
        if diagnostic.severity == "error":
            self.error_count += 1
        key = (diagnostic.code, diagnostic.span, "" if diagnostic.span else diagnostic.message)
        self._found.setdefault(key, diagnostic)

    def error(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        labels: Iterable[Label] = (),
        note: str = "",
        help: str = "",  # noqa: A002 - the field's own name
    ) -> None:
        self.add(Diagnostic("error", code, message, span, tuple(labels), note, help))

    def warning(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        labels: Iterable[Label] = (),
        note: str = "",
        help: str = "",  # noqa: A002 - the field's own name
    ) -> None:
        self.add(Diagnostic("warning", code, message, span, tuple(labels), note, help))

    def note(self, code: str, message: str, span: Span | None = None) -> None:
        self.add(Diagnostic("note", code, message, span))

    def raise_if_errors(self) -> None:
        """Raises CompileError when an error has been reported: the gate between two phases."""
        if self.has_errors:
            raise CompileError


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str], *, what: str = "known") -> str:
    """The help line for an unknown name: the nearest one, else up to twelve that there are."""
    names = sorted(set(known))
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    if not names:
        return ""
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"{what}: {', '.join(names[:12])}{more}"
