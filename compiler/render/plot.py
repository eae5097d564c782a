"""A Picture of collected outputs, drawn by matplotlib.

In: Picture. Out: PNG, SVG or PDF: the same bytes for the same picture, whatever the user's own matplotlib is set to.
"""

from __future__ import annotations

import io
import textwrap
import warnings
from typing import Any

from ..runs.plots import Curve, Panel, Picture
from .collected import label
from .collected_files import library

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#4d4d4d")
"""Told apart by colour-blind people too, most of them, and from each other in print by their markers."""
_MARKERS = "osD^vPX*"
_LINES = ("-", "--", ":", "-.")
"""Of the first curves, of those for which the colours begin anew, and so on."""
_STYLE = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib; a page's reader without it sees another
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "sflowc",
    "text.parse_math": False,
    "axes.formatter.useoffset": False,
}
_LISTED = 6
"""So many missing ones are named."""


def plot_bytes(picture: Picture, form: str) -> bytes:
    """`form` is png, svg or pdf. Raises NoLibrary."""
    matplotlib = library("matplotlib")
    library("matplotlib.figure")
    library("matplotlib.ticker")
    sink = io.BytesIO()
    with warnings.catch_warnings(), matplotlib.rc_context():
        warnings.simplefilter("ignore")  # of glyphs that the font has not
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        _figure(matplotlib, picture).savefig(sink, format=form, dpi=160, metadata=_metadata(form))
    return sink.getvalue()


def _metadata(form: str) -> dict[str, str | None]:
    """Neither a time nor a version."""
    return {"png": {"Software": None}, "svg": {"Date": None, "Creator": "sflowc"}}.get(
        form, {"CreationDate": None, "Creator": "sflowc", "Producer": None}
    )  # type: ignore[return-value]


def _figure(matplotlib: Any, picture: Picture) -> Any:
    count = len(picture.panels)
    figure = matplotlib.figure.Figure(figsize=(8, 1.6 + 3 * count), layout="constrained")
    panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    for axes, panel in zip(panels, picture.panels, strict=True):
        if "y" in picture.log:
            axes.set_yscale("log")
            _powers_of_ten(matplotlib, axes.yaxis)
        _draw_panel(axes, panel, picture)
    panels[-1].set_xlabel(label(picture.x))
    _scale_x(matplotlib, panels[-1], picture)
    figure.align_ylabels(panels)
    if picture.title:
        figure.suptitle(picture.title, fontweight="bold", x=0.01, ha="left")
    _draw_legend(panels[0], picture)
    notes = _notes(picture)
    if notes:
        figure.supxlabel("\n".join(notes), x=0.01, ha="left", fontsize=8, color="#555555")
    return figure


def _draw_panel(axes: Any, panel: Panel, picture: Picture) -> None:
    axes.set_ylabel(label(panel.y))
    for number, curve in enumerate(panel.curves):
        turn, position = divmod(number, len(_COLOURS))
        colour, marker = _COLOURS[position], _MARKERS[(position + turn) % len(_MARKERS)]
        _draw_curve(axes, curve, colour, marker, _LINES[turn % len(_LINES)] if picture.joined else "")
        if picture.label:
            _name_points(axes, curve, colour)
    axes.margins(x=0.06, y=0.12)
    if "y" not in picture.log and all(p.y >= 0 for curve in panel.curves for p in curve.points):
        axes.set_ylim(bottom=0)


def _draw_curve(axes: Any, curve: Curve, colour: str, marker: str, line: str) -> None:
    several = len(curve.points) > len(curve.line)
    axes.plot(
        [point.x for point in curve.line], [point.y for point in curve.line],
        color=colour, marker=marker, markersize=6, linewidth=1.8, linestyle=line, label=curve.name or None, zorder=3,
    )  # fmt: skip
    if several:
        xs, ys = [point.x for point in curve.points], [point.y for point in curve.points]
        axes.plot(xs, ys, color=colour, marker=marker, markersize=4, linestyle="", alpha=0.35, zorder=2)
    if curve.gaps:
        axes.plot(
            curve.gaps, [0.02] * len(curve.gaps), transform=axes.get_xaxis_transform(), color=colour, marker="x",
            markersize=8, markeredgewidth=2, linestyle="", clip_on=False, zorder=4,
        )  # fmt: skip


def _name_points(axes: Any, curve: Curve, colour: str) -> None:
    """Below and to the right, where a curve that rises is not."""
    for point in curve.line:
        axes.annotate(
            point.label, (point.x, point.y), xytext=(6, -3), textcoords="offset points", va="top", fontsize=8,
            color=colour, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.4}, zorder=2.5,
        )  # fmt: skip


def _scale_x(matplotlib: Any, axes: Any, picture: Picture) -> None:
    if "x" in picture.log:
        axes.set_xscale("log")
        _powers_of_ten(matplotlib, axes.xaxis)
    if picture.ticks:
        places, names = zip(*picture.ticks, strict=True)
        tilted = sum(map(len, names)) > 80
        axes.set_xticks(places, names, rotation=30 if tilted else 0, ha="right" if tilted else "center")


def _powers_of_ten(matplotlib: Any, axis: Any) -> None:
    """1, 2, 5, 10, ... as plain numbers."""
    axis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(matplotlib.ticker.NullLocator())


def _draw_legend(axes: Any, picture: Picture) -> None:
    """What the curves are, and the mark of what is missing."""
    gap = any(curve.gaps for panel in picture.panels for curve in panel.curves)
    handles, names = axes.get_legend_handles_labels()
    if gap:
        (mark,) = axes.plot([], [], color="#555555", marker="x", markersize=8, markeredgewidth=2, linestyle="")
        handles, names = [*handles, mark], [*names, "missing"]
    if handles:
        title = picture.legend or None
        axes.legend(handles, names, title=title, loc="upper left", bbox_to_anchor=(1.01, 1.0), alignment="left")


def _notes(picture: Picture) -> list[str]:
    """What the points' names are, medians, and what is missing."""
    notes = [f"Points are labelled with {picture.label}."] if picture.label else []
    curves = [curve for panel in picture.panels for curve in panel.curves]
    if any(len(curve.points) > len(curve.line) for curve in curves):
        notes.append(
            f"{'Lines go through' if picture.joined else 'Large points are'} the medians of several measurements."
        )
    if picture.missing:
        shown = "; ".join(picture.missing[:_LISTED])
        more = f"; and {len(picture.missing) - _LISTED} more" if len(picture.missing) > _LISTED else ""
        total = picture.measured + picture.lost
        notes += textwrap.wrap(f"Missing, {picture.lost} of {total}: {shown}{more}.", 120)
    return notes
