"""`sflowc plan`: what would run where.

In: files and overrides. Out: the plan as text for people, or as JSON (schemas/plan.schema.json).
"""

from __future__ import annotations

import sys

import click

from .. import render
from ..ir.dump import plan_to_json
from ..ir.secrets import hide
from .inputs import Inputs, plan_or_exit, wants_colour, workflow_options


@click.command("plan")
@workflow_options(("text", "json"))
def command(inputs: Inputs) -> None:
    """Show what would run where: order, nodes, GPUs, probes."""
    plan = plan_or_exit(inputs)
    if inputs.format == "json":
        text = render.to_json(plan_to_json(plan))
    else:
        text = render.plan_text(plan, colour=wants_colour(sys.stdout))
    click.echo(hide(text, plan.secrets), nl=False)
