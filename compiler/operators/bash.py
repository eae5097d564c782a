"""The bash operator: the script runs on the host that runs the workflow (the first node of a job)."""

from __future__ import annotations

from ..diagnostics import Reporter
from ..ir.fields import Schema
from ..ir.plan import SCRIPT
from .base import Command, Fields, Placement


class BashOperator:
    type = "bash"
    title = "Runs the script with bash on the host of the workflow"
    fields: dict[str, Schema] = {}
    required: tuple[str, ...] = ()

    def command(self, fields: Fields, placement: Placement, report: Reporter) -> Command:
        return Command(("bash", "-c", SCRIPT))
