"""Frames as text, for tests of what is on them."""

from pathlib import Path

from rich.cells import cell_len
from sflowc.watch.frame import Frame, Screen
from sflowc.watch.log_pane import wanted
from sflowc.watch.subject import Subject
from sflowc.watch.tails import Tails
from sflowc.watch.view import View


class Watcher:
    """A dashboard without a terminal. `text()` is what it would show."""

    def __init__(self, directory: Path, now: float = 1061.0) -> None:
        self.subject = Subject(lambda: directory, ask=lambda _: None)
        self.view, self.tails, self.now = View(), Tails(), now
        self.screen = Screen(self.subject, self.view, self.tails)
        self.columns, self.lines = 120, 30
        self.frame = Frame([], [], 1)

    def press(self, *keys: str) -> "Watcher":
        for key in keys:
            self.text()
            self.view.press(key, self.frame.rows, self.frame.page)
        return self

    def text(self, columns: int | None = None, lines: int | None = None) -> str:
        """The screen; each line takes what it may and no more, each part begins where the one before has ended."""
        self.columns, self.lines = columns or self.columns, lines or self.lines
        self.subject.refresh()
        before = self.view.index(self.frame.rows)
        self.frame = self.screen.frame(self.columns, self.lines, self.now)
        self.view.settle(self.frame.rows, before)
        if self.subject.run is not None:
            key, names = wanted(self.view, self.frame.rows)
            self.tails._next = 0.0
            self.tails.refresh(self.subject.run, key, names, self.subject.masker.masked)
        self.frame = self.screen.frame(self.columns, self.lines, self.now)
        assert len(self.frame.lines) == self.lines
        return "\n".join(self._line(line) for line in self.frame.lines)

    def _line(self, line: list) -> str:
        text = ""
        for column, segments in line:
            assert cell_len(text) <= column, f"{text!r} is wider than {column}"
            text += " " * (column - cell_len(text)) + "".join(segment.text for segment in segments)
        assert cell_len(text) <= self.columns, f"{text!r} is wider than {self.columns}"
        assert text.isprintable()
        return text.rstrip()
