"""Diagnostics and plans for people and for tools.

In: what the driver found. Out: text, JSON or annotations. Colours are ANSI codes, given only when asked for.
"""

from __future__ import annotations

import json

from .diagnosis import diagnosis_json, diagnosis_markdown, diagnosis_text
from .diagnostics import diagnostics_github, diagnostics_json, diagnostics_text
from .explanation import explanation_json, explanation_list, explanation_page, explanation_text
from .plan import plan_text
from .rows import of_rows

__all__ = [
    "diagnosis_json",
    "diagnosis_markdown",
    "diagnosis_text",
    "diagnostics_github",
    "diagnostics_json",
    "diagnostics_text",
    "explanation_json",
    "explanation_list",
    "explanation_page",
    "explanation_text",
    "of_rows",
    "plan_text",
    "to_json",
]


def to_json(value: object) -> str:
    """JSON as all commands print it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
