"""Writing files so that nobody ever sees half of one.

In: a path and a text, or bytes. Out: the file, there in one step; or the end of the command with status 1.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from .inputs import fail


def write_file(path: Path, text: str | bytes, *, mode: int = 0o644) -> None:
    """Writes the text, byte for byte, and makes the directories that are not there.

    What is no file, such as /dev/null or a pipe, is written to and stays what it is; of a link the file behind it is written.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    try:
        path = path.resolve() if path.is_symlink() else path
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(data)
        Path(file.name).chmod(mode)
        Path(file.name).replace(path)
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}")
