"""The beginning and the end of logs, however large they are, and where in them something stands.

In: a file's path. Out: pieces of bytes with their offsets; for an offset the number of its line. A log of any size costs at
most HEAD + TAIL bytes, and all logs of a run together at most TOTAL; what they hold may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HEAD = 256 * 1024
TAIL = 1024 * 1024
TOTAL = 48 * 1024 * 1024
_COUNTED = 64 * 1024 * 1024
"""How far lines are counted: beyond, a place is told without its number."""
_COLOUR = re.compile(rb"\x1b\[[0-9;:]{0,40}[A-Za-z]")
_RULE = re.compile(rb"^======== attempt [0-9]{1,6} ========$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file, from `offset` on, without colours. `lower` is the same in lower case, for searching."""

    path: Path
    offset: int
    data: bytes
    lower: bytes

    def line(self, place: int) -> int | None:
        """The number of the line that data[place] is in; colours have no line breaks."""
        first = line_number(self.path, self.offset)
        return None if first is None else first + self.data.count(b"\n", 0, place)


class LogReader:
    """Remembers how much it has read."""

    def __init__(self) -> None:
        self._left = TOTAL
        self._pieces: dict[Path, tuple[Piece, ...]] = {}

    def pieces(self, path: Path) -> tuple[Piece, ...]:
        """Beginning and end of a log, of its last attempt if there were several; one piece when that is all of it."""
        if path not in self._pieces:
            raw = self._last_attempt(self._read(path))
            self._pieces[path] = tuple(_piece(path, offset, data) for offset, data in raw)
        return self._pieces[path]

    def _read(self, path: Path) -> list[tuple[int, bytes]]:
        room = max(0, min(HEAD + TAIL, self._left))
        head = min(HEAD, room // 4)
        try:
            if not path.is_file():  # a pipe would be waited for
                return []
            with path.open("rb") as file:
                size = file.seek(0, 2)
                parts = [(0, room)] if size <= room else [(0, head), (size - (room - head), room - head)]
                found = []
                for offset, length in parts:
                    file.seek(offset)
                    found.append((offset, file.read(length)))
        except (OSError, ValueError):
            return []
        self._left -= sum(len(data) for _, data in found)
        return [(offset, data) for offset, data in found if data]

    def _last_attempt(self, parts: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """What comes after the last rule between attempts."""
        for number in reversed(range(len(parts))):
            offset, data = parts[number]
            rules = list(_RULE.finditer(data)) if b"\n======== attempt " in data else []
            if rules:
                end = rules[-1].end()
                return [(offset + end, data[end:]), *parts[number + 1 :]]
        return parts


def _piece(path: Path, offset: int, data: bytes) -> Piece:
    if b"\x1b" in data:
        data = _COLOUR.sub(b"", data)
    return Piece(path, offset, data, data.lower())


def line_number(path: Path, offset: int) -> int | None:
    """The line of a file in which a byte is, from 1; None when it is too far to count, or the file is gone."""
    if offset > _COUNTED:
        return None
    number = 1
    try:
        with path.open("rb") as file:
            while offset > 0:
                data = file.read(min(offset, 1 << 20))
                if not data:
                    break
                number += data.count(b"\n")
                offset -= len(data)
    except OSError:
        return None
    return number


def last_lines(pieces: tuple[Piece, ...], count: int) -> list[tuple[int, str]]:
    """The last lines of the last piece with something on them, each with its place there."""
    if not pieces:
        return []
    piece = pieces[-1]
    found: list[tuple[int, str]] = []
    end = len(piece.data)
    while end > 0 and len(found) < count:
        start = max(piece.data.rfind(b"\n", 0, end), piece.data.rfind(b"\r", 0, end)) + 1
        text = piece.data[max(start, end - 2000) : end].decode("utf-8", "replace").strip()
        if text and not (found and found[-1][1] == text):  # progress bars
            found.append((start, text))
        end = start - 1
    return found[::-1]
