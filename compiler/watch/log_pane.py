"""The pane of logs: the end of one log, or of several whose lines have the names of their tasks in front.

In: a Subject, a View and Tails. Out: a title, and lines of segments; which logs are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from ..runs.run import BAD_STATES
from .cells import cell_len, fit, line, pieces
from .rows import Row
from .subject import Subject
from .tails import LogLine, Tails
from .view import View
from .words import DIM, prefix_style

_MOST_NAME = 16


def wanted(view: View, rows: Sequence[Row]) -> tuple[str, tuple[str, ...]]:
    """What the logs are of, in a word that is another one for other logs, and their tasks by now."""
    if view.pinned is not None:
        return view.pinned
    if view.all_logs or not view.selected:
        filtered = bool(view.words) or view.failed_only
        names = {name: None for row in rows for name in row.names}
        return f"all {view.text if filtered else ''}{view.failed_only}", tuple(names)
    row = rows[view.index(rows)] if rows else None
    return (row.key, row.names) if row else ("", ())


def log_title(subject: Subject, view: View) -> str:
    """What is in the pane."""
    if view.pinned is not None:
        what = f"log of {_named(view.pinned[0], view.pinned[1])}, pinned"
    elif view.all_logs or not view.selected:
        what = "logs of these" if view.words or view.failed_only else "all logs"
    else:
        what = f"log of {view.selected.removesuffix('/')}{_end(subject, view.selected)}"
    return subject.shown(what) + (f", {view.back} lines back" if view.back else "")


def _end(subject: Subject, name: str) -> str:
    """Why a task failed, for which the table may not have room."""
    task = subject.run.state.tasks.get(name) if subject.run else None
    return f": {task.reason}" if task is not None and task.state in BAD_STATES and task.reason else ""


def _named(key: str, names: Sequence[str]) -> str:
    return f"{key.removesuffix('/')} x {len(names)}" if key.endswith("/") else key


def log_lines(subject: Subject, view: View, tails: Tails, *, width: int, height: int) -> list[list[Segment]]:
    """Exactly `height` lines."""
    kept = [*tails.lines, *tails.partial(subject.masker.masked)]
    view.back = max(0, min(view.back, len(kept) - height))
    wide = min(_MOST_NAME, max((cell_len(each.task) for each in kept), default=0)) if tails.several else 0
    order = {name: number for number, name in enumerate(subject.run.state.tasks)} if subject.run else {}
    out: list[list[Segment]] = []
    for each in reversed(kept[: len(kept) - view.back]):
        out[:0] = _lines(each, subject, order, wide, width, wrap=view.wrap)
        if len(out) >= height:
            break
    if not kept:
        out = [line([Segment("nothing has been printed yet", DIM)], width)]
    out = out[-height:] if height > 0 else []
    return [*out, *([line([], width)] * (height - len(out)))]


def _lines(
    found: LogLine, subject: Subject, order: dict[str, int], wide: int, width: int, *, wrap: bool
) -> list[list[Segment]]:
    prefix = []
    if wide:
        prefix = [Segment(f"{fit(subject.shown(found.task), wide)} │ ", prefix_style(order.get(found.task, 0)))]
    room = width - (wide + 3 if wide else 0)
    parts = pieces(found.segments, room) if wrap else [found.segments]
    return [line([*prefix, *part], width) for part in parts or [[]]]
