"""Jinja2 statements that stay text.

Before: scripts, contents and values. After: a warning at the first `{% if ... %}` of each: only `${{ }}` is special, and what
another tool would have obeyed is plain text here.
"""

from __future__ import annotations

import re

from ..diagnostics import Reporter
from ..ir.tree import scalars, span_at
from ..passes.draft import Draft

_STATEMENT = re.compile(
    r"\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|endset|macro|endmacro|include|import|from|extends|block|endblock|raw"
    r"|endraw|call|endcall|filter|endfilter|with|endwith)\b[^%\n]*%\}"
)


def find_jinja_statements(draft: Draft, report: Reporter) -> None:
    for scalar in scalars(draft.workflow):
        found = _STATEMENT.search(scalar.text) if "{%" in scalar.text else None
        if found:
            report.warning(
                "jinja-statement",
                f"{found[0]} stays text: of Jinja2 only expressions are part of the language",
                span_at(scalar, found.start(), len(found[0])),
                help="choose with an expression, ${{ A if C else B }}, or in the script with bash",
            )
