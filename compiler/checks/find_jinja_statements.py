"""Jinja2 statements that stay text.

Before: scripts, contents and values. After: a warning at the first `{% if ... %}` of each: only `${{ }}` is special, and what
another tool would have obeyed is plain text here.
"""

from __future__ import annotations

import dataclasses
import re

from ..diagnostics import Reporter
from ..ir.memo import by_identity
from ..ir.tree import Scalar, scalars, span_at
from ..passes.draft import Draft

_STATEMENT = re.compile(
    r"\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|endset|macro|endmacro|include|import|from|extends|block|endblock|raw"
    r"|endraw|call|endcall|filter|endfilter|with|endwith)\b[^%\n]*%\}"
)


def find_jinja_statements(draft: Draft, report: Reporter) -> None:
    for field in dataclasses.fields(draft.workflow):
        value = getattr(draft.workflow, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            _tell(_statements(part), report)


@by_identity
def _statements(part: object) -> list[tuple[Scalar, re.Match[str]]]:
    """The first statement of each scalar in a part of a workflow."""
    found = ((scalar, _STATEMENT.search(scalar.text)) for scalar in scalars(part) if "{%" in scalar.text)
    return [(scalar, statement) for scalar, statement in found if statement]


def _tell(statements: list[tuple[Scalar, re.Match[str]]], report: Reporter) -> None:
    for scalar, found in statements:
        report.warning(
            "jinja-statement",
            f"{found[0]} stays text: of Jinja2 only expressions are part of the language",
            span_at(scalar, found.start(), len(found[0])),
            help="choose with an expression, ${{ A if C else B }}, or in the script with bash",
        )
