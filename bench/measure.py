"""Runs commands and says what they took: in turns with what they are compared with, so that a busy moment hits both.

In: commands. Out: for each a `Cost` of several runs: the least wall-clock seconds, the least CPU seconds of the command and
all its children; or its peak of memory, or counts of processes and system calls.

    costs([["bash", "ours.sh"], ["bash", "by_hand.sh"]], runs=3)
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has byte code
SFLOWC = str(Path(sys.executable).with_name("sflowc"))
Command = Sequence[str]
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Cost:
    """What a command takes: seconds by the clock, seconds of CPU."""

    wall: float
    cpu: float


def cost(command: Command, allowed: tuple[int, ...] = (0,)) -> Cost:
    """One run of a command; another exit status than what is allowed ends the measurement."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            output.seek(0)
            text = output.read()[-2000:].decode(errors="replace")
            sys.exit(f"{' '.join(command)}: exit status {process.returncode}\n{text}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def costs(commands: Sequence[Command], runs: int) -> list[Cost]:
    """Each command so often, in turns; of each the best run, for what disturbs a run only adds to it."""
    found: list[list[Cost]] = [[] for _ in commands]
    for _ in range(runs):
        for column, command in zip(found, commands, strict=True):
            column.append(cost(command))
    return [Cost(*(min(values) for values in zip(*map(_values, column), strict=True))) for column in found]


def _values(one: Cost) -> tuple[float, float]:
    return one.wall, one.cpu


def peak_memory(command: Command) -> float:
    """The most MB that the command itself holds, looked at ten times a second: ru_maxrss begins with what this program holds."""
    peak = 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if found := _PEAK.search(Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")):
                peak = max(peak, int(found[1]))
            time.sleep(0.1)
    return peak / 1024


def build(folder: Path, name: str, text: str) -> Path:
    """Compiles a workflow; the path of the script."""
    source, script = folder / f"{name}.yaml", folder / f"{name}.sh"
    source.write_text(text, encoding="utf-8")
    cost([SFLOWC, "build", str(source), "-o", str(script)])
    return script


def count_processes(command: Command) -> int:
    """How many processes a command forks, itself not counted."""
    return sum(_trace(command, "--trace=fork,vfork,clone,clone3").values())


def count_calls(command: Command) -> int:
    """How many system calls a command makes with all its children."""
    return sum(_trace(command, "--trace=all").values())


def can_trace() -> bool:
    """Is there an strace that may trace?"""
    return bool(shutil.which("strace")) and not subprocess.run(["strace", "-c", "true"], capture_output=True).returncode


def _trace(command: Command, what: str) -> dict[str, int]:
    with tempfile.NamedTemporaryFile("r") as report:
        subprocess.run(
            ["strace", "-f", "--seccomp-bpf", "-c", "-o", report.name, what, *command], capture_output=True, check=True
        )
        lines = re.findall(r"(?m)^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", report.read())
    return {name: int(calls) for calls, name in lines if name != "total"}


def machine() -> str:
    """The machine in a line."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    bash = subprocess.run(["bash", "-c", 'echo "$BASH_VERSION"'], capture_output=True, text=True, check=True).stdout
    return (
        f"{len(os.sched_getaffinity(0))} cores of {model or platform.machine()}, {memory:.0f} GB, "
        f"Linux {platform.release()}, bash {bash.strip()}, Python {platform.python_version()}"
    )


def load() -> float:
    """How many processes want a core, as the kernel has it for the last minute."""
    return os.getloadavg()[0]
