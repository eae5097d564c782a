"""A line of a log as it may be shown: colours kept, everything else that could steer the terminal gone, secrets masked.

In: bytes, and what masks secrets. Out: rich's segments.

    shown(b"\\x1b[31mred\\x1b[0m\\x1b]0;title\\a", str) == [Segment("red", Style(color="red"))]
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.segment import Segment

from ..runs.excerpt import readable

MOST = 4096
"""Bytes of a line that are looked at."""
_SHOWN = 1000
"""Characters of a line that are shown: no secret that begins among them ends behind MOST."""
_COLOUR = re.compile(r"(\x1b\[[0-9;:]*m)")
_CONSOLE = Console(color_system="truecolor", force_terminal=True, legacy_windows=False, width=MOST)


def shown(line: bytes, mask: Callable[[str], str]) -> list[Segment]:
    """Of a line that was written over and over the last state."""
    data = line.rstrip(b"\r").rpartition(b"\r")[2]
    text = data[:MOST].decode("utf-8", "replace")
    pieces = [piece if number % 2 else harmless(piece) for number, piece in enumerate(_COLOUR.split(text))]
    plain = "".join(pieces[::2])
    masked = mask(plain)
    if masked != plain or len(pieces) == 1 or len(plain) > _SHOWN:
        return [Segment(masked[:_SHOWN])] if masked else []
    decoded = AnsiDecoder().decode_line("".join(pieces))
    return [segment for segment in decoded.render(_CONSOLE) if segment.text]


def harmless(text: str) -> str:
    """Tabs as spaces; what has no place in a line of a terminal spelt out, or left out when it would not be seen anyway."""
    text = readable(text) if not text.isprintable() else text
    return text if text.isprintable() else "".join(map(_harmless_character, text))


def _harmless_character(character: str) -> str:
    if character.isprintable():
        return character
    if character == "\t":
        return "    "
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    return "" if category == "Cf" else f"\\u{ord(character):04x}"
