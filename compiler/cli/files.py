"""Writing files so that nobody ever sees half of one.

In: a path and a text. Out: the file, there in one step; or the end of the command with status 1.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from .inputs import fail


def write_file(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Writes the text, byte for byte, and makes the directories that are not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        Path(file.name).chmod(mode)
        Path(file.name).replace(path)
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}")
