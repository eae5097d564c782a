"""The script of a job array runs the script of its element."""

import subprocess
from pathlib import Path

import pytest
from requirements import need
from sflowc.emit.job_array import job_array

DIRECTIVES = ("#SBATCH --nodes=2", "#SBATCH --time=5")


def test_what_it_asks_for() -> None:
    text = job_array("s", {1: "a.sh", 2: "b.sh", 3: "c.sh", 7: "d.sh"}, DIRECTIVES, limit=2, folder="out")
    assert text.splitlines()[:5] == [
        "#!/usr/bin/env bash",
        "#SBATCH --job-name=s",
        "#SBATCH --array=1-3,7%2",
        "#SBATCH --nodes=2",
        "#SBATCH --time=5",
    ]
    assert "--array=1-3,7\n" in job_array("s", {1: "a", 2: "b", 3: "c", 7: "d"}, (), limit=None, folder="out")


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "two words"
    folder.mkdir()
    for name in ("a_001.sh", "it's_002.sh"):
        (folder / name).write_text('echo "$0 $*"; exit 3\n')
    array = job_array("s", {1: "a_001.sh", 2: "it's_002.sh"}, DIRECTIVES, limit=None, folder="two words")
    (folder / "array.sh").write_text(array)
    return folder


def run(folder: Path, element: str, submitted_from: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "SLURM_ARRAY_TASK_ID": element, "SLURM_SUBMIT_DIR": str(submitted_from)}
    return subprocess.run(
        ["bash", folder / "array.sh", "--x"], env=env, capture_output=True, text=True, check=False, timeout=10
    )


def test_an_element_is_its_script(scripts: Path) -> None:
    for place in (scripts, scripts.parent):
        done = run(scripts, "2", place)
        assert done.returncode == 3
        assert done.stdout == f"{scripts}/it's_002.sh --x\n"


def test_an_absolute_folder_is_found_from_anywhere(scripts: Path) -> None:
    array = job_array("s", {1: "a_001.sh"}, DIRECTIVES, limit=None, folder=str(scripts))
    (scripts / "array.sh").write_text(array)
    assert run(scripts, "1", Path("/")).stdout == f"{scripts}/a_001.sh --x\n"


def test_what_is_not_there_is_said(scripts: Path) -> None:
    done = run(scripts, "3", scripts)
    assert (done.returncode, done.stderr) == (64, "sflow: there is no workflow for element 3\n")
    done = run(scripts, "1", Path("/"))
    assert done.returncode == 78
    assert "a_001.sh is not in /" in done.stderr


def test_it_is_clean(scripts: Path) -> None:
    done = subprocess.run(
        [need("shellcheck"), "--severity=style", scripts / "array.sh"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == ""
