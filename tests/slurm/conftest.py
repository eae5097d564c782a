"""A real Slurm cluster for the tests of this folder, and jobs on it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CLUSTER = Path(__file__).parent / "cluster"
SFLOWC = Path(sys.executable).with_name("sflowc")


@pytest.fixture(scope="session", autouse=True)
def cluster() -> Iterator[None]:
    """The cluster. Without root or Slurm the tests are skipped, or fail when SFLOWC_REQUIRE names slurm."""
    if os.geteuid() != 0 or shutil.which("slurmctld") is None:
        required = "slurm" in os.environ.get("SFLOWC_REQUIRE", "").split(",")
        (pytest.fail if required else pytest.skip)("needs root and Slurm (tests/install-debian.sh)")
    was_up = subprocess.run(["sinfo", "-h"], capture_output=True, check=False).returncode == 0
    subprocess.run([CLUSTER / "up.sh"], check=True, timeout=120)
    yield
    if not was_up:
        subprocess.run([CLUSTER / "down.sh"], check=True, timeout=60)


def command(*words: str | Path) -> str:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=60).stdout


@dataclass
class Job:
    """A job of a compiled workflow, in a folder that holds the script and nothing else."""

    number: str
    folder: Path

    def show(self) -> dict[str, str]:
        """What `scontrol show job` says."""
        return dict(re.findall(r"(\S+?)=(\S*)", command("scontrol", "show", "job", self.number)))

    @property
    def state(self) -> str:
        return self.show().get("JobState", "")

    def wait(self, timeout: float = 60) -> str:
        """Waits for the end of the job; its state then."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            state = self.state
            if state and state not in ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING"):
                return state
            time.sleep(0.1)
        subprocess.run(["scancel", self.number], check=False)
        raise AssertionError(f"job {self.number} did not end within {timeout} s:\n{self.output}")

    def wait_for(self, task: str, state: str, timeout: float = 30) -> None:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            for events in self.folder.glob("sflow_output/*/events.jsonl"):
                if f'"task":"{task}","state":"{state}"' in events.read_text():
                    return
            time.sleep(0.05)
        raise AssertionError(f"{task} was not {state} within {timeout} s:\n{self.output}")

    @property
    def output(self) -> str:
        return "".join(path.read_text() for path in self.folder.glob("slurm-*.out"))

    @property
    def directory(self) -> Path:
        (found,) = self.folder.glob("sflow_output/*/")
        return found

    @property
    def record(self) -> dict:
        return json.loads((self.directory / "status.json").read_text())

    def log(self, task: str) -> str:
        return (self.directory / task / f"{task}.log").read_text()

    @property
    def exit_code(self) -> str:
        return self.show()["ExitCode"]


@pytest.fixture
def submit(tmp_path: Path) -> Iterator[Callable[..., Job]]:
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
        script.write_text(edit(script.read_text()))
        sent = subprocess.run(
            ["sbatch", "--parsable", *options, script.name, *arguments],
            cwd=folder,
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
