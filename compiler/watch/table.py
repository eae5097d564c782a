"""The table of tasks: a line for each row that is on the screen.

In: rows, how wide it may be, what is selected. Out: lines of segments; columns in which no row has anything are left out, and where
there is not room for all, those that say least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from ..render.plan import ranges
from ..render.runs import SYMBOLS, took
from ..runs.run import TaskState
from .cells import cell_len, fit, line
from .rows import Row
from .subject import Subject
from .words import DIM, PLAIN, remark, since, state_style

SELECTED = Style(reverse=True)
_HEADINGS = ("task", "state", "since", "for", "node", "GPU", "try", "")
_TASK, _STATE, _SINCE, _FOR, _NODE, _GPU, _TRY, _REMARK = range(8)
_FIRST_TO_GO = (_FOR, _TRY, _GPU, _NODE, _SINCE)
_STATE_WIDTH, _MOST_TIMES = 9, 5
_LEAST_NAME, _MOST_NAME, _MOST_NODE, _LEAST_REMARK = 12, 32, 14, 14


@dataclass(frozen=True, slots=True)
class Cells:
    """The texts of a row, and its state."""

    state: str
    texts: tuple[str, ...]


def table(
    rows: Sequence[Row], subject: Subject, selected: str, pinned: str, *, longest: int, width: int, now: float
) -> list[list[Segment]]:
    """A heading and the rows: exactly one line each, exactly `width` columns wide. `longest` is a name's width in all rows."""
    run = subject.run
    assert run is not None
    several = len(run.facts.nodes) > 1 if run.facts else False
    cells = [_cells(row, subject, several, now) for row in rows]
    widths = _widths(cells, longest + 2, width)
    heading = "  ".join(fit(_HEADINGS[column], wide) for column, wide in widths.items())
    lines = [line([Segment(f"  {heading}", DIM)], width)]
    for row, texts in zip(rows, cells, strict=True):
        lines.append(_line(row, texts, widths, width, selected == row.key, pinned == row.key))
    return lines


def _cells(row: Row, subject: Subject, several: bool, now: float) -> Cells:
    if row.group:
        counts = ", ".join(f"{count} {state}" for state, count in row.counts)
        return Cells(row.state, (f"{'▾' if row.open else '▸'} {subject.shown(row.label)}", counts, *("",) * 6))
    assert subject.run is not None
    task = row.tasks[0]
    mine = subject.run.facts_of.get(task.name)
    nodes = subject.run.facts.place(mine) if several and mine and subject.run.facts else ()
    node = nodes[0] + (f"+{len(nodes) - 1}" if len(nodes) > 1 else "") if nodes else ""
    attempts = f"{task.attempt}/{mine.retries + 1}" if mine and mine.retries and task.attempt else ""
    texts = (
        f"{'  ' if row.inside else ''}{subject.shown(row.label)}",
        subject.shown(task.state),
        since(task.since, now),
        _how_long(task, subject, now),
        subject.shown(node),
        ranges(mine.gpus) if mine else "",
        attempts or (str(task.attempt) if task.attempt > 1 else ""),
        subject.shown(remark(subject.run, task)),
    )
    return Cells(task.state, texts)


def _how_long(task: TaskState, subject: Subject, now: float) -> str:
    if task.started is None or task.state == "INITIATED":
        return ""
    if task.finished is None and not subject.goes_on:
        return ""
    end = task.finished if task.finished is not None else float(int(now))
    text = took(end - task.started)
    return text if task.finished is not None else text.partition(".")[0] + ("s" if "." in text else "")


def _widths(cells: Sequence[Cells], longest: int, width: int) -> dict[int, int]:
    """The width of each column that is shown. That of names does not change when one scrolls."""
    single = [each.texts for each in cells if any(each.texts[2:])] or [each.texts for each in cells]
    wide = {
        column: max((cell_len(texts[column]) for texts in single), default=0) for column in range(len(_HEADINGS) - 1)
    }
    wide = {column: max(size, len(_HEADINGS[column])) for column, size in wide.items() if size or column <= _SINCE}
    wide[_TASK] = max(_LEAST_NAME, min(_MOST_NAME, longest))
    wide[_STATE] = _STATE_WIDTH
    if _FOR in wide:
        wide[_FOR] = max(wide[_FOR], _MOST_TIMES)
    if _NODE in wide:
        wide[_NODE] = min(wide[_NODE], _MOST_NODE)
    said = max((cell_len(each.texts[_REMARK]) for each in cells), default=0)
    least = min(said, _LEAST_REMARK)
    for column in _FIRST_TO_GO:
        if _total(wide) + (least + 2 if least else 0) <= width:
            break
        wide.pop(column, None)
    over = _total(wide) + (least + 2 if least else 0) - width
    wide[_TASK] = max(_LEAST_NAME, wide[_TASK] - max(0, over))
    return {**wide, _REMARK: max(0, width - _total(wide) - 2)}


def _total(wide: dict[int, int]) -> int:
    return 2 + sum(wide.values()) + 2 * (len(wide) - 1)


def _line(row: Row, cells: Cells, widths: dict[int, int], width: int, selected: bool, pinned: bool) -> list[Segment]:
    style = state_style(cells.state)
    mark = "●" if pinned else ""
    segments = [Segment(fit(f"{SYMBOLS[cells.state]}", 2), style)]
    name = fit(cells.texts[_TASK], widths[_TASK] - (2 if pinned else 0))
    segments.append(Segment(f"{name}{f' {mark}' if mark else ''}  ", DIM if cells.state == "INITIATED" else PLAIN))
    if row.group:
        segments += _counts(row)
    else:
        segments.append(Segment(fit(cells.texts[_STATE], widths[_STATE]) + "  ", style))
        for column, wide in list(widths.items())[2:]:
            segments.append(Segment(fit(cells.texts[column], wide) + "  ", _column_style(column, cells.state)))
    shown = line(_trimmed(segments), width)
    return [Segment("".join(segment.text for segment in shown), SELECTED)] if selected else shown


def _counts(row: Row) -> list[Segment]:
    segments = []
    for state, count in row.counts:
        segments.append(Segment(f"{SYMBOLS[state]} {count} {state.lower()}  ", state_style(state)))
    return segments


def _column_style(column: int, state: str) -> Style:
    if column == _REMARK and state in ("FAILED", "TIMEOUT"):
        return state_style(state)
    return DIM if column in (_SINCE, _FOR) else PLAIN


def _trimmed(segments: list[Segment]) -> list[Segment]:
    """Without the gap behind the last column, which would look like something that was cut off."""
    text, style, control = segments[-1]
    return [*segments[:-1], Segment(text.rstrip(), style, control)]
