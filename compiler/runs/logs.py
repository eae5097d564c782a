"""A task's log, read as it grows.

In: the log's path. Out: its bytes, a piece at a time, in bounded memory.
"""

from __future__ import annotations

from pathlib import Path

PIECE = 1 << 16
"""So many bytes are read at once."""


class LogTail:
    """Reads on from where it was; from the beginning at first, or from the last lines."""

    def __init__(self, path: Path, *, lines: int | None = None) -> None:
        self.path = path
        self.offset = 0 if lines is None else _start_of_last(path, lines)

    def read(self) -> bytes:
        """The next piece; empty when there is none yet. A log that has become shorter is read anew."""
        try:
            with self.path.open("rb") as file:
                if file.seek(0, 2) < self.offset:
                    self.offset = 0
                file.seek(self.offset)
                data = file.read(PIECE)
        except OSError:
            return b""
        self.offset += len(data)
        return data


def _start_of_last(path: Path, lines: int) -> int:
    """Where the last `lines` lines begin, found from the end."""
    try:
        with path.open("rb") as file:
            position = file.seek(0, 2)
            wanted = lines + 1  # the end of the line before them
            file.seek(max(position - 1, 0))
            if file.read(1) != b"\n":
                wanted -= 1
            while position > 0 and wanted > 0:
                size = min(PIECE, position)
                position -= size
                file.seek(position)
                data = file.read(size)
                for index in range(len(data) - 1, -1, -1):
                    if data[index] == 10:
                        wanted -= 1
                        if not wanted:
                            return position + index + 1
    except OSError:
        pass
    return 0
