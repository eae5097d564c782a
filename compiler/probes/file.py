"""file: succeeds when there is a file, a directory or anything else at a path."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..diagnostics import Reporter
from ..ir.expr import OUTPUT_DIR, WORKFLOW_OUTPUT_DIR, WORKSPACE_DIR, Atom, RunText, Text
from ..ir.fields import Schema, text
from ..ir.plan import FileCheck
from .base import Site, text_field

_DIRECTORIES = {
    "SFLOW_WORKSPACE_DIR": (WORKSPACE_DIR,),
    "SFLOW_OUTPUT_DIR": (OUTPUT_DIR,),
    "SFLOW_WORKFLOW_OUTPUT_DIR": (WORKFLOW_OUTPUT_DIR,),
    "SFLOW_TASK_OUTPUT_DIR": (WORKFLOW_OUTPUT_DIR, "/"),  # and the task's name
}
"""Variables of every task's environment that may begin a path: no expression says where they are."""
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))(?=/|$)|~(?=/|$)")


class FileProbe:
    kind = "file"
    title = "Succeeds when something is there at the path"
    fields: dict[str, Schema] = {
        "path": text("The path, against the workspace; it may begin with $SFLOW_TASK_OUTPUT_DIR and the like")
    }
    required: tuple[str, ...] = ("path",)

    def check(self, fields: Mapping[str, object], site: Site, report: Reporter) -> FileCheck | None:
        path = text_field(fields, "path")
        if not path:
            report.error("empty-check", "a file probe has no path", site.span_of("path"))
            return None
        first = path if isinstance(path, str) else path.parts[0]
        if isinstance(first, Atom):
            is_absolute = first.kind not in ("ip", "name", "job_id")
            return FileCheck(path if is_absolute else RunText.of(WORKSPACE_DIR, "/", path))
        variable = _VARIABLE.match(first)
        if variable is None:
            return FileCheck(path if first.startswith("/") else RunText.of(WORKSPACE_DIR, "/", path))
        directory = _DIRECTORIES.get(variable[1] or variable[2] or "")
        if directory is None:
            report.error(
                "shell-in-path",
                f"no shell reads this path, so that {variable[0]} stays as it is",
                site.span_of("path"),
                help=f"use an expression, {', '.join(f'${name}' for name in _DIRECTORIES)}, or an exec probe",
            )
            return None
        task = (site.task,) if directory[-1] == "/" else ()
        return FileCheck(RunText.of(*directory, *task, _rest(path, variable.end())))


def _rest(path: Text, start: int) -> Text:
    """The path without its first characters, which are constant."""
    if isinstance(path, str):
        return path[start:]
    first = path.parts[0]
    assert isinstance(first, str)
    return RunText.of(first[start:], *path.parts[1:])
