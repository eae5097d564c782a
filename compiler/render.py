"""Diagnostics and plans for people: excerpts with carets, tables, allocation maps; and the same as JSON for tools.

In: diagnostics with the sources they point into, or a Plan. Out: text. Colours are ANSI codes, given only when asked for.

    error[unknown-task]: task 'b' depends on 'c', which is no task
      --> hello.yaml:7:20
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .diagnostics import COMMAND_LINE, Diagnostic, Label, Span
from .ir.expr import display
from .ir.plan import HttpRequest, LogWatch, Plan, PlanBackend, PlanProbe, PlanTask, TcpPort

_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m", "dim": "\x1b[2m", "bold": "\x1b[1m"}
_END = "\x1b[0m"
MAX_MAP_NODES = 32


class Painter:
    """Puts colours around text, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"{_COLOURS[style]}{text}{_END}" if self.colour and text else text


def diagnostics_text(found: Iterable[Diagnostic], sources: Mapping[str, bytes], *, colour: bool = False) -> str:
    """The diagnostics with an excerpt each, as rustc and ruff show theirs, and a line that counts them."""
    paint = Painter(colour)
    lines_of = {name: data.decode("utf-8-sig", "replace").splitlines() for name, data in sources.items()}
    found = list(found)
    blocks = [_diagnostic(diagnostic, lines_of, paint) for diagnostic in found]
    counts = []
    for severity in ("error", "warning"):
        count = sum(diagnostic.severity == severity for diagnostic in found)
        if count:
            counts.append(f"{count} {severity}{'s' if count != 1 else ''}")
    if counts:
        blocks.append(f"{' and '.join(counts)}\n")
    return "\n".join(blocks)


def _diagnostic(diagnostic: Diagnostic, lines_of: Mapping[str, list[str]], paint: Painter) -> str:
    title = paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    out = [f"{title}: {paint('bold', _visible(diagnostic.message))}"]
    places = [Label(diagnostic.span, "")] if diagnostic.span else []
    for label in (*places, *diagnostic.labels):
        out += _excerpt(label, lines_of, paint, diagnostic.severity, first=label.text == "")
    for kind, text in (("note", diagnostic.note), ("help", diagnostic.help)):
        if text:
            first, *rest = _visible(text, keep_lines=True).split("\n")
            out.append(f"  {paint('dim', '=')} {paint('bold', kind)}: {first}")
            out += [f"          {line}" for line in rest]
    return "\n".join(out) + "\n"


def _visible(text: str, *, keep_lines: bool = False) -> str:
    """Control characters made harmless: a file's text must not steer the terminal."""
    kept = "\n" if keep_lines else ""
    return "".join(c if c.isprintable() or c in kept else f"\\x{ord(c):02x}" for c in text)


def _excerpt(
    label: Label, lines_of: Mapping[str, list[str]], paint: Painter, severity: str, *, first: bool
) -> list[str]:
    span = label.span
    arrow = "-->" if first else ":::"
    if span.file == COMMAND_LINE:
        return [f"  {paint('dim', arrow)} {COMMAND_LINE}"]
    out = [f"  {paint('dim', arrow)} {span}"]
    lines = lines_of.get(span.file, [])
    if not 1 <= span.line <= len(lines):
        return out
    line = lines[span.line - 1]
    number = str(span.line)
    margin = " " * len(number)
    shown, offset = _window(line, span.column)
    width = span.end_column - span.column if span.end_line == span.line and span.end_column > span.column else 0
    width = max(1, min(width or len(line.rstrip()) - span.column + 1, len(shown) - (span.column - 1 - offset)))
    caret = " " * (span.column - 1 - offset) + ("^" if first else "-") * width
    caret_style = severity if first else "note"
    return [
        *out,
        f" {margin} {paint('dim', '|')}",
        f" {paint('dim', number)} {paint('dim', '|')} {_visible(shown)}",
        f" {margin} {paint('dim', '|')} {paint(caret_style, caret)}{' ' + label.text if label.text else ''}",
    ]


def _window(line: str, column: int, width: int = 110) -> tuple[str, int]:
    """The part of a long line around a column, and where it begins."""
    if len(line) <= width:
        return line.rstrip(), 0
    start = max(0, min(column - width // 3, len(line) - width))
    return line[start : start + width].rstrip(), start


def diagnostics_json(found: Iterable[Diagnostic]) -> dict[str, Any]:
    """{"diagnostics": [{severity, code, message, file, line, column, ...}]}"""
    return {"diagnostics": [_as_json(diagnostic) for diagnostic in found]}


def _as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "labels": [{"text": label.text, **_place(label.span)} for label in diagnostic.labels],
        "note": diagnostic.note,
        "help": diagnostic.help,
    }


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
    }


