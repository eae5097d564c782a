"""The soak: varied workflows, run one after another for a long time and disturbed at random.

In: --minutes, --seed (one that once went wrong repeats what it did), --keep (a folder for what is left of rounds that went wrong). Out: a
summary line, and the same as JSON with --json FILE; exit status 1 when anything was wrong: an orphan, a file that was left, an exit
status that is not true, events that are not whole or do not agree with status.json, a resumed run that ends otherwise than an
undisturbed one. Beside the rounds one run goes on from the beginning to the end, with probes and retries: the memory of its script
must not grow.

    PYTHONPATH=tests:tests/run python -m faults.soak --minutes 60
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from faults.checks import check_agreement, check_files, check_processes, living, validator, whole_events
from faults.soak_workflows import LONG, SHAPES, Shape
from faults.stage import Ended, Stage, Started
from oldbash.shells import BASHES

SIGNALS = {"TERM": 143, "INT": 130, "HUP": 129, "QUIT": 131, "USR2": 124}
DISTURBANCES = (
    *("nothing", "nothing", *SIGNALS, "TERM twice", "KILL", "KILL", "KILL", "KILL of its group"),
    *("KILL of one of its processes", "KILL of one of its processes", "STOP and CONT"),
)


class Round:
    """One run: started, disturbed, looked at, and resumed when it was killed."""

    def __init__(self, folder: Path, shape: Shape, dice: random.Random) -> None:
        self.stage = Stage(folder)
        self.shape = shape
        self.dice = dice
        self.how = dice.choice(DISTURBANCES)
        self.moment = dice.uniform(0, shape.seconds * 1.1)
        workflow = self.stage.workflow(shape.text)
        text = workflow.script.read_text()
        assert "SF_GRACE=1000" in text
        workflow.script.write_text(text.replace("SF_GRACE=1000", "SF_GRACE=100"))
        self.workflow = workflow

    def run(self) -> None:
        started = self.stage.start(self.workflow)
        time.sleep(self.moment)
        if started.process.poll() is None:
            self._disturb(started)
        ended = self.stage.finish(started)
        self._check(ended, self._possible())
        if self.how.startswith("KILL") and ended.directory is not None and ended.status not in (0, 64, 78):
            arguments = ("run", "--resume", str(ended.directory))
            again = self.stage.finish(self.stage.start(self.workflow, *arguments))
            # A process of a task may have been hit, which the task may take for its end.
            self._check(again, None if self.how == "KILL of one of its processes" else {self.shape.status})

    def _disturb(self, started: Started) -> None:
        if self.how in SIGNALS:
            started.signal(self.how)
        elif self.how == "TERM twice":
            started.signal("TERM")
            time.sleep(self.dice.uniform(0, 1.5))
            if started.process.poll() is None:
                started.signal("TERM")
        elif self.how == "KILL":
            started.signal("KILL")
        elif self.how == "KILL of its group":
            started.signal("KILL", group=True)
        elif self.how == "KILL of one of its processes":
            started.kill_one(self.stage, self.dice)
        elif self.how == "STOP and CONT":
            started.signal("STOP")
            time.sleep(self.dice.uniform(0, 1))
            started.signal("CONT")

    def _possible(self) -> set[int] | None:
        """The exit statuses that are true, before the script handles signals too; None: any, for what happens depends on whom it hit."""
        if self.how in SIGNALS:
            early = {128 + getattr(signal, f"SIG{self.how}")} if self.stage.directory is None else set()
            return {self.shape.status, SIGNALS[self.how], *early}
        if self.how == "TERM twice":
            return {self.shape.status, 143}
        if self.how in ("KILL", "KILL of its group"):
            return {self.shape.status, 137}
        return None if self.how == "KILL of one of its processes" else {self.shape.status}

    def _done(self, status: int) -> int:
        """What is on record of a run that was killed when nothing was left of it but its own exit."""
        return self.shape.status if self.how.startswith("KILL") and status == 137 else status

    def _check(self, ended: Ended, possible: set[int] | None) -> None:
        assert possible is None or ended.status in possible, f"exit status {ended.status}:\n{ended.output}"
        check_processes(ended, self.stage.token, 5)
        if ended.directory is None or not (events := whole_events(ended.directory)):
            return  # it was ended before it began
        record = json.loads((ended.directory / "status.json").read_text())
        validator("status").validate(record)
        assert record["exit_status"] in {ended.status, self._done(ended.status)}, record
        check_agreement(record, events)
        check_files(self.stage.left_over(ended), 5)


class LongRun:
    """The run that goes on all the time, and the memory of its script."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.stage = Stage(folder)
        self.started = self.stage.start(self.stage.workflow(LONG.replace("SECONDS", str(int(seconds)))))
        self.kilobytes: list[int] = []

    def sample(self) -> None:
        if self.started.process.poll() is not None:
            return  # finish() says how it ended
        for line in Path(f"/proc/{self.started.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                self.kilobytes.append(int(line.split()[1]))

    def finish(self, keep: Path) -> str | None:
        """What was wrong with it. A run that does not end tells what each of its processes waits for, before it is killed."""
        try:
            self.started.process.wait(120)
        except subprocess.TimeoutExpired:
            (keep / "long.processes").write_text(processes(self.stage, self.started))
            shutil.copytree(self.stage.folder, keep / "long", ignore=_no_pipes, dirs_exist_ok=True)
        try:
            ended = self.stage.finish(self.started, 1)
        except AssertionError as error:
            return f"the long run (see {keep}): {error}"
        quarter = max(1, len(self.kilobytes) // 4)
        first, last = max(self.kilobytes[:quarter]), max(self.kilobytes[-quarter:])
        if ended.status != 124:
            return f"the long run ended with {ended.status}:\n{ended.output[-2000:]}"
        return f"the script grew from {first} to {last} KB" if last > first * 1.1 + 256 else None


def processes(stage: Stage, started: Started) -> str:
    """What the processes of a run wait for: state, place in the kernel, open files; where there is a debugger, their stacks."""
    assert stage.directory is not None
    found = [int(line.split(":")[0]) for line in living(stage.token, stage.directory.name, started.process.pid)]
    numbers = sorted({started.process.pid, *found})
    columns = "pid,ppid,pgid,sid,stat,wchan:24,etimes,args"
    commands = [["ps", "-o", columns, "-p", ",".join(map(str, numbers))]]
    for number in numbers:
        commands.append(["ls", "-l", f"/proc/{number}/fd"])
        commands.append(["grep", "-E", "^(Sig|Shd)", f"/proc/{number}/status"])
        if shutil.which("gdb"):
            commands.append(["gdb", "-batch", "-ex", "bt", "-p", str(number)])
    told = (subprocess.run(command, capture_output=True, text=True, errors="replace") for command in commands)
    return "".join(f"$ {' '.join(done.args)}\n{done.stdout}" for done in told)


def soak(minutes: float, seed: int, keep: Path, tell: Callable[[dict[str, object]], None]) -> dict[str, object]:
    """Rounds until the time is over; what happened in them. `tell` gets that after every round too."""
    began = time.monotonic()
    done: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="soak.") as top:
        (long_folder := Path(top) / "long").mkdir()
        long = LongRun(long_folder, minutes * 60 + 30)
        while time.monotonic() < began + minutes * 60 and len(wrong) < 20:
            number = done.total() + 1
            folder = Path(top) / str(number)
            folder.mkdir()
            one = Round(folder, (dice := random.Random(f"{seed}.{number}")).choice(SHAPES), dice)
            try:
                one.run()
            except (AssertionError, OSError, ValueError) as error:
                wrong.append(f"round {number}: {one.how} after {one.moment:.3f} s of {one.shape.name}: {error}")
                print(wrong[-1], flush=True)
                shutil.copytree(folder, keep / str(number), ignore=_no_pipes, dirs_exist_ok=True)
            finally:
                one.stage.close()
            done[one.how] += 1
            shutil.rmtree(folder, ignore_errors=True)
            long.sample()
            tell(_record(time.monotonic() - began, seed, done, wrong, long))
        if (fault := long.finish(keep)) is not None:
            wrong.append(fault)
            print(fault, flush=True)
    return _record(time.monotonic() - began, seed, done, wrong, long)


def _record(seconds: float, seed: int, done: Counter[str], wrong: list[str], long: LongRun) -> dict[str, object]:
    """For people: what docs/promises.md shows."""
    return {
        "minutes": round(seconds / 60, 1),
        "seed": seed,
        "runs": done.total(),
        "disturbed by": ", ".join(f"{how}: {count}" for how, count in sorted(done.items())),
        "runs in which something was wrong": len(wrong),
        "memory of the script of the run that went on all the time": f"{long.kilobytes[0]} KB at first, {max(long.kilobytes)} KB at "
        f"most, {long.kilobytes[-1]} KB at last",
        "bash": BASHES[-1].version,
    }


def _no_pipes(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (Path(folder) / name).is_file() and not (Path(folder) / name).is_dir()]


def main() -> int:
    """The command."""
    words = argparse.ArgumentParser(description="run and disturb workflows for a long time")
    words.add_argument("--minutes", type=float, default=60)
    words.add_argument("--seed", type=int, default=int(time.time()))
    words.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "soak.kept")
    words.add_argument("--json", type=Path)
    asked = words.parse_args()
    asked.keep.mkdir(parents=True, exist_ok=True)

    def tell(record: dict[str, object]) -> None:
        if asked.json:
            asked.json.write_text(json.dumps(record, indent=1) + "\n")

    record = soak(asked.minutes, asked.seed, asked.keep, tell)
    print("soak: " + ", ".join(f"{key} {value}" for key, value in record.items()))
    tell(record)
    return 1 if record["runs in which something was wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
