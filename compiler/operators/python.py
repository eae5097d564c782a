"""The python operator: the script is Python source, run with -c by an interpreter of the user's choice."""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.fields import Schema, text, texts
from ..ir.plan import SCRIPT
from .base import Command, Fields, Placement, items, text_of


class PythonOperator:
    type = "python"
    title = "Runs the script, which is Python source, with an interpreter"
    fields: dict[str, Schema] = {
        "python_exec": text("The interpreter", default="python"),
        "extra_args": texts("Options of the interpreter, before -c"),
    }
    required: tuple[str, ...] = ()

    def command(self, fields: Fields, placement: Placement, report: Reporter) -> Command:
        interpreter = text_of(fields.get("python_exec")) or "python"
        return Command((interpreter, *items(fields.get("extra_args")), "-c", SCRIPT))
