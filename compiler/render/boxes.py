"""A graph for a terminal: boxes in steps from start to stop.

In: a Graph and the terminal's width. Out: text. What can start at the same depth stands side by side, as many boxes as fit;
replicas share a box. A box says what it waits for, as lines between thirty boxes could not be followed.

    ╭─ server ─────────────╮
    │ srun, node 0         │
    │ GPUs 0-3             │
    │ ◂ load is Completed  │
    ╰──────────────────────╯
"""

from __future__ import annotations

import textwrap

from .graph import STOP, Graph, Group, Node
from .paint import WIDTH, Painter, columns, visible

_GAP = 2
_LEAST, _MOST = 16, 44


def ascii_boxes(graph: Graph, *, width: int = WIDTH, colour: bool = False) -> str:
    """The picture, no line wider than `width` (and that not less than 24)."""
    width = max(24, width)
    paint = Painter(colour)
    waits = graph.waits()
    out = [*_lines(graph.title, width), ""]
    if graph.variables:
        out += [*_joined([_box("Variables", list(graph.variables), width)], paint), ""]
    out.append("● start")
    for step in _steps(graph):
        boxes = [_block(graph, item, waits, width) for item in step]
        out += ["│", *_rows(boxes, width, paint)]
    out += ["│", *_lines(f"◉ stop, when {', '.join(waits[STOP])}", width, indent="    ")]
    return "\n".join(out) + "\n"


def _steps(graph: Graph) -> list[list[Node | Group]]:
    """Nodes and groups by depth; a group stands where its first replica does."""
    steps: dict[int, list[Node | Group]] = {}
    seen: set[str] = set()
    for node in graph.nodes:
        group = graph.group_of(node.id)
        item: Node | Group = group or node
        if item.id not in seen:
            seen.add(item.id)
            steps.setdefault(node.depth, []).append(item)
    return [steps[depth] for depth in sorted(steps)]


def _block(graph: Graph, item: Node | Group, waits: dict[str, list[str]], width: int) -> list[str]:
    nodes = {node.id: node for node in graph.nodes}
    if isinstance(item, Node):
        return _box(item.name, [*item.facts, *_waiting(waits.get(item.id, []))], width)
    lines = []
    inside = {f"{nodes[member].name} is " for member in item.members}
    for member in item.members:
        lines.append(", ".join((nodes[member].name, *nodes[member].facts)))
        own = [text for text in waits.get(member, []) if not any(text.startswith(one) for one in inside)]
        lines += _waiting(own)
    return _box(item.title, [*lines, *_waiting(waits.get(item.id, []))], width)


def _waiting(texts: list[str]) -> list[str]:
    return [f"◂ {text}" for text in texts]


def _lines(text: str, width: int, *, indent: str = "  ") -> list[str]:
    """The text in lines of `width` columns, words broken that are longer."""
    out = []
    for line in textwrap.wrap(visible(text), width, subsequent_indent=indent, break_on_hyphens=False) or [""]:
        while columns(line) > width:  # wide characters, which textwrap counts as one
            cut = next(end for end in range(len(line), 0, -1) if columns(line[:end]) <= width)
            out.append(line[:cut])
            line = indent + line[cut:]
        out.append(line)
    return out


def _box(title: str, lines: list[str], width: int) -> list[str]:
    """A box, as wide as its widest line needs, within limits."""
    title = visible(title)
    want = max(columns(title) + 2, *(columns(visible(line)) for line in lines), _LEAST)
    room = min(want, width - 4, max(_MOST, columns(title) + 2))
    if columns(title) + 2 > room:
        lines = [title, *lines]
        head = "─" * (room + 2)
    else:
        head = f"─ {title} " + "─" * (room - columns(title) - 1)
    body = [part for line in lines for part in _lines(line, room)]
    return [f"╭{head}╮", *(f"│ {line}{' ' * (room - columns(line))} │" for line in body), f"╰{'─' * (room + 2)}╯"]


def _rows(boxes: list[list[str]], width: int, paint: Painter) -> list[str]:
    """As many boxes beside each other as fit."""
    out: list[str] = []
    row: list[list[str]] = []
    for box in boxes:
        if row and sum(columns(each[0]) + _GAP for each in row) + columns(box[0]) > width:
            out += _joined(row, paint)
            row = []
        row.append(box)
    return out + _joined(row, paint)


def _joined(row: list[list[str]], paint: Painter) -> list[str]:
    height = max(len(box) for box in row)
    lines = []
    for number in range(height):
        parts = [box[number] if number < len(box) else " " * columns(box[0]) for box in row]
        line = (" " * _GAP).join(parts).rstrip()
        lines.append(paint("bold", line) if number == 0 else line)
    return lines
