"""What differs between two runs, for people and for tools.

In: two Runs and their Comparison. Out: text, or what is printed as JSON.

    Inputs
      variable REQUESTS   50 -> 20
    Outcome
      client: duration    0.21 -> 3.50  +1567 %
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence

from ..runs.compare import Comparison
from ..runs.difference import Difference
from ..runs.run import Run
from .paint import Painter, columns, visible
from .plan import counted
from .report_outputs import value_text
from .runs import took

_SHORT = 48
"""Columns: longer values get lines of their own."""
_LONGEST = 400
_HASH = 64
_NAMED = 3
"""So many tasks are named; of the others it is said how many there are."""


def diff_text(a: Run, b: Run, found: Comparison, *, colour: bool = False) -> str:
    """The runs, what differs, how much that is."""
    paint = Painter(colour)
    lines = [f"{label}  {visible(run.name)}  {_stands(run)}" for label, run in (("A", a), ("B", b))]
    lines += [paint("warning", visible(note)) for note in found.notes]
    for title, differences in (("Inputs", found.inputs), ("Outcome", found.outcome)):
        if differences:
            lines += ["", paint("bold", title), *_table(differences, paint)]
    lines.append("")
    if found.inputs or found.outcome:
        lines.append(f"{counted(len(found.inputs), 'difference')} in inputs, {len(found.outcome)} in outcome")
    else:
        lines.append("No differences." if found.complete else "No differences in what can be compared.")
    return "\n".join(lines) + "\n"


def diff_json(a: Run, b: Run, found: Comparison) -> dict[str, object]:
    """All of it, nothing cut; schemas/diff.schema.json."""
    return {
        "version": 1,
        "a": _run_json(a),
        "b": _run_json(b),
        "same": found.exit_status == 0,
        "notes": list(found.notes),
        "inputs": [dataclasses.asdict(one) for one in found.inputs],
        "outcome": [dataclasses.asdict(one) for one in found.outcome],
    }


def _run_json(run: Run) -> dict[str, object]:
    state = run.state
    return {
        "run": str(run.path),
        "run_id": run.name,
        "state": state.state or None,
        "exit_status": state.exit_status,
        "started": state.started,
        "finished": state.finished,
    }


def _stands(run: Run) -> str:
    state = run.state
    time = f" in {took(state.finished - state.started)}" if state.started and state.finished else ""
    status = f", exit status {state.exit_status}" if state.exit_status else ""
    return f"{state.state or 'UNKNOWN'}{time}{status}"


def _table(found: Sequence[Difference], paint: Painter) -> Iterable[str]:
    labels = [visible(_label(one)) for one in found]
    width = max((columns(label) for label in labels if columns(label) <= _SHORT), default=0)
    for label, one in zip(labels, found, strict=True):
        yield from _difference(label, width, one, paint)


def _label(one: Difference) -> str:
    if one.what == "node":
        return f"node {one.name}"
    kind = one.what if one.what not in ("run", "task") else ""
    own = " ".join(filter(None, (kind, one.name)))
    if not one.tasks:
        return own
    more = f" and {len(one.tasks) - _NAMED} more" if len(one.tasks) > _NAMED else ""
    whose = f"{', '.join(one.tasks[:_NAMED])}{more}"
    return f"{whose}: {own}" if own else f"task {whose}"


def _difference(label: str, width: int, one: Difference, paint: Painter) -> Iterable[str]:
    if one.lines:
        yield f"  {label}"
        for line in one.lines:
            style = {"-": "error", "+": "ready", "@": "note"}.get(line[:1], "")
            text = _cut(visible(line))
            yield f"      {paint(style, text) if style else text}"
        return
    before, after = _values(one.a, one.b)
    change = f" {visible(one.unit)}" if one.unit else ""
    change += "" if one.change is None else f"  {one.change * 100:+.3g} %"
    a, b = paint("error", before), paint("ready", after)
    if columns(before) + columns(after) <= _SHORT and columns(label) <= _SHORT:
        yield f"  {label}{' ' * (width - columns(label))}  {a} -> {b}{change}"
    else:
        yield f"  {label}{change}"
        yield f"      A  {a}"
        yield f"      B  {b}"


def _values(a: object, b: object) -> tuple[str, str]:
    """Both; of long texts the part in which they differ."""
    if isinstance(a, str) and isinstance(b, str) and max(len(a), len(b)) > _LONGEST:
        alike = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        same = max(0, alike - _LONGEST // 4)
        a, b = (f"…{text[same:]}" if same else text for text in (a, b))
    return _value(a), _value(b)


def _value(value: object) -> str:
    """A value; of a sha256 as much as tells it from another."""
    if value is None:
        return "(none)"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        is_hash = len(value) == _HASH and all(character in "0123456789abcdef" for character in value)
        return value[:12] if is_hash else _cut(visible(value)) or '""'
    if isinstance(value, (list, tuple)):
        return _cut(visible(value_text(list(value)))) or "(none)"
    return json.dumps(value)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
