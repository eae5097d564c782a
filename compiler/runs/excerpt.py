"""The beginning and the end of a file that tasks wrote, as text for people, in bounded memory however long it is.

In: a path, and how much may be shown. Out: Excerpt. What steers a terminal does not get through: colours go, of a line that was
written over and over (a progress bar) its last state stays, and any other control character is spelt out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_HEAD_SHARE = 4
"""One part of so many is for the beginning: what went wrong mostly stands at the end."""
_LONGEST = 1000
"""Characters of a line that are shown."""
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[()][0-9A-B])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`head` and `tail` are lines; when nothing is left out (`omitted` bytes), `tail` is empty. `size` is the file's, in bytes."""

    head: tuple[str, ...]
    tail: tuple[str, ...]
    omitted: int
    size: int


def excerpt(path: Path, *, lines: int, most: int, mask: Callable[[str], str] = str) -> Excerpt | None:
    """At most so many lines and bytes (`most`); None when there is no such file. `mask` takes secrets out of a line."""
    begin, end, size = _ends(path, most)
    if begin is None:
        return None
    if size <= most and begin.count(b"\n", 0, -1) < lines:
        return Excerpt(_lines(begin, mask), (), 0, size)
    head = _first(begin, lines // _HEAD_SHARE)
    tail = _last(end, lines - lines // _HEAD_SHARE, whole=size <= most)
    return Excerpt(_lines(head, mask), _lines(tail, mask), max(0, size - len(head) - len(tail)), size)


def readable(line: str) -> str:
    """A line as a terminal would leave it behind, without what could steer one."""
    line = _SEQUENCE.sub("", line).rstrip("\r")
    return _CONTROL.sub(_spelt, line.rpartition("\r")[2])


def plain(text: str) -> str:
    """The same for a text of several lines."""
    return text if text.isprintable() else "\n".join(readable(line) for line in text.split("\n"))


def _spelt(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _ends(path: Path, most: int) -> tuple[bytes | None, bytes, int]:
    """The beginning, the end (both are the whole of a file that is not longer than `most`) and the size."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None, b"", 0
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            if size <= most:
                whole = file.read(most)
                return whole, whole, size
            begin = file.read(most // _HEAD_SHARE)
            file.seek(size - (most - most // _HEAD_SHARE))
            return begin, file.read(most), size
    except OSError:
        return None, b"", 0


def _lines(data: bytes, mask: Callable[[str], str]) -> tuple[str, ...]:
    text = data.decode("utf-8", "replace")
    return tuple(_cut(mask(readable(line))) for line in text.removesuffix("\n").split("\n")) if text else ()


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} … {len(line) - _LONGEST} more characters"


def _first(data: bytes, count: int) -> bytes:
    """The first lines, whole ones."""
    return b"".join(line + b"\n" for line in data.split(b"\n")[:-1][:count])


def _last(data: bytes, count: int, *, whole: bool) -> bytes:
    """The last lines; unless these are all (`whole`), the first that is there may lack its beginning, and only counts alone."""
    lines = data.removesuffix(b"\n").split(b"\n")
    if not whole and len(lines) > 1:
        lines = lines[1:]
    ended = b"\n" if data.endswith(b"\n") else b""
    return b"\n".join(lines[-count:]) + ended if count else b""
