"""The shipped tables are those of the grammar, and running them needs no lark."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sflowc import resources
from sflowc.expr import build_table


@pytest.mark.parametrize("resource", build_table.GRAMMARS, ids="/".join)
def test_tables_are_current(resource: tuple[str, ...]) -> None:
    grammar = resources.path(*resource)
    tables = build_table.build(grammar.read_text(encoding="utf-8"))
    assert tables == grammar.with_suffix(".json").read_text(encoding="utf-8"), "run python -m sflowc.expr.build_table"


def test_import_is_light() -> None:
    code = "import sys, sflowc.expr.evaluate; print([m for m in ('lark', 'jinja2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
