"""What the compiler tells its user: spans, diagnostics and the reporter that collects them.

In: facts found by any phase. Out: an ordered list of `Diagnostic`. A user's mistake is a diagnostic,
never an exception; an exception that escapes a phase is a bug of the compiler. Imports nothing of ours.

    report = Reporter()
    report.error("unknown-task", "no task is called 'trian'", span, help="did you mean 'train'?")
    report.has_errors   # True
"""

from __future__ import annotations

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

    def failed_again(self) -> None:
        """Counts an error that has been reported before: who looks at `error_count` sees that there is no value."""
        self.error_count += 1

    def raise_if_errors(self) -> None:
        """Raises CompileError when an error has been reported: the gate between two phases."""
        if self.has_errors:
            raise CompileError


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None.

    Tried in order, each before the next: the same letters and digits (`max-len`, `MaxLen`), the same words or letters in
    another order (`count_gpus`, `sciprt`), few typing errors, the beginning of one name alone, and a word that only
    one name has (`image` for `container_image`).
    """
    candidates = sorted(set(known) - {""})
    for alike in (_plain, _sorted_words, _sorted_letters):
        found = [candidate for candidate in candidates if alike(candidate) == alike(name) != ""]
        if found:
            return min(found, key=lambda candidate: _typing_errors(name, candidate))
    lower = name.lower()
    scored = [(_typing_errors(lower, candidate.lower()), candidate) for candidate in candidates]
    close = [pair for pair in scored if pair[0] <= _allowed_errors(lower, pair[1])]
    if close:
        return min(close, key=lambda pair: (pair[0], -_common_start(lower, pair[1].lower()), pair[1]))[1]
    return _only(lower, candidates)


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _words(name: str) -> list[str]:
    return name.lower().replace("-", "_").replace(".", "_").split("_")


def _sorted_words(name: str) -> str:
    """Words in one order, plurals as singulars."""
    return " ".join(sorted(word.removesuffix("s") for word in _words(name))) if len(name) > 2 else ""


def _sorted_letters(name: str) -> str:
    """Letters in one order; a word of two or three letters is too easily another one."""
    return "".join(sorted(name.lower())) if len(name) > 3 else ""


def _allowed_errors(name: str, candidate: str) -> int:
    """How many typing errors leave a name recognisable: a third of its letters; a single letter is not another one."""
    longer = max(len(name), len(candidate))
    return 0 if longer == 1 else min(max(1, longer // 3), 6)


def _typing_errors(name: str, other: str) -> int:
    """Letters left out, added, mistaken, and neighbours that changed places (optimal string alignment)."""
    if abs(len(name) - len(other)) > 40:
        return 1000
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(name, start=1):
        last, row, older = row, [i], before
        before = last
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and name[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _common_start(name: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))


def _only(name: str, candidates: list[str]) -> str | None:
    """The one candidate that begins like the name, or that has it as a word. Of several none is meant more than another."""
    for fits in (
        lambda other: len(name) >= 3 and other.startswith(name),
        lambda other: _common_start(name, other) >= max(4, len(other) // 2),
        lambda other: name in _words(other),
        lambda other: any(_typing_errors(name, word) <= len(word) // 4 for word in _words(other)),
    ):
        found = [candidate for candidate in candidates if fits(candidate.lower())]
        if len(found) == 1:
            return found[0]
    return None


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
