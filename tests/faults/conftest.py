"""A stage for every fault, on every bash that is at hand (tests/oldbash/shells.py)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.stage import Stage
from oldbash.shells import BASHES, Shell, first_on_path


@pytest.fixture(params=BASHES, ids=str, autouse=True)
def bash(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """The shell under test, which `bash` is for scripts and tasks."""
    monkeypatch.setenv("PATH", first_on_path(request.param, tmp_path_factory.getbasetemp()))
    return request.param


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Where a fault on this host happens."""
    made = Stage(tmp_path)
    yield made
    made.close()
