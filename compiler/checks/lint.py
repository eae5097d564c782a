"""The table of the checks that only `sflowc lint` makes.

In: nothing. Out: `LINT`, and `CHECKS` with those that are always made.
"""

from __future__ import annotations

from collections.abc import Callable

from ..diagnostics import Reporter
from ..passes.draft import Draft
from . import ALWAYS
from .find_lost_failures import find_lost_failures
from .find_sleeps import find_sleeps
from .find_unready_services import find_unready_services
from .find_unused import find_unused

LINT: tuple[Callable[[Draft, Reporter], None], ...] = (
    find_lost_failures,
    find_sleeps,
    find_unready_services,
    find_unused,
)
CHECKS = (*ALWAYS, *LINT)
