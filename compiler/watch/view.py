"""What the reader wants to see: which row is selected, whose log is pinned, what is filtered, and what keys change of that.

In: keys, and the rows that are shown. Out: View, changed; `press` is false when the dashboard shall end.

    View().press("f", rows, page=10)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .rows import Row

TABLE, GRAPH, HELP = "table", "graph", "help"
_LONGEST = 60
"""Characters of a filter."""


@dataclass(slots=True)
class View:
    """`selected` is the key of a row, empty at first; `pinned` that of a row, and its tasks.

    `back` is how many lines the log, `down` how many the graph is scrolled.
    """

    page: str = TABLE
    selected: str = ""
    top: int = 0
    all_logs: bool = True
    pinned: tuple[str, tuple[str, ...]] | None = None
    text: str = ""
    typing: bool = False
    failed_only: bool = False
    map: bool = False
    wrap: bool = False
    back: int = 0
    down: int = 0
    opened: dict[str, bool] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """What a task's name, state or node must hold."""
        return self.text.lower().split()

    def index(self, rows: Sequence[Row]) -> int:
        """Where the selection is."""
        return next((number for number, row in enumerate(rows) if row.key == self.selected), 0)

    def settle(self, rows: Sequence[Row], before: int) -> None:
        """The selection, when its row is gone, goes to the one that is there instead."""
        if self.selected and rows and all(row.key != self.selected for row in rows):
            self.selected = rows[max(0, min(before, len(rows) - 1))].key

    def press(self, key: str, rows: Sequence[Row], page: int) -> bool:
        """`page` is how many lines there are to scroll in."""
        if key == "interrupt" or (key == "q" and not self.typing):
            return False
        if self.typing:
            self._type(key)
        elif key == "escape":
            self._escape()
        elif key in _PAGES:
            self.page = TABLE if self.page == _PAGES[key] else _PAGES[key]
            self.down = 0
        elif self.page != TABLE:
            self.down = max(0, self.down + _steps(key, page))
        else:
            self._press_in_table(key, rows, page)
        return True

    def _press_in_table(self, key: str, rows: Sequence[Row], page: int) -> None:
        if key == "/":
            self.typing = True
        elif key == "f":
            self.failed_only = not self.failed_only
        elif key == "a":
            self.all_logs, self.pinned, self.back = not self.all_logs or self.pinned is not None, None, 0
        elif key == "m":
            self.map = not self.map
        elif key == "w":
            self.wrap = not self.wrap
        elif key in ("[", "]"):
            self.back = max(0, self.back + (page if key == "[" else -page))
        elif rows:
            self._press_on_row(key, rows, page)

    def _press_on_row(self, key: str, rows: Sequence[Row], page: int) -> None:
        row = rows[self.index(rows)]
        step = _steps(key, page)
        if step:
            begin = self.index(rows) if self.selected else -1 if step > 0 else len(rows)
            self._select(rows[max(0, min(begin + step, len(rows) - 1))].key)
        elif key == "enter":
            self._pin(row)
        elif key in ("right", "l", " ") and row.group and not row.open:
            self.opened[row.base] = True
        elif key in ("left", "h", " ") and (row.open or not row.group):
            self._fold(row)

    def _select(self, key: str) -> None:
        if self.pinned is None:
            self.back = 0
        self.selected, self.all_logs = key, False

    def _pin(self, row: Row) -> None:
        self.back, self.all_logs = 0, False
        self.pinned = None if self.pinned is not None and self.pinned[0] == row.key else (row.key, row.names)

    def _fold(self, row: Row) -> None:
        self.opened[row.base] = False
        self.selected = f"{row.base}/"

    def _type(self, key: str) -> None:
        if key == "enter":
            self.typing = False
        elif key == "escape":
            self.typing, self.text = False, ""
        elif key == "backspace":
            self.text = self.text[:-1]
        elif key == "clear":
            self.text = ""
        elif len(key) == 1 and len(self.text) < _LONGEST:
            self.text += key

    def _escape(self) -> None:
        """Takes back what was chosen last of these."""
        if self.page != TABLE:
            self.page = TABLE
        elif self.map:
            self.map = False
        elif self.text:
            self.text = ""
        elif self.failed_only:
            self.failed_only = False
        elif self.pinned is not None:
            self.pinned = None


_PAGES = {"g": GRAPH, "?": HELP}


def _steps(key: str, page: int) -> int:
    """How far a key moves."""
    far = 1 << 30
    return {
        "up": -1, "k": -1, "down": 1, "j": 1, "page up": -page, "page down": page, "home": -far, "end": far, "G": far,
    }.get(key, 0)  # fmt: skip
