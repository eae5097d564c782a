"""exec: succeeds when a command does."""

from __future__ import annotations

from collections.abc import Mapping

from ..diagnostics import Reporter
from ..ir.fields import Schema
from ..ir.plan import ExecCheck
from .base import Site


class ExecProbe:
    kind = "exec"
    title = "Succeeds when the command ends with status 0"
    fields: dict[str, Schema] = {
        "command": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/word"},
            "description": "The program and its arguments; no shell reads them",
        }
    }
    required: tuple[str, ...] = ("command",)

    def check(self, fields: Mapping[str, object], site: Site, report: Reporter) -> ExecCheck | None:
        command = fields["command"]
        assert isinstance(command, tuple)
        if not command[0]:
            report.error("empty-check", "the command of an exec probe names no program", site.span_of("command"))
            return None
        return ExecCheck(command)
