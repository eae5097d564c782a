"""Which names of a workflow or a task can name its directory and its files.

In: a name. Out: what is wrong with it, empty when nothing is.

    why_no_directory("a/b") == "names no directory"
"""

from __future__ import annotations

MAX_BYTES = 200
"""Room for a suffix in the 255 bytes that a file name may have."""


def why_no_directory(name: str) -> str:
    """What keeps a name from being that of a directory."""
    if not name or name in (".", "..") or "/" in name:
        return "names no directory"
    if name.startswith("-"):
        return "begins with a dash, which commands take for an option"
    if any(ord(character) < 32 or ord(character) == 127 for character in name):
        return "has a control character"
    if len(name.encode("utf-8", "surrogateescape")) > MAX_BYTES:
        return f"is longer than {MAX_BYTES} bytes"
    return ""
