"""Finds out when the script for the time limit begins.

Before: backends, and the workflow as it is written. After: `on_timeout` of the draft, if there is such a script; its lines and its
environment are other passes' business.
"""

from __future__ import annotations

import math

from ..diagnostics import Reporter
from ..ir.change import replace
from ..ir.plan import PlanOnTimeout
from .draft import Draft
from .fields import read_boolean, read_duration

LEAD = 60.0
"""Seconds before a limit; half of it when it is shorter than two minutes."""
MOST = 65535
"""The most that sbatch takes."""


def prepare_timeout(draft: Draft, report: Reporter) -> Draft:
    workflow = draft.workflow
    written = workflow.on_timeout
    if written is None:
        return draft
    limit = None
    if workflow.timeout is not None:
        limit = read_duration(workflow.timeout, draft.scope, "the workflow's timeout", report)
    lead = LEAD if limit is None else min(LEAD, limit / 2)
    wanted = None
    if written.lead is not None:
        lead = read_duration(written.lead, draft.scope, "the lead of on_timeout", report) or lead
        wanted = min(math.ceil(lead), MOST)
        if limit is not None and lead >= limit:
            message = f"a lead of {lead:g} s is not shorter than the workflow's timeout of {limit:g} s"
            report.error("too-large", message, written.lead.span)
    if workflow.timeout is None and not any(backend.type == "slurm" for backend in draft.backends):
        report.warning(
            "on-timeout-without-limit",
            "nothing limits the time of this run, so its on_timeout never runs",
            written.span,
            help="give the workflow a timeout",
        )
    strict = None if workflow.strict is None else read_boolean(workflow.strict, draft.scope, "strict", report)
    return replace(draft, on_timeout=PlanOnTimeout((), lead, strict=bool(strict), wanted_lead=wanted))
