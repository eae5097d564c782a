"""Workflows that stand in the documentation compile, and without a warning. Those of docs/diagnostics.md have a test of their own;
those with a title are part of a page that is followed (tests/manual.py)."""

import re
from pathlib import Path

import pytest
from sflowc.driver import compile_workflow
from sflowc.targets import default_target

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted({ROOT / "README.md", *ROOT.glob("docs/*.md")} - {ROOT / "docs" / "diagnostics.md"})
WORKFLOWS = [
    pytest.param(page, text, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, text in enumerate(
        re.findall(r'^```yaml\n(version: "0\.1"\n.*?)^```$', page.read_text(), re.DOTALL | re.MULTILINE)
    )
]


@pytest.mark.parametrize(("page", "text"), WORKFLOWS)
def test_a_workflow_compiles(page: Path, text: str) -> None:
    done = compile_workflow([(page.name, text.encode())])
    assert done.plan is not None
    assert not done.diagnostics


def test_what_the_page_on_slurm_shows_is_what_is_emitted() -> None:
    page = (ROOT / "docs" / "slurm.md").read_text()
    workflow = re.search(r"```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    shown = re.search(r"```\n(#SBATCH.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert workflow
    assert shown
    plan = compile_workflow([("slurm.yaml", workflow[1].encode())]).plan
    assert plan is not None
    script = default_target(plan).emit(plan)
    assert script.startswith("#!/usr/bin/env bash\n" + shown[1] + "#\n")


def test_there_are_workflows() -> None:
    assert {param.values[0].name for param in WORKFLOWS} >= {"outputs.md", "slurm.md"}
