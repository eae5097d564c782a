"""Giving scripts to sbatch, and keeping what it says.

In: scripts. Out: job numbers; a script that sbatch does not take has a reason instead, and the others go on.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 120
"""Seconds that sbatch may take: a busy controller answers late, a dead one never."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What sbatch said of a script: the number of its job, or why there is none."""

    job_id: str = ""
    error: str = ""


def submit(script: Path, options: Iterable[str] = ()) -> Submission:
    """Submits one script, from this directory."""
    try:
        done = subprocess.run(
            ["sbatch", "--parsable", *options, str(script)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_PATIENCE,
        )
    except FileNotFoundError:
        return Submission(error="there is no sbatch on this machine: submit from a login node of the cluster")
    except subprocess.TimeoutExpired:
        return Submission(error=f"sbatch did not answer within {_PATIENCE} s")
    except OSError as error:
        return Submission(error=f"sbatch cannot be run: {error.strerror}")
    if done.returncode != 0:
        reason = " ".join(done.stderr.split()) or "no reason given"
        return Submission(error=f"sbatch failed with exit status {done.returncode}: {reason}")
    return Submission(job_id=done.stdout.strip().partition(";")[0])  # "number;cluster" in a federation


def submit_all(
    scripts: list[Path], *, after: str | None, canary: bool, done: Callable[[int, Submission], None]
) -> list[Submission]:
    """Submits the scripts in order. With `after` they wait for the success of that job, with `canary` all wait for that of the
    first one; without it they are never started."""
    found: list[Submission] = []
    for index, script in enumerate(scripts):
        wanted = found[0].job_id if canary and index else after
        if canary and index and not wanted:
            one = Submission(error="not submitted: the canary was not taken")
        else:
            one = submit(script, (f"--dependency=afterok:{wanted}", "--kill-on-invalid-dep=yes") if wanted else ())
        found.append(one)
        done(index, one)
    return found
