"""A real Slurm cluster for the tests of this folder, and jobs on it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults.slurm_stage import SlurmStage
from jobs import CLUSTER, SFLOWC, Job, Stubs, command
from requirements import need


@pytest.fixture(scope="session", autouse=True)
def cluster() -> Iterator[None]:
    """The cluster. Without root or Slurm the tests are skipped, or fail when SFLOWC_REQUIRE names slurm."""
    need("slurm")
    was_up = subprocess.run(["sinfo", "-h"], capture_output=True, check=False).returncode == 0
    subprocess.run([CLUSTER / "up.sh"], check=True, timeout=120)
    yield
    if not was_up:
        subprocess.run([CLUSTER / "down.sh"], check=True, timeout=60)


@pytest.fixture(autouse=True)
def idle(cluster: None) -> None:
    """Waits for the nodes: while one is busy with the end of an earlier test's job, Slurm would give others than expected. Once in a while
    a slurmd of Slurm 22.05 dies of a segmentation fault when it starts many steps: it is started again, so that no further test fails."""
    nodes = set(command("sinfo", "-h", "-N", "-o", "%N").split())
    end = time.monotonic() + 30
    while set(command("sinfo", "-h", "-N", "-o", "%t").split()) != {"idle"} and time.monotonic() < end:
        time.sleep(0.1)
    if time.monotonic() >= end or len(command("pgrep", "-x", "-r", "D,R,S", "slurmd").split()) < len(nodes):
        print(command("squeue") + command("sinfo", "-N", "-l"))
        subprocess.run([CLUSTER / "break.sh", "mend"], check=True, timeout=120)


@pytest.fixture
def stubs(tmp_path: Path) -> Stubs:
    """Stand-ins for commands, for the jobs that the test submits."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return Stubs(folder)


@pytest.fixture
def submit(tmp_path: Path, stubs: Stubs) -> Iterator[Callable[..., Job]]:
    """Compiles a workflow and submits its script from a directory with nothing else in it."""
    jobs: list[Job] = []

    def send(text: str, *options: str, edit: Callable[[str], str] = str, arguments: tuple[str, ...] = ()) -> Job:
        source = tmp_path / "w.yaml"
        source.write_text(text if 'version: "0.1"' in text else f'version: "0.1"\n{text}')
        folder = tmp_path / f"job{len(jobs)}"
        folder.mkdir()
        script = folder / "job.sbatch.sh"
        done = subprocess.run([SFLOWC, "build", source, "-o", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        script.write_bytes(edit(script.read_bytes().decode()).encode())
        sent = subprocess.run(
            ["sbatch", "--parsable", *options, script.name, *arguments],
            cwd=folder,
            env={**os.environ, "PATH": stubs.path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert sent.returncode == 0, sent.stderr
        jobs.append(Job(sent.stdout.strip(), folder))
        return jobs[-1]

    yield send
    for job in jobs:
        subprocess.run(["scancel", job.number], capture_output=True, check=False)


@pytest.fixture
def stage(submit: Callable[..., Job], stubs: Stubs) -> Iterator[SlurmStage]:
    """Where a fault on the cluster happens (tests/faults/table.py); what it breaks of the cluster is mended."""
    made = SlurmStage(submit, stubs)
    yield made
    if made.broken:
        made.break_("mend")
