"""Every mistake in golden/errors is told in exactly these words, with the caret in exactly this place.

A file is called CODE.WHAT.yaml and gives a diagnostic of that code; `make golden` writes the texts anew. A first line
`# lint: ...` holds further arguments; files that only serve another are called *.part.
"""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "errors"
CASES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_told(
    sflowc: Callable[..., subprocess.CompletedProcess[str]], path: Path, snapshot: Snapshot
) -> None:
    arguments = re.match(rb"# lint: (.*)\n", path.read_bytes())
    more = shlex.split(arguments[1].decode()) if arguments else []
    done = sflowc("lint", path.name, *more, cwd=FOLDER, status=None)
    assert f"[{path.stem.split('.')[0]}]" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == ("error[" in done.stderr)
    snapshot.snapshot_dir = FOLDER
    snapshot.assert_match(done.stderr, f"{path.stem}.txt")


def test_no_text_is_an_orphan() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in CASES}
