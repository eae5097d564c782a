"""The pages of the manual that need a cluster, followed to the letter."""

from pathlib import Path

import pytest
from manual import ON_A_CLUSTER, follow, pages


@pytest.mark.parametrize(
    "page", [page for page in pages() if ON_A_CLUSTER in page.read_text()], ids=lambda page: page.stem
)
def test_a_page(page: Path, tmp_path: Path) -> None:
    follow(page, tmp_path)
