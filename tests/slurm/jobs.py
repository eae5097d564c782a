"""Jobs on the cluster, and commands that stand in for real ones: what the tests of this folder share."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sflowc.runs.standing import ENDED

CLUSTER = Path(__file__).parent / "cluster"
FENCE = Path(__file__).with_name("fence.py")
SFLOWC = Path(sys.executable).with_name("sflowc")


def command(*words: str | Path) -> str:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=60).stdout


class Stubs:
    """Commands that jobs find before the real ones, and a record of how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = f"{folder}:{os.environ['PATH']}"

    def add(self, name: str, body: str) -> None:
        """A command: a few lines of bash, in which `real "$@"` is what it stands in front of."""
        (self.folder / name).write_text(
            f'#!/bin/bash\nreal() {{ PATH={shlex.quote(os.environ["PATH"])} command {name} "$@"; }}\n'
            f'echo "{name} $*" >>{shlex.quote(str(self.folder))}/calls\n{body}\n'
        )
        (self.folder / name).chmod(0o755)

    def hide(self, name: str) -> None:
        """The jobs' machine has no such command."""
        for place in ("/usr/bin", "/usr/sbin"):
            for program in Path(place).iterdir():
                link = self.folder / program.name
                if program.name != name and not link.is_symlink() and not link.exists():
                    link.symlink_to(program)
        self.path = str(self.folder)

    @property
    def calls(self) -> list[str]:
        record = self.folder / "calls"
        return record.read_text().splitlines() if record.exists() else []


@dataclass
class Job:
    """A job of a compiled workflow, in a folder that holds the script and nothing else."""

    number: str
    folder: Path

    def show(self) -> dict[str, str]:
        """What `scontrol show job` says: of a heterogeneous job, of its first component."""
        first, *_ = command("scontrol", "show", "job", self.number).split("\n\n")
        return dict(re.findall(r"(\S+?)=(\S*)", first))

    @property
    def state(self) -> str:
        return self.show().get("JobState", "")

    def wait(self, timeout: float = 60) -> str:
        """Waits for the end of the job; its state then."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            state = self.state
            if state in ENDED:
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

    def requeue(self, *components: int, timeout: float = 60) -> None:
        """Requeues the job, and waits until it has started again; `components` are the numbers of its others."""
        subprocess.run(["scontrol", "requeue", self.number], check=True)
        self.wait_until_restarted(*components, timeout=timeout)

    def wait_until_restarted(self, *components: int, timeout: float = 60) -> None:
        """Waits until a job that is queued again has started; `components` are the numbers of its others."""
        end = time.monotonic() + timeout
        while (now := self.show())["Restarts"] == "0" or now["JobState"] in ("PENDING", "COMPLETING"):
            assert time.monotonic() < end, now
            # The end of the first script may be told only now. Slurm 22.05 takes it for that of the second, when there is one already; it
            # is why Slurm waits.
            time.sleep(1)
            for number in (self.number, *components):  # Slurm holds a requeued job back for two minutes
                command("scontrol", "update", f"job={number}", "StartTime=now")

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
        """The log of a task. On a busy machine an unbuffered srun may make of the end of a line a line of its own: that is left out."""
        return re.sub(r"^(\d+: )?\n", "", (self.directory / task / f"{task}.log").read_text(), flags=re.MULTILINE)

    @property
    def exit_code(self) -> str:
        return self.show()["ExitCode"]
