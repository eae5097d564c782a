"""What a target is: it turns a Plan into the text of one file.

In: a Plan. Out: text. A target holds no state; TARGETS in this package is the table of them all.
"""

from __future__ import annotations

from typing import Protocol

from ..ir.plan import Plan


class Target(Protocol):
    """One kind of output. `suffix` ends the name of a file that is named after its workflow."""

    name: str
    suffix: str

    def emit(self, plan: Plan) -> str:
        """The file's whole text: the same bytes for the same plan."""
        ...