def diagnostics_github(found: Iterable[Diagnostic]) -> str:
    """Workflow commands of GitHub Actions, which become annotations."""
    lines = []
    for diagnostic in found:
        kind = {"note": "notice"}.get(diagnostic.severity, diagnostic.severity)
        span = diagnostic.span
        place = f"file={span.file},line={span.line},col={span.column}," if span and span.file != COMMAND_LINE else ""
        text = "\n".join(part for part in (diagnostic.message, diagnostic.note, diagnostic.help) if part)
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        lines.append(f"::{kind} {place}title={diagnostic.code}::{escaped}\n")
    return "".join(lines)


def to_json(value: object) -> str:
    """JSON as all commands print it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def plan_text(plan: Plan, *, colour: bool = False) -> str:
    """What would run where: tasks in order with what they wait for, probes, and the allocation map."""
    paint = Painter(colour)
    count = len(plan.tasks)
    limit = f", at most {plan.timeout_text or _seconds(plan.timeout)}" if plan.timeout else ""
    out = [f"{paint('bold', plan.workflow)}: {count} task{'s' if count != 1 else ''}{limit}", ""]
    for backend in plan.backends:
        out += [*_backend(backend, paint), ""]
    numbers = {name: index for index, name in enumerate(plan.order)}
    width = min(40, max(len(task.name) for task in plan.tasks))
    for name in plan.order:
        out += _task(plan.task(name), numbers[name] + 1, width, paint)
    maps = [line for backend in plan.backends if backend.gpus_per_node for line in _allocation(plan, backend, paint)]
    return "\n".join([*out, *maps]) + "\n"


def _seconds(value: float | None) -> str:
    return f"{value:g} s"


def _backend(backend: PlanBackend, paint: Painter) -> list[str]:
    facts = [f"{backend.nodes} node{'s' if backend.nodes != 1 else ''}"]
    if backend.gpus_per_node:
        facts.append(f"{backend.gpus_per_node} GPUs each")
    facts += [f"{name} {value}" for name, value in backend.options if isinstance(value, str) and name != "job_name"]
    return [f"{backend.type} backend {paint('bold', backend.name)}: {', '.join(facts)}"]


def _task(task: PlanTask, number: int, width: int, paint: Painter) -> list[str]:
    where = f"{task.backend}[{','.join(map(str, task.node_indices))}]"
    gpus = f"  GPU {','.join(map(str, task.gpus))}" if task.gpus else ""
    after = f"  after {', '.join(task.depends_on)}" if task.depends_on else ""
    limits = []
    if task.timeout:
        limits.append(f"at most {_seconds(task.timeout)}")
    if task.retries and task.retries.count:
        limits.append(f"up to {task.retries.count} retries")
    head = f"{number:4}  {paint('bold', task.name.ljust(width))}  {task.operator.type:<6}  {where}{gpus}{after}"
    lines = [head + (f"  ({', '.join(limits)})" if limits else "")]
    return [*lines, *(paint("dim", f"        {probe_text(probe)}") for probe in task.probes)]


def probe_text(probe: PlanProbe) -> str:
    """A probe in one line."""
    check = probe.check
    if isinstance(check, TcpPort):
        what = f"port {check.port} open on {'each node' if check.on_node == 'each' else 'its node'}"
    elif isinstance(check, HttpRequest):
        what = f"{check.method} {display(check.url)}"
    else:
        assert isinstance(check, LogWatch)
        times = f" {check.match_count} times" if check.match_count != 1 else ""
        what = f"log of {check.logger_name or 'the task'} has {check.pattern!r}{times}"
    word = "ready when" if probe.type == "readiness" else "failed when"
    within = f", within {_seconds(probe.deadline)}" if probe.deadline is not None else ""
    return f"{word} {what}, every {_seconds(probe.interval)}{within}"


def _allocation(plan: Plan, backend: PlanBackend, paint: Painter) -> list[str]:
    """A line for each node: which task has which GPU. A GPU that sequential replicas share names the first."""
    owners: dict[tuple[int, int], str] = {}
    for task in plan.tasks:
        if task.backend == backend.name:
            for node in task.node_indices:
                for gpu in task.gpus or ():
                    owners.setdefault((node, gpu), task.name)
    if not owners:
        return []
    out = ["", f"GPUs of {backend.name}:"]
    size = backend.gpus_per_node or 0
    cell = min(20, max(len(name) for name in owners.values()))
    for node in range(min(backend.nodes, MAX_MAP_NODES)):
        cells = [_shortened(owners.get((node, gpu), "·"), cell).ljust(cell) for gpu in range(size)]
        out.append(f"  node {node:<3} {' '.join(cells)}".rstrip())
    if backend.nodes > MAX_MAP_NODES:
        out.append(paint("dim", f"  ... and {backend.nodes - MAX_MAP_NODES} more nodes"))
    return out


def _shortened(name: str, width: int) -> str:
    return name if len(name) <= width else f"{name[: width - 1]}…"
