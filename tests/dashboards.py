"""A program on a terminal of its own: keys go in, what the screen shows comes out, as a real terminal would show it.

In: a command, and the size of the terminal. Out: Terminal: a pseudo-terminal whose other end is pyte, which understands what programs
write to terminals.

    with Terminal([SFLOWC, "watch"], columns=80, lines=24) as terminal:
        terminal.wait_for("COMPLETED")
        terminal.type("q")
"""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte

LIMIT = 20.0
_ALTERNATE = ("\x1b[?1049h", "\x1b[?1049l")


class Terminal:
    """`written` is all that the program wrote; `status` its exit status, once it has ended."""

    def __init__(
        self,
        words: Sequence[object],
        *,
        columns: int = 80,
        lines: int = 24,
        cwd: Path | None = None,
        **environment: str,
    ) -> None:
        self.main, other = pty.openpty()
        self.written = b""
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.before = termios.tcgetattr(other)
        self._set_size(columns, lines)
        self.process = subprocess.Popen(
            [str(word) for word in words],
            stdin=other, stdout=other, stderr=other, cwd=cwd, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "", "NO_COLOR": "", **environment},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        self.other = other

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(LIMIT)
        os.close(self.other)
        if self.main >= 0:
            os.close(self.main)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)  # the kernel sends SIGWINCH

    def type(self, *keys: str) -> None:
        for key in keys:
            os.write(self.main, key.encode())

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def read(self, seconds: float) -> bytes:
        """What the program writes within that time; less when it ends before."""
        end, out = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.main], [], [], min(left, 0.05))[0]:
                if self.process.poll() is not None:
                    break
                continue
            data = os.read(self.main, 1 << 16)
            self.stream.feed(data)
            out += data
        self.written += out
        return out

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def full(self) -> bool:
        """Whether the program has the alternate screen."""
        return self.written.rfind(b"\x1b[?1049h") > self.written.rfind(b"\x1b[?1049l")

    @property
    def whole(self) -> bool:
        """Whether nothing is being drawn: programs say where a picture begins and ends."""
        return self.written.rfind(b"\x1b[?2026h") <= self.written.rfind(b"\x1b[?2026l")

    def wait_for(self, what: "str | Callable[[str], object]", seconds: float = LIMIT) -> str:
        """Returns the screen when it shows that."""
        test = (lambda text: what in text) if isinstance(what, str) else what
        end = time.monotonic() + seconds
        while True:
            self.read(0.05)
            if self.whole and test(self.text):
                return self.text
            assert time.monotonic() < end, f"not shown: {what}\n{self.text}"
            assert self.process.poll() is None or select.select([self.main], [], [], 0)[0], (
                f"it has ended:\n{self.text}"
            )

    def settle(self) -> str:
        """The screen when nothing has been written for a while."""
        while self.read(0.4):
            pass
        return self.text

    def end(self, seconds: float = LIMIT) -> int:
        """The exit status; the program must end by itself, and leave the terminal as it was."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it goes on:\n{self.text}"
            self.read(0.05)
        self.read(0.1)
        assert termios.tcgetattr(self.other) == self.before, "the terminal's modes are not what they were"
        if self.written.count(_ALTERNATE[0].encode()):
            for sequence in (_ALTERNATE[1], "\x1b[?25h", "\x1b[?7h"):
                assert sequence.encode() in self.written.split(_ALTERNATE[0].encode())[-1], f"without {sequence!r}"
        return self.process.returncode

    def styled(self, text: str) -> list[pyte.screens.Char]:
        """The cells of the first place where the screen shows a text."""
        for number, line in enumerate(self.screen.display):
            if text in line:
                begin = line.index(text)
                return [self.screen.buffer[number][begin + offset] for offset in range(len(text))]
        raise AssertionError(f"not shown: {text}\n{self.text}")
