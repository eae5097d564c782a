"""Pictures that Graphviz draws, by its program `dot`.

In: a digraph and a format that dot has. Out: the picture's bytes; None when there is no dot; or the end of the command with
status 1 when dot fails or takes too long.
"""

from __future__ import annotations

import shutil
import subprocess

from .inputs import fail

LIMIT = 60
"""Seconds that dot may take."""
INSTALL = "`apt install graphviz`, `dnf install graphviz`, `brew install graphviz` or `conda install graphviz`"


def draw(digraph: str, form: str) -> bytes | None:
    """The picture. dot reads the text from its standard input and fetches nothing."""
    program = shutil.which("dot")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, f"-T{form}"],
            input=digraph.encode("utf-8", "replace"),
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        fail(f"Graphviz has not drawn the graph in {LIMIT} s; --format ascii needs no time")
    except OSError as error:
        fail(f"cannot run {program}: {error.strerror}")
    if done.returncode != 0:
        fail(f"Graphviz failed with status {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
