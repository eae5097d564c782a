"""Compiles a workflow and runs its script in a directory of the test's own: what the tests of running scripts share."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SFLOWC = Path(sys.executable).with_name("sflowc")


@dataclass
class Run:
    """A script that has ended: its exit status, what it printed, and its run directory."""

    status: int
    output: str
    directory: Path
    seconds: float

    def log(self, task: str) -> str:
        return (self.directory / task / f"{task}.log").read_text(errors="surrogateescape")

    @property
    def record(self) -> dict:
        return json.loads((self.directory / "status.json").read_text())

    @property
    def states(self) -> dict[str, str]:
        return {name: task["state"] for name, task in self.record["tasks"].items()}

    @property
    def events(self) -> list[dict]:
        return [json.loads(line) for line in (self.directory / "events.jsonl").read_text().splitlines()]

    def moments(self, task: str) -> dict[str, float]:
        """When the task first entered each state."""
        found: dict[str, float] = {}
        for event in self.events:
            if event["event"] == "state" and event["task"] == task:
                found.setdefault(event["state"], event["time"])
        return found


class Workflow:
    """A compiled workflow in `folder`; `run()` runs it to its end, `start()` only starts it."""

    def __init__(self, folder: Path, text: str, *options: str) -> None:
        self.folder = folder
        self.output = folder / "out"
        source, self.script = folder / "w.yaml", folder / "w.sh"
        source.write_text(text if text.startswith("version") else f'version: "0.1"\n{text}')
        done = subprocess.run(
            [SFLOWC, "build", source.name, "-o", self.script.name, *options],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", self.script, *arguments, "--output-dir", self.output],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="surrogateescape",
            start_new_session=True,
        )

    def run(self, *arguments: str, timeout: float = 60, **environment: str) -> Run:
        began = time.monotonic()
        process = self.start(*arguments, **environment)
        return self.finish(process, began, timeout)

    def finish(self, process: subprocess.Popen[str], began: float | None = None, timeout: float = 60) -> Run:
        try:
            printed, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        seconds = time.monotonic() - began if began is not None else 0.0
        return Run(process.returncode, printed, self.directory, seconds)

    @property
    def directory(self) -> Path:
        """The newest run directory; the output directory when there is none."""
        found = sorted(self.output.glob("*/"), key=lambda path: path.stat().st_mtime_ns) if self.output.exists() else []
        return found[-1] if found else self.output

    def wait_for(self, task: str, state: str, timeout: float = 20) -> None:
        """Returns when the task has entered the state."""
        for _ in every(0.02, timeout):
            events = self.directory / "events.jsonl"
            if events.exists() and f'"task":"{task}","state":"{state}"' in events.read_text():
                return
        raise AssertionError(f"{task} was not {state} within {timeout} s")


def every(seconds: float, timeout: float) -> Iterator[None]:
    """Ticks until the time is over."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        yield
        time.sleep(seconds)


def processes(mark: str) -> list[str]:
    """Processes of which a command-line argument contains `mark`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (entry.parent / "stat").read_text().rsplit(") ", 1)[1][0]
        except OSError:
            continue
        if mark in command and state != "Z" and int(entry.parent.name) != os.getpid():
            found.append(command)
    return found


def gone(mark: str, timeout: float = 5) -> bool:
    """Whether all processes with the mark end in time."""
    return any(not processes(mark) for _ in every(0.05, timeout))


def of_the_run(run_id: str) -> list[str]:
    """Processes that carry the run's id in their environment, as every process of a task does."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if f"SFLOW_RUN_ID={run_id}".encode() in environment:
            found.append(entry.parent.name)
    return found
