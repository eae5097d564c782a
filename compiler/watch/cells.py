"""Text and segments cut or filled to so many columns.

In: text, or segments, and a width. Out: segments that take exactly that many columns, as far as one can know.

    fit("benchmark", 6) == "bench…"
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

__all__ = ["cell_len", "fit", "line", "pieces"]


def fit(text: str, width: int) -> str:
    """Filled with spaces, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def line(segments: Sequence[Segment], width: int) -> list[Segment]:
    """The segments in exactly `width` columns."""
    total = Segment.get_line_length(list(segments))
    if total > width:
        cut = Segment.adjust_line_length(list(segments), max(0, width - 1))
        cut.append(Segment("…"))
    else:
        cut = Segment.adjust_line_length(list(segments), width)
    return [segment for segment in cut if segment.text]


def pieces(segments: list[Segment], width: int) -> list[list[Segment]]:
    """A long line as several of at most `width` columns."""
    total = Segment.get_line_length(segments)
    if total <= width or width <= 0:
        return [segments]
    cuts = [*range(width, total, width), total]
    return [part for part in Segment.divide(segments, cuts) if part]
