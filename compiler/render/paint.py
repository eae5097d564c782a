"""Colours, and text made safe and measurable for a terminal.

In: text of any kind. Out: the same with ANSI colours, or with what could steer the terminal made visible; and how many
columns a text takes.

    columns("日本") == 4
"""

from __future__ import annotations

import unicodedata

WIDTH = 80
"""Columns that everything readable fits in, unless a single word is longer."""

_COLOURS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "ready": "\x1b[32m",
    "dim": "\x1b[2m",
    "bold": "\x1b[1m",
}
_END = "\x1b[0m"


class Painter:
    """Puts colours around text, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"{_COLOURS[style]}{text}{_END}" if self.colour and text else text


def visible(text: str, *, keep_lines: bool = False) -> str:
    """Tabs as spaces and control characters made harmless: a file's text must not steer the terminal."""
    if text.isprintable():
        return text
    return "".join(_visible_character(c) if not (keep_lines and c == "\n") else c for c in text)


def _visible_character(character: str) -> str:
    if character == "\t":
        return "    "
    return character if character.isprintable() else f"\\x{ord(character):02x}"


def columns(text: str) -> int:
    """The columns that visible text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text
    )
