"""What all tests share: the command under test, and programs that a test may insist on."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from requirements import need, unknown_parts

ROOT = Path(__file__).resolve().parents[1]

Sflowc = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the tree."""
    return ROOT


@pytest.fixture(scope="session")
def sflowc() -> Sflowc:
    """Runs the installed command: `sflowc("build", "-f", file, cwd=folder, env={...}).stdout`."""
    command = str(Path(sys.executable).with_name("sflowc"))

    def run(*arguments: str, cwd: Path = ROOT, env: dict[str, str] | None = None, status: int | None = 0) -> object:
        done = subprocess.run(
            [command, *arguments],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        assert status in (done.returncode, None), done.stdout + done.stderr
        return done

    return run  # type: ignore[return-value]


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """The path of a part's program. Without it the test is skipped, or fails when SFLOWC_REQUIRE names the part."""
    return need


def pytest_configure(config: pytest.Config) -> None:
    os.environ["XDG_CONFIG_HOME"] = "/dev/null/none"  # nobody's own cluster profile; it is not there
    if unknown := unknown_parts():
        raise pytest.UsageError(f"SFLOWC_REQUIRE names what no test needs: {', '.join(sorted(unknown))}")
