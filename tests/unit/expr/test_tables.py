"""The shipped tables are those of the grammar, and running them needs no lark."""

from __future__ import annotations

import subprocess
import sys

from sflowc import resources
from sflowc.expr import build_table


def test_tables_are_current() -> None:
    grammar = resources.read_text("expr", "grammar.lark")
    assert build_table.build(grammar) == resources.read_text("expr", "grammar.json"), (
        "run python -m sflowc.expr.build_table"
    )


def test_import_is_light() -> None:
    code = "import sys, sflowc.expr.evaluate; print([m for m in ('lark', 'jinja2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
