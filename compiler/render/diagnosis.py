"""A diagnosis for people, for tools and for tickets.

In: a Diagnosis. Out: text of 80 columns, JSON (schemas/diagnosis.schema.json), or Markdown.
"""

from __future__ import annotations

import textwrap
from typing import Any

from ..runs.diagnose import Diagnosis, Evidence, Finding
from .paint import WIDTH, Painter, visible

_SHOWN = 4
"""Lines of evidence for a finding."""
_STYLE = {"OK": "note", "FAIL": "error", "unknown": "dim"}


def diagnosis_text(found: Diagnosis, *, colour: bool = False) -> str:
    """The sentence, what to do next, then the layers from the lowest."""
    paint = Painter(colour)
    style = {"fault": "error", "none": "bold", "unknown": "warning"}[found.verdict]
    head = f"{visible(found.run)}: {found.state or 'nothing is known'}"
    out = [paint("bold", head), "", *(paint(style, line) for line in _wrap(found.sentence))]
    if found.cause is not None:
        out += _wrap(f"Next: {found.cause.next_step}.")
    if found.waiting:
        out += ["", "It waits:", *(line for text in found.waiting for line in _wrap(text, "  "))]
    out.append("")
    for report in found.layers:
        first = f"  {report.layer:<15} {report.verdict:<8} "
        lines = _wrap(report.says, " " * 27, first)
        out.append(lines[0].replace(report.verdict, paint(_STYLE[report.verdict], report.verdict), 1))
        out += lines[1:]
        for finding in report.findings:
            out += _finding(finding, finding is found.cause, paint)
    return "\n".join(out) + "\n"


def _finding(finding: Finding, is_cause: bool, paint: Painter) -> list[str]:
    out = _wrap(f"{finding.cause} [{finding.id}]", " " * 8, "      - ")
    for line in finding.evidence[:_SHOWN]:
        out.append(paint("dim", f"        {place(line)}: {visible(line.text)}"))
    if not is_cause:
        out += _wrap(f"next: {finding.next_step}", " " * 10, " " * 8)
    return out


def place(evidence: Evidence) -> str:
    """FILE:LINE, or FILE alone."""
    return visible(evidence.file) + (f":{evidence.line}" if evidence.line is not None else "")


def _wrap(text: str, indent: str = "", first: str | None = None) -> list[str]:
    return textwrap.wrap(
        visible(text),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def diagnosis_json(found: Diagnosis) -> dict[str, Any]:
    """As the schema has it."""
    return {
        "version": 1,
        "run": found.run,
        "state": found.state,
        "verdict": found.verdict,
        "fault": found.cause.fault if found.cause is not None else None,
        "sentence": found.sentence,
        "cause": _finding_json(found.cause) if found.cause is not None else None,
        "waiting": list(found.waiting),
        "layers": [
            {
                "layer": report.layer,
                "verdict": report.verdict,
                "says": report.says,
                "findings": [_finding_json(finding) for finding in report.findings],
            }
            for report in found.layers
        ],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "layer": finding.layer,
        "fault": finding.fault,
        "task": finding.task,
        "cause": finding.cause,
        "next": finding.next_step,
        "evidence": [{"file": line.file, "line": line.line, "text": line.text} for line in finding.evidence],
    }


def diagnosis_markdown(found: Diagnosis) -> str:
    """For a ticket: the sentence, a table of the layers, the evidence as it stands."""
    out = [f"## {_inline(found.run)}: {found.state or 'nothing is known'}", "", f"**{_inline(found.sentence)}**", ""]
    if found.cause is not None:
        out += [f"Next: {_inline(found.cause.next_step)}.", ""]
    if found.waiting:
        out += [*(f"- {_inline(text)}" for text in found.waiting), ""]
    out += ["| layer | verdict | |", "| --- | --- | --- |"]
    out += [f"| {report.layer} | {report.verdict} | {_inline(report.says)} |" for report in found.layers]
    for report in found.layers:
        for finding in report.findings:
            out += ["", f"**{report.layer}: {_inline(finding.cause)}** (`{finding.id}`)", ""]
            lines = [f"{place(line)}: {visible(line.text)}" for line in finding.evidence[:_SHOWN]]
            fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
            out += [f"{fence}text", *lines, fence] if lines else []
    return "\n".join(out) + "\n"


def _inline(text: str) -> str:
    """Text that Markdown takes for text."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~" else c for c in visible(text))


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
