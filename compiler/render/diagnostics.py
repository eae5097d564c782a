"""Diagnostics as text with excerpts, as JSON for tools, as annotations for GitHub.

In: diagnostics with the sources they point into. Out: text. A diagnostic's places in one file stand in one excerpt:

    error[duplicate-key]: the key 'a' stands here twice
      --> hello.yaml:3:1
       |
     1 | a: 1
       | - first here
       | ...
     3 | a: 3
       | ^
       = help: remove one of the two
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..diagnostics import COMMAND_LINE, Diagnostic, Label, Span
from .paint import Painter, columns, visible

MAX_LINE = 110
"""Characters of a source line that are shown; of a longer one, those around the place."""


def diagnostics_text(found: Iterable[Diagnostic], sources: Mapping[str, bytes], *, colour: bool = False) -> str:
    """The diagnostics with an excerpt each, as rustc and ruff show theirs, and a line that counts them."""
    paint = Painter(colour)
    lines_of = {name: data.decode("utf-8-sig", "replace").splitlines() for name, data in sources.items()}
    found = list(found)
    blocks = [_diagnostic(diagnostic, lines_of, paint) for diagnostic in found]
    counts = []
    for severity in ("error", "warning"):
        count = sum(diagnostic.severity == severity for diagnostic in found)
        if count:
            counts.append(f"{count} {severity}{'s' if count != 1 else ''}")
    if counts:
        blocks.append(f"{' and '.join(counts)}; {_more(found)}\n")
    return "\n".join(blocks)


def _more(found: list[Diagnostic]) -> str:
    """Where more is said. Once, at the end: not everybody needs it for every mistake."""
    explained = {diagnostic.code for diagnostic in found if diagnostic.severity != "note"}
    return f"more: sflowc explain {explained.pop() if len(explained) == 1 else 'CODE'}"


def _diagnostic(diagnostic: Diagnostic, lines_of: Mapping[str, list[str]], paint: Painter) -> str:
    title = paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    out = [f"{title}: {paint('bold', visible(diagnostic.message))}"]
    labels = [label for label in diagnostic.labels if label.span != diagnostic.span]
    spans = [diagnostic.span] if diagnostic.span else []
    files = dict.fromkeys(span.file for span in (*spans, *(label.span for label in labels)))
    gutter = max([3, *(len(str(span.line)) + 1 for span in (*spans, *(label.span for label in labels)))])
    for file in files:
        primary = diagnostic.span if diagnostic.span and diagnostic.span.file == file else None
        excerpt = _Excerpt(lines_of.get(file, []), gutter, paint, diagnostic.severity)
        out += excerpt.block(primary, [label for label in labels if label.span.file == file])
    for kind, text in (("note", diagnostic.note), ("help", diagnostic.help)):
        if text:
            first, *rest = visible(text, keep_lines=True).split("\n")
            out.append(f"{' ' * gutter} {paint('dim', '=')} {paint('bold', kind)}: {first}")
            out += [f"{' ' * (gutter + 9)}{line}" for line in rest]
    return "\n".join(out) + "\n"


class _Excerpt:
    """The lines of one file that a diagnostic points into."""

    def __init__(self, lines: list[str], gutter: int, paint: Painter, severity: str) -> None:
        self.lines = lines
        self.gutter = gutter
        self.paint = paint
        self.severity = severity

    def block(self, primary: Span | None, labels: list[Label]) -> list[str]:
        first = primary or labels[0].span
        arrow = self.paint("dim", f"{' ' * (self.gutter - 1)}{'-->' if primary else ':::'}")
        out = [f"{arrow} {COMMAND_LINE if first.file == COMMAND_LINE else first}"]
        marks = [(label.span, "-", label.text, "note") for label in labels]
        if primary is not None:
            marks.append((primary, "^", "", self.severity))
        marks.sort(key=lambda mark: (mark[0].line, mark[0].column))
        shown = 0
        for span, mark, text, style in marks:
            if not 1 <= span.line <= len(self.lines):
                continue
            source, underline = self.underlined(span, mark)
            if span.line != shown:
                if not shown:
                    out.append(self.row("", ""))
                elif span.line > shown + 1:
                    out.append(self.row("", "..."))
                number = "" if span.file == COMMAND_LINE else str(span.line)
                out.append(self.row(number, source))
            out.append(self.row("", self.paint(style, f"{underline} {visible(text)}".rstrip())))
            shown = span.line
        return out

    def row(self, number: str, text: str) -> str:
        return f"{self.paint('dim', f'{number:>{self.gutter}} |')} {text}".rstrip()

    def underlined(self, span: Span, mark: str) -> tuple[str, str]:
        """A source line, and the line below it that marks a place."""
        line = self.lines[span.line - 1].rstrip()
        start = span.column - 1
        end = span.end_column - 1 if span.end_line == span.line and span.end_column > span.column else len(line)
        if not span.end_line:
            end = start + 1
        offset = 0
        if len(line) > MAX_LINE:
            offset = max(0, min(start - MAX_LINE // 3, len(line) - MAX_LINE))
            line = line[offset : offset + MAX_LINE]
        before = visible(line[: max(start - offset, 0)])
        marked = visible(line[max(start - offset, 0) : end - offset])
        return visible(line), " " * columns(before) + mark * max(columns(marked), 1)


def diagnostics_json(found: Iterable[Diagnostic]) -> dict[str, Any]:
    """{"diagnostics": [{severity, code, message, file, line, column, ...}]}"""
    return {"diagnostics": [_as_json(diagnostic) for diagnostic in found]}


def _as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "labels": [{"text": label.text, **_place(label.span)} for label in diagnostic.labels],
        "note": diagnostic.note,
        "help": diagnostic.help,
    }


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column + 1,
    }


def diagnostics_github(found: Iterable[Diagnostic]) -> str:
    """Workflow commands of GitHub Actions, which become annotations."""
    lines = []
    for diagnostic in found:
        kind = {"note": "notice"}.get(diagnostic.severity, diagnostic.severity)
        properties: dict[str, str] = {}
        span = diagnostic.span
        if span is not None and span.file != COMMAND_LINE:
            end_line = span.end_line or span.line
            properties = {"file": span.file, "line": str(span.line), "endLine": str(end_line)}
            if end_line == span.line:  # columns are heeded on one line only
                properties |= {"col": str(span.column), "endColumn": str(span.end_column or span.column + 1)}
        properties["title"] = diagnostic.code
        given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        text = "\n".join(part for part in (diagnostic.message, diagnostic.note, diagnostic.help) if part)
        lines.append(f"::{kind} {given}::{_data(text)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
