"""Checks of a workflow that compiles: what is legal and hardly ever meant.

In: a draft that all passes have been over. Out: warnings. `ALWAYS` holds those that follow from the workflow itself; `lint.LINT`
those that guess at what scripts do or at what somebody else may use, which only `sflowc lint` tells, and only it imports.
"""

from __future__ import annotations

from collections.abc import Callable

from ..diagnostics import Reporter
from ..passes.draft import Draft
from .find_jinja_statements import find_jinja_statements
from .find_shared_ports import find_shared_ports

ALWAYS: tuple[Callable[[Draft, Reporter], None], ...] = (find_jinja_statements, find_shared_ports)
