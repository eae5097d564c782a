"""The whole screen: head, table, log, allocation, and what the keys are.

In: a Subject, a View, Tails, the size of the terminal and the moment. Out: Frame: exactly as many lines as the terminal has.

    wide: table and allocation on the left, the log on the right      narrow: the log below the table
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from .allocation import allocation
from .cells import cell_len, line
from .graph import graph
from .header import header
from .log_pane import log_lines, log_title
from .rows import Row, table_rows
from .subject import Subject
from .table import table
from .tails import Tails
from .terminal import Line
from .view import GRAPH, HELP, View
from .words import BOLD, DIM, WARNING

_WIDEST_TABLE, _GAP = 100, 2
Lines = list[list[Segment]]
WIDE = 100
"""From so many columns on, the log is beside the table."""
_LEAST_LINES, _LEAST_COLUMNS = 6, 20
_KEYS = (
    ("j k", "move"), ("enter", "pin log"), ("/", "filter"), ("f", "failed"), ("g", "graph"), ("?", "help"), ("q", "quit"),
    ("a", "all logs"), ("m", "map"), ("w", "wrap"),
)  # fmt: skip
_HELP = (
    ("j k, up down", "select a task: its log is shown"),
    ("PgUp PgDn Home End", "the same in larger steps; also in the graph"),
    ("enter", "pin its log while you move on; again: no more"),
    ("a", "the logs of all tasks, interleaved, names in front"),
    ("[ ]", "back and forth in the log"),
    ("w", "break long lines of the log, or cut them off"),
    ("right left, space", "open replicas that share a line, or fold them"),
    ("/", "filter by name, state or node; escape: no filter"),
    ("f", "only tasks that failed"),
    ("m", "who has which GPUs now"),
    ("g", "the graph: what waits for what"),
    ("escape", "back"),
    ("q", ""),
)


@dataclass(slots=True)
class Frame:
    """What was drawn: the rows of the table, and how many lines it has, for keys that scroll."""

    lines: list[Line]
    rows: list[Row]
    page: int


class Screen:
    """Composes frames. `leaving` is what the key q does."""

    def __init__(self, subject: Subject, view: View, tails: Tails, *, leaving: str = "quit; the run goes on") -> None:
        self.subject, self.view, self.tails, self.leaving = subject, view, tails, leaving
        self._drawn: dict[Callable[..., Lines], tuple[tuple[object, ...], Lines]] = {}

    def frame(self, columns: int, lines: int, now: float) -> Frame:
        """Nothing but an excuse where there is no room at all."""
        if columns < _LEAST_COLUMNS or lines < _LEAST_LINES:
            return Frame([[(0, line([Segment("too small")], columns))], *([] for _ in range(lines - 1))], [], 1)
        head = header(self.subject, width=columns, now=now)[: lines - 3]
        rows = table_rows(self.subject.run, self.view, lines - _LEAST_LINES) if self.subject.run else []
        height = lines - len(head) - 1
        body, page = self._body(rows, columns, height, now)
        body = [*body, *([] for _ in range(height - len(body)))][:height]
        out: list[Line] = [[(0, each)] for each in head]
        return Frame([*out, *body, [(0, self._footer(rows, columns))]], rows, page)

    def _body(self, rows: list[Row], columns: int, height: int, now: float) -> tuple[list[Line], int]:
        if self.view.page == HELP:
            return self._scrolled([*self._help(columns)], height, columns), height - 1
        if self.view.page == GRAPH:
            return self._scrolled(self._kept(graph, columns), height, columns), height - 1
        if columns < WIDE:
            return self._stacked(rows, columns, height, now)
        left = min(columns * 58 // 100, _WIDEST_TABLE)
        upper, page = self._upper(rows, left, height, now)
        room = columns - left - _GAP
        right = [self._title(room), *self._log(room, height - 1)]
        upper = [*upper, *([] for _ in range(height - len(upper)))]
        return [[*upper[number], (left + _GAP, right[number])] for number in range(height)], page

    def _upper(self, rows: list[Row], width: int, height: int, now: float) -> tuple[list[Line], int]:
        """The table, and the allocation below it where the table leaves room, or where it was asked for."""
        places = self._kept(allocation, width)
        most = height // 2 if self.view.map else max(height // 3, height - len(rows) - 3)
        if not places or (len(places) + 1 > most and not self.view.map):
            return self._table(rows, width, height, now)
        below = [_rule("GPUs and nodes now", width), *places][:most]
        above, page = self._table(rows, width, height - len(below), now)
        above = [*above, *([] for _ in range(height - len(below) - len(above)))]
        return [*above, *([(0, each)] for each in below)], page

    def _stacked(self, rows: list[Row], columns: int, height: int, now: float) -> tuple[list[Line], int]:
        upper = max(2, min(len(rows) + 1, (height - 1) * 11 // 20))
        above, page = self._table(rows, columns, upper, now)
        room = height - upper - 1
        if self.view.map:
            places = self._kept(allocation, columns) or [line([Segment("one node, no GPU")], columns)]
            below = [_rule("GPUs and nodes now", columns), *places][: room + 1]
        else:
            below = [self._title(columns), *self._log(columns, room)]
        return [*above, *([(0, each)] for each in below)], page

    def _table(self, rows: list[Row], width: int, height: int, now: float) -> tuple[list[Line], int]:
        """The part of the table that the selection is in."""
        if not rows:
            return [[(0, line([Segment(f"  {self._nothing()}", DIM)], width))]], max(1, height - 1)
        view, room = self.view, max(1, height - 1)
        index = view.index(rows)
        view.top = max(0, min(view.top, len(rows) - room, index))
        view.top = max(view.top, index - room + 1)
        shown = rows[view.top : view.top + room]
        pinned = view.pinned[0] if view.pinned else ""
        longest = max(cell_len(row.label) for row in rows)
        lines = table(shown, self.subject, view.selected, pinned, longest=longest, width=width, now=now)
        return [[(0, each)] for each in lines], room

    def _nothing(self) -> str:
        if self.subject.run is None or not self.subject.run.state.tasks:
            return "no tasks yet"
        return "nothing has failed" if self.view.failed_only and not self.view.words else "no task is like that"

    def _title(self, width: int) -> list[Segment]:
        return _rule(log_title(self.subject, self.view), width)

    def _log(self, width: int, height: int) -> list[list[Segment]]:
        if self.subject.run is None:
            return [line([], width)] * height
        return log_lines(self.subject, self.view, self.tails, width=width, height=height)

    def _scrolled(self, lines: list[list[Segment]], height: int, width: int) -> list[Line]:
        """From the line on that the reader has come to."""
        self.view.down = max(0, min(self.view.down, len(lines) - height))
        return [[(0, each)] for each in lines[self.view.down : self.view.down + height]]

    def _kept(self, draw: Callable[..., Lines], width: int) -> Lines:
        """Drawn anew only when something has happened: of a thousand tasks that takes a while."""
        run = self.subject.run
        now = (width, len(run.events), run.state.updated, run.facts) if run else (width,)
        if draw not in self._drawn or self._drawn[draw][0] != now:
            self._drawn[draw] = (now, draw(self.subject, width=width))
        return self._drawn[draw][1]

    def _help(self, columns: int) -> list[list[Segment]]:
        entries = [*_HELP[:-1], ("q", self.leaving)]
        wide = max(cell_len(keys) for keys, _ in entries)
        return [
            line([], columns),
            *(line([Segment(f"  {keys:{wide}}  ", BOLD), Segment(text)], columns) for keys, text in entries),
        ]

    def _footer(self, rows: Sequence[Row], columns: int) -> list[Segment]:
        view = self.view
        segments: list[Segment] = []
        if view.typing:
            segments = [Segment("/", BOLD), Segment(view.text), Segment(" ", Style(reverse=True))]
            segments.append(Segment("  enter: keep, escape: no filter", DIM))
            return line(segments, columns)
        if view.failed_only:
            segments.append(Segment("only failed  ", WARNING))
        if view.text:
            segments.append(Segment(f"/{view.text}  ", WARNING))
        for key, what in _KEYS:
            part = [Segment(key, BOLD), Segment(f" {what}  ", DIM)]
            if Segment.get_line_length([*segments, *part]) > columns:
                break
            segments += part
        return line(segments, columns)


def _rule(title: str, width: int) -> list[Segment]:
    text = f"── {title} "
    return line([Segment(text, DIM), Segment("─" * max(0, width - cell_len(text)), DIM)], width)
