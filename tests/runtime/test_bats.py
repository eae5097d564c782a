"""The units' bats files on older shells; `make test` runs them on the system's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from oldbash.shells import BASHES, Shell, first_on_path
from requirements import OLD_SHELLS, need

FILES = sorted(Path(__file__).parent.glob("*.bats"))
SYSTEM = Path(shutil.which("bash") or "/bin/bash").resolve()
FURTHER = [str(shell) for shell in BASHES if shell.path.resolve() != SYSTEM and str(shell) not in OLD_SHELLS]


@pytest.mark.parametrize("name", [*OLD_SHELLS, *FURTHER])
def test_the_units(name: str, tmp_path: Path) -> None:
    bats = need("bats")
    shell = Shell(Path(need(name)), name.removeprefix("bash-"))
    environment = {**os.environ, "PATH": first_on_path(shell, tmp_path)}
    done = subprocess.run([bats, *FILES], env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
