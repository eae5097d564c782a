"""Diagnostics and plans for people and for tools.

In: what the driver found. Out: text, JSON or annotations. Colours are ANSI codes, given only when asked for. What only one command
prints, that command imports from its own module here, so that no other waits for it.
"""

from __future__ import annotations

import json

from .diagnostics import diagnostics_github, diagnostics_json, diagnostics_text
from .plan import plan_text
from .rows import of_rows

__all__ = [
    "diagnostics_github",
    "diagnostics_json",
    "diagnostics_text",
    "of_rows",
    "plan_text",
    "to_json",
]


def to_json(value: object) -> str:
    """JSON as all commands print it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
