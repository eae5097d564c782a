"""The terminal that the dashboard is drawn on, and that is as before when it ends.

In: lines of segments, each with the column that it begins in. Out: the screen shows them; only lines that changed are written, in
one go, and without wrapping, so that text of a width that the terminal sees differently cannot move anything else.

    with Terminal(0, 1) as terminal:
        terminal.draw([[(0, [Segment("hello")])]], 80)
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import time
from collections.abc import Callable, Sequence

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment

Part = tuple[int, list[Segment]]
"""A column, and what begins there."""
Line = list[Part]

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J"
"""The alternate screen, no cursor, no wrapping, nothing on it."""
_LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
"""Around what a terminal that knows this shows at once; the others ignore it."""
_ERASE = "\x1b[K"
_PIECE = 512
_PATIENCE = 1.0
"""Seconds that a terminal which takes nothing is waited for when the dashboard ends."""
_SYSTEMS = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}


class Terminal:
    """File descriptors of a terminal. `stop` says that the dashboard shall end, also in the midst of a write that is stuck."""

    def __init__(
        self, keyboard: int, screen: int, *, colour: bool = True, stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.keyboard, self.screen, self.stop = keyboard, screen, stop
        system = Console(force_terminal=True, legacy_windows=False).color_system if colour else None
        self.system = _SYSTEMS.get(system or "", ColorSystem.STANDARD) if colour else None
        self.encoding = sys.stdout.encoding or "utf-8"
        self._saved: list[object] | None = None
        self._shown: list[Line | None] = []

    def __enter__(self) -> Terminal:
        self.enter()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def enter(self) -> None:
        """Keys come at once and unseen; Ctrl-C and Ctrl-Z stay signals, Ctrl-S is a key."""
        self._saved = termios.tcgetattr(self.keyboard)
        mode = termios.tcgetattr(self.keyboard)
        mode[0] &= ~(termios.IXON | termios.ICRNL)
        mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self.keyboard, termios.TCSANOW, mode)
        self._shown = []
        self._write(_ENTER)

    def leave(self) -> None:
        """As it was before. The terminal may be gone, or take nothing any more."""
        end = time.monotonic() + _PATIENCE
        with contextlib.suppress(OSError):
            self._write(_LEAVE, until=lambda: time.monotonic() > end)
        if self._saved is not None:
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self.keyboard, termios.TCSANOW, self._saved)  # type: ignore[arg-type]
                termios.tcflush(self.keyboard, termios.TCIFLUSH)  # half a key is nothing for the shell
            self._saved = None

    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        try:
            found = os.get_terminal_size(self.screen)
        except OSError:
            return 80, 24
        return (found.columns or 80, found.lines or 24)

    def forget(self) -> None:
        """The next drawing is of everything: the terminal may show something else by now."""
        self._shown = []

    def draw(self, lines: Sequence[Line], columns: int) -> None:
        """Shows these lines: as many as the screen has, each as wide at most."""
        out = []
        if len(self._shown) != len(lines):
            self._shown = [None] * len(lines)
            out.append("\x1b[0m\x1b[H\x1b[2J")
        for number, line in enumerate(lines):
            if self._shown[number] != line:
                out.append(f"\x1b[{number + 1};1H{self._line(line, columns)}")
        self._shown = list(lines)
        if out:
            self._write(f"{_BEGIN}{''.join(out)}{_END}")

    def _line(self, line: Line, columns: int) -> str:
        """What is behind a part is erased, unless that would be its own last character."""
        out = [] if line and line[0][0] == 0 else [_ERASE]
        for column, segments in line:
            full = column + Segment.get_line_length(segments) >= columns
            out.append(f"\x1b[{column + 1}G{self._text(segments)}{'' if full else _ERASE}")
        return "".join(out)

    def _text(self, segments: Sequence[Segment]) -> str:
        out = []
        for text, style, _ in segments:
            if style is None:
                out.append(text)
            elif self.system is None:
                out.append(style.without_color.render(text, color_system=ColorSystem.STANDARD))
            else:
                out.append(style.render(text, color_system=self.system))
        return "".join(out)

    def _write(self, text: str, until: Callable[[], bool] | None = None) -> None:
        """In small pieces, each when there is room: a write of more would wait where nothing can end it."""
        data = text.encode(self.encoding, "replace")
        until = until or self.stop
        while data:
            if not select.select([], [self.screen], [], 0.1)[1]:
                if until():
                    return
                continue
            data = data[os.write(self.screen, data[:_PIECE]) :]
