"""The tasks' scripts and `on_timeout` for shellcheck, and what it finds as diagnostics at their places in the workflow.

In: a draft; a finding as shellcheck prints it (`--format=json1`). Out: scripts; diagnostics. An expression is a variable to
shellcheck, though it is filled in before bash reads the text: what is true of variables only is not said of it. Variables
that the workflow exports count as assigned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..diagnostics import Diagnostic, Label, Severity
from ..passes.draft import Draft
from .texts import ScriptText, bash_tasks, script_text

_ONLY_OF_VARIABLES = frozenset((2016, 2027, 2050, 2051, 2086, 2140, 2154, 2157, 2193, 2206, 2231, 2248, 2250, 2295))
"""Findings on quoting, expansion and assignment, which an expression does not know."""
_GENERAL = frozenset(("SC1072", "SC1073"))
"""That a part cannot be read, where others say why."""
_NOT_OF_OURS = frozenset((1090, 1091, 2103, 2148, 2164))
"""Files that are not there to be read along, a first line that nobody needs, and a `cd` that fails: `lost-failure` tells that
of every command."""


@dataclass(frozen=True, slots=True)
class TaskScript:
    """A script, and what is known of it: `exported` are the names in its environment, `what` is for messages."""

    what: str
    script: ScriptText
    exported: frozenset[str]

    def offset(self, line: int, column: int) -> int:
        """Where a line and a column of shellcheck's, which count from 1, lie in the text."""
        lines = self.script.text.split("\n")
        return sum(len(text) + 1 for text in lines[: line - 1]) + column - 1

    def diagnostics(self, findings: Iterable[Mapping[str, Any]]) -> Iterator[Diagnostic]:
        """What shellcheck finds, as diagnostics. Of a script that cannot be read it says so several times: once is enough."""
        found = [one for finding in findings if (one := self._diagnostic(finding)) is not None]
        unreadable = [one for one in found if one.severity == "error"]
        if unreadable:
            best = min(unreadable, key=lambda one: (one.code in _GENERAL, one.sort_key()))
            spans = {one.span: one for one in unreadable if one.span != best.span and one.span}
            labels = tuple(Label(span, one.message.partition(": ")[2]) for span, one in spans.items())
            yield replace(best, labels=labels, note="bash cannot read this script either")
        yield from (one for one in found if one.severity != "error")

    def _diagnostic(self, finding: Mapping[str, Any]) -> Diagnostic | None:
        """A finding as a diagnostic; None for one that does not apply."""
        code = int(finding["code"])
        start = self.offset(finding["line"], finding["column"])
        end = max(self.offset(finding["endLine"], finding["endColumn"]), start + 1)
        if code in _NOT_OF_OURS:
            return None
        if code in _ONLY_OF_VARIABLES and self.script.has_hole(start, end):
            return None
        if code == 1083 and re.search(r"\{[{%]|[%}]\}", self.script.text[max(0, start - 1) : end + 1]):
            return None  # braces of Jinja2, of which `jinja-statement` tells
        if code == 2154 and str(finding["message"]).split(" ", 1)[0] in self.exported:
            return None
        severity: Severity = "warning"
        if finding["level"] == "error" and 1000 <= code < 2000:
            severity = "error"  # bash cannot read it either
        elif finding["level"] in ("info", "style"):
            severity = "note"
        message = f"{self.what}: {finding['message']}"
        return Diagnostic(severity, f"SC{code:04}", message, self.script.span(start, end - start))


def task_scripts(draft: Draft) -> Iterator[TaskScript]:
    """Every script that bash runs, with what is known of its environment."""
    exported: dict[str, set[str]] = {}
    for instance in draft.instances:
        exported.setdefault(instance.task.name, set()).update(name for name, _ in instance.environment)
    for task in bash_tasks(draft):
        yield TaskScript(f"task '{task.name}'", script_text(task), frozenset(exported[task.name]))
    hook = draft.workflow.on_timeout
    if hook is not None and hook.script:
        known = draft.on_timeout.env if draft.on_timeout else ()
        yield TaskScript("on_timeout", script_text(hook), frozenset(name for name, _ in known))
