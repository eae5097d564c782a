"""env.txt: what of the environment of a run's script may explain how the run went.

In: a run directory. Out: names and values, as they are spelt there; empty when there is no such file.
"""

from __future__ import annotations

from pathlib import Path


def read_environment(run_dir: Path) -> dict[str, str]:
    """A line each, NAME=VALUE; secrets are masked already."""
    try:
        text = (run_dir / "env.txt").read_text("utf-8", "replace")
    except OSError:
        return {}
    return {name: value for name, equals, value in (line.partition("=") for line in text.split("\n")) if equals}
