"""Where faults happen: workflows that are compiled, run and attacked in a directory of the test's own, on this host.

In: the text of a workflow, in which TOKEN stands for a number that is this test's alone. Out: a Started, to be disturbed while it
runs, and then Ended, which `checks.py` looks at.

    started = stage.start(stage.workflow(text))
    stage.wait_for("t", "RUNNING")
    started.signal("TERM")
    return stage.finish(started)
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from faults.checks import check, check_files, living, unfinished, whole_events
from faults.table import Fault
from requirements import need
from workflow import Workflow, every


@dataclass
class Ended:
    """A run that is over. `session`: that of its processes, where it had one of its own. `directory`: None when it made none."""

    status: int
    output: str
    directory: Path | None
    seconds: float
    session: int | None = None

    def log(self, task: str) -> str:
        assert self.directory is not None
        return (self.directory / task / f"{task}.log").read_text(errors="surrogateescape")


@dataclass
class Started:
    """A script that runs; what it prints goes to a file, as of a job, unless the test says otherwise."""

    process: subprocess.Popen[bytes]
    began: float
    printed: Path

    def signal(self, name: str, *, group: bool = False) -> None:
        number = getattr(signal, f"SIG{name}")
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def kill_one(self, stage: Stage, dice: random.Random) -> None:
        """SIGKILL to one process of the run that is not the script itself."""
        run = stage.directory.name if stage.directory else None
        found = [int(line.split(":")[0]) for line in living(stage.token, run, self.process.pid)]
        if victims := sorted(set(found) - {self.process.pid}):
            with contextlib.suppress(ProcessLookupError):
                os.kill(dice.choice(victims), signal.SIGKILL)


class Stage:
    """One test's place: `folder`, in it the workflow, its runs in `out`, and `tmp`, which is TMPDIR for the scripts."""

    seconds_to_die = 5.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "out"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.token = str(random.SystemRandom().randrange(10**8, 10**9))
        self._undo: list[Callable[[], object]] = []
        self.built: Workflow | None = None

    def workflow(self, text: str, *options: str, grace: int = 10) -> Workflow:
        """The compiled workflow of this text; `grace`: seconds between SIGTERM and SIGKILL."""
        self.built = Workflow(self.folder, text.replace("TOKEN", self.token), *options)
        self.built.output = self.output
        script = self.built.script.read_text()
        assert "SF_GRACE=1000" in script
        self.built.script.write_text(script.replace("SF_GRACE=1000", f"SF_GRACE={grace * 100}"))
        return self.built

    def start(
        self,
        workflow: Workflow,
        *arguments: str,
        wrap: Sequence[str | Path] = (),
        environment: dict[str, str] | None = None,
        **popen: Any,
    ) -> Started:
        """Starts the script; `wrap` are words before `bash w.sh`, such as those of a limit."""
        printed = self.folder / f"printed.{time.monotonic_ns()}"
        out: IO[bytes] = printed.open("wb")
        words = [*wrap, "bash", workflow.script, *arguments, "--output-dir", self.output]
        process = subprocess.Popen(
            [str(word) for word in words],
            **{
                "cwd": self.folder,
                "env": {**os.environ, "TMPDIR": str(self.temporary), **(environment or {})},
                "stdin": subprocess.DEVNULL,
                "stdout": out,
                "stderr": out,
                "start_new_session": True,
                **popen,
            },
        )
        out.close()
        self.undo(lambda: process.poll() is None and os.killpg(process.pid, signal.SIGKILL))
        return Started(process, time.monotonic(), printed)

    def finish(self, started: Started, timeout: float = 60) -> Ended:
        """Waits for the end; a run that does not end in time is killed and fails the test."""
        try:
            status = started.process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(started.process.pid, signal.SIGKILL)
            raise AssertionError(f"it hangs; it printed:\n{started.printed.read_text(errors='replace')}") from None
        return Ended(
            status if status >= 0 else 128 - status,
            started.printed.read_text(errors="surrogateescape"),
            self.directory,
            time.monotonic() - started.began,
            started.process.pid,
        )

    def run(self, text: str, *arguments: str, timeout: float = 60, **how: Any) -> Ended:
        """Compiles, runs to the end."""
        return self.finish(self.start(self.workflow(text), *arguments, **how), timeout)

    def public(self) -> None:
        """From here on, everything happens where any user may read and write, and not below /tmp."""
        self.folder = Path(tempfile.mkdtemp(prefix="stage.", dir="/var/tmp"))
        self.folder.chmod(0o777)
        self.output = self.folder / "out"
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.temporary.chmod(0o777)
        self.undo(lambda: shutil.rmtree(self.folder))

    def late(self, milliseconds: int) -> dict[str, str]:
        """An environment in which a child begins so long after its fork, and a program so long after it was to replace another."""
        library, source = self.folder / "late.so", Path(__file__).with_name("late.c")
        subprocess.run([need("gcc"), "-shared", "-fPIC", "-o", library, source], check=True)
        return {"LD_PRELOAD": str(library), "LATE": str(milliseconds * 1000)}

    def small_disk(self, kilobytes: int) -> Path:
        """The output directory becomes a disk of this size; -> what fills it up."""
        need("mount")
        self.output.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", self.output], check=True)
        self.undo(lambda: subprocess.run(["umount", "-l", self.output], check=True))
        return self.output / "ballast"

    @property
    def directory(self) -> Path | None:
        """The newest run directory."""
        found = (
            sorted(self.output.glob("w-*/"), key=lambda path: path.stat().st_mtime_ns) if self.output.is_dir() else []
        )
        return found[-1] if found else None

    def events(self) -> list[dict[str, Any]]:
        """The events of the newest run."""
        assert self.directory is not None
        return whole_events(self.directory)

    def wait_for(self, task: str, state: str, timeout: float = 20) -> None:
        """Returns when the task has entered the state."""
        assert self.built is not None
        self.built.wait_for(task, state, timeout)

    def wait_until(self, condition: Callable[[], object], timeout: float = 20) -> None:
        """Returns when the condition holds."""
        assert any(condition() for _ in every(0.02, timeout)), "what the test waits for did not happen"

    def undo(self, action: Callable[[], object]) -> None:
        """Something to do when the test is over, however it went; the last one first."""
        self._undo.append(action)

    def close(self) -> None:
        while self._undo:
            self._undo.pop()()

    def check(self, ended: Ended, fault: Fault) -> None:
        """What is asserted of every run."""
        check(ended, fault, self.token, self.seconds_to_die + fault.grace)
        check_files(self.left_over(ended), self.seconds_to_die)

    def left_over(self, ended: Ended) -> Callable[[], list[Path]]:
        """Temporary files and locks that a run must not leave."""
        return lambda: [*self.temporary.rglob("*"), *unfinished(self.output, ended.directory)]
