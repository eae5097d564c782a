"""Checks of a workflow that compiles: what is legal and hardly ever meant.

In: a draft that all passes have been over. Out: warnings. `ALWAYS` holds those that follow from the workflow itself; `LINT`
those that guess at what scripts do or at what somebody else may use, which only `sflowc lint` tells.
"""

from __future__ import annotations

from collections.abc import Callable

from ..diagnostics import Reporter
from ..passes.draft import Draft
from .find_jinja_statements import find_jinja_statements
from .find_lost_failures import find_lost_failures
from .find_shared_ports import find_shared_ports
from .find_sleeps import find_sleeps
from .find_unready_services import find_unready_services
from .find_unused import find_unused

ALWAYS: tuple[Callable[[Draft, Reporter], None], ...] = (find_jinja_statements, find_shared_ports)
LINT: tuple[Callable[[Draft, Reporter], None], ...] = (
    find_lost_failures,
    find_sleeps,
    find_unready_services,
    find_unused,
)
CHECKS = (*ALWAYS, *LINT)
