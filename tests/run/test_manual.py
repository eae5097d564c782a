"""The pages of the manual that need no cluster, followed to the letter; the others are followed in tests/slurm."""

import re
from pathlib import Path

import pytest
from manual import ON_A_CLUSTER, ROOT, blocks, follow, pages


@pytest.mark.parametrize(
    "page",
    [page for page in pages() if ON_A_CLUSTER not in page.read_text()],
    ids=lambda page: f"{page.parent.name}-{page.stem}",
)
def test_a_page(page: Path, tmp_path: Path) -> None:
    follow(page, tmp_path)


def test_no_page_is_forgotten() -> None:
    assert {"README", "tutorial", "tutorial-slurm"} <= {page.stem for page in pages()}


@pytest.mark.parametrize(
    "page",
    sorted({*ROOT.glob("docs/*.md"), *ROOT.glob("skills/**/*.md")}),
    ids=lambda page: f"{page.parent.name}-{page.stem}",
)
def test_what_is_not_run_has_a_reason(page: Path) -> None:
    """No command stands in a block of another kind, and every file that is shown is used."""
    shown = blocks(page)
    run = "".join(block.text for block in shown if block.runs)
    for block in shown:
        assert block.language not in ("sh", "shell", "console"), block.text
        if block.language == "bash" and not block.runs and not block.title:
            assert re.fullmatch(r"not run: \w.{5,}", block.remark), block.text
        if block.title and run:
            assert Path(block.title).name in run, block.title
