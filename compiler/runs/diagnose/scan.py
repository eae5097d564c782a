"""Tries patterns on logs and reasons.

In: a Case, a task, and which patterns to try. Out: findings, in the order of the patterns. In a log only those lines are looked at
that have a piece of text which the pattern needs; what is in a line beyond WINDOW characters around it is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..run import TaskState
from .case import Case
from .cleaning import uncoloured
from .findings import Evidence, Finding
from .log_reader import Piece
from .patterns import Pattern

WINDOW = 500
_LINES = 2000
"""How many lines of a piece are tried with a pattern, at most."""
_END = 8192
"""Where a log ends, for patterns that mean nothing elsewhere: bytes."""
_START = b" tasks to run, in "
"""What a script prints when a run begins."""
_QUOTED = "  | "
"""What a script puts before the lines that it repeats from the log of a task that failed: the log itself is read."""
_HOLE = re.compile(r"\{(\w+)\}")

Chosen = Callable[[Pattern], bool]


class Place(NamedTuple):
    piece: Piece
    start: int
    line: str
    match: re.Match[str]


def in_log(case: Case, task: str, chosen: Chosen) -> Iterator[Finding]:
    """What the patterns for logs find in the log of a task."""
    roles = case.roles(task)
    pieces = case.reader.pieces(case.run.log(task))
    for pattern in case.patterns:
        if "log" not in pattern.where or not chosen(pattern) or (pattern.role and pattern.role not in roles):
            continue
        place = find(pieces, 0, pattern)
        if place is not None:
            evidence = case.evidence(place.piece, place.start, place.line, place.match.start())
            yield finding(case, pattern, task, place.match, (evidence,))


def in_reason(case: Case, task: TaskState | None) -> Finding | None:
    """What the first pattern says that matches the reason of a task, or of the run."""
    reason = task.reason if task is not None else case.run.state.reason
    evidence = case.of_event(task) if task is not None else case.of_run()
    for pattern in case.patterns:
        if "reason" in pattern.where and (match := pattern.search(reason)):
            found = finding(case, pattern, task.name if task is not None else None, match, (evidence,))
            # Where etcd, NATS or a frontend ends, however it did, the infrastructure is broken.
            return replace(found, layer="infrastructure") if case.layer_of(found.task) == "infrastructure" else found
    return None


def in_outside(case: Case) -> Iterator[Finding]:
    """What the job's own output says, and Slurm: since the run began that is written there last, as a job may be requeued."""
    for pattern in case.patterns:
        if "console" not in pattern.where:
            continue
        for source in case.outside:
            pieces = case.reader.pieces(source.path) if source.path else (_piece_of(source.text),)
            place = find(*_since_the_start(pieces), pattern, besides=_QUOTED)
            if place is None:
                continue
            if source.path is not None:
                evidence = case.evidence(place.piece, place.start, place.line, place.match.start())
            else:
                evidence = Evidence(source.name, None, case.clean(place.line, place.match.start()))
            yield finding(case, pattern, None, place.match, (evidence,))


def _since_the_start(pieces: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], int]:
    """The pieces from the last start of a run on, and where in the first of them that is."""
    for number in reversed(range(len(pieces))):
        at = pieces[number].data.rfind(_START)
        if at >= 0:
            return pieces[number:], at
    return pieces, 0


def _piece_of(text: str) -> Piece:
    data = text.encode("utf-8", "surrogateescape")
    return Piece(Path(), 0, data, data.lower())


def finding(
    case: Case, pattern: Pattern, task: str | None, match: re.Match[str], evidence: tuple[Evidence, ...]
) -> Finding:
    """What a match of a pattern means for a task."""
    known = {name: text or "" for name, text in match.groupdict().items()} | {"task": task or "a task"}
    cause = _HOLE.sub(lambda hole: known.get(hole[1], hole[0]), pattern.cause)
    return Finding(
        id=pattern.id,
        layer=pattern.layer or case.layer_of(task),
        fault=pattern.fault,
        cause=case.clean(cause),
        next_step=pattern.next_step,
        evidence=evidence,
        task=task,
        general=pattern.general,
        explained_by=pattern.explained_by,
    )


def find(pieces: tuple[Piece, ...], start: int, pattern: Pattern, besides: str = "") -> Place | None:
    """The first place that matches, from a place of the first piece on; of a pattern that is general the last one, of one for
    the end of a log only there. Lines that begin with `besides` do not count."""
    ordered = pieces[::-1] if pattern.general or pattern.at_end else pieces
    for piece in ordered[:1] if pattern.at_end else ordered:
        least = start if piece is pieces[0] else 0
        if pattern.at_end:
            least = max(least, len(piece.data) - _END)
        places = [place for text in pattern.texts if (place := _first(piece, text, pattern, least, besides))]
        if places:
            return (max if pattern.general else min)(places, key=lambda place: place.start)
    return None


def _first(piece: Piece, text: bytes, pattern: Pattern, least: int, besides: str) -> Place | None:
    for start, end in _lines(piece, text, backwards=pattern.general, least=least):
        line = uncoloured(piece.data[start:end].decode("utf-8", "replace"))
        match = None if besides and line.startswith(besides) else pattern.search(line)
        if match:
            return Place(piece, start, line, match)
    return None


def _lines(piece: Piece, text: bytes, *, backwards: bool, least: int) -> Iterator[tuple[int, int]]:
    """Begin and end of the lines that have the text, as far as WINDOW reaches; a carriage return ends a line too."""
    data, lower = piece.data, piece.lower
    low, high = least, len(data)
    for _ in range(_LINES):
        at = lower.rfind(text, low, high) if backwards else lower.find(text, low, high)
        if at < 0:
            return
        before, after = max(0, at - WINDOW), min(len(data), at + len(text) + WINDOW)
        start = max(data.rfind(b"\n", before, at), data.rfind(b"\r", before, at)) + 1 or before
        ends = [place for mark in (b"\n", b"\r") if (place := data.find(mark, at, after)) >= 0]
        end = min(ends, default=after)
        yield start, end
        if backwards:
            high = start + len(text) - 1  # what is in this line too was seen
        else:
            low = max(end, at + 1)


def best(found: Iterable[Finding]) -> Finding | None:
    """The first that says why; else the first."""
    kept = list(found)
    return next((one for one in kept if not one.general), kept[0] if kept else None)
