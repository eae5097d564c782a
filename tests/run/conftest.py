"""Every test of this folder runs on every bash that is at hand (tests/oldbash/shells.py)."""

import pytest
from oldbash.shells import BASHES, Shell, first_on_path


@pytest.fixture(params=BASHES, ids=str, autouse=True)
def bash(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """The shell under test, which `bash` is for scripts and tasks."""
    monkeypatch.setenv("PATH", first_on_path(request.param, tmp_path_factory.getbasetemp()))
    return request.param
