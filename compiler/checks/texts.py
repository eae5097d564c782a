"""A script as one text that knows where it comes from.

In: a Task, or the `on_timeout` of a workflow. Out: a ScriptText, whose offsets can be found in the file. An expression is a
hole in it, which stands there as a variable.

    script_text(task).span(10, 4)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..diagnostics import Span
from ..expr.template import expressions
from ..ir.tree import Scalar, span_at
from ..ir.workflow import OnTimeout, Task
from ..passes.draft import Draft

HOLE = "${SFLOWC_HOLE}"
"""What stands for an expression. To bash it is a variable, and its name tells nobody that it is not set."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """text[start:end] of a script comes from scalar.text[offset:]; a hole as a whole from one expression of `length`."""

    start: int
    end: int
    scalar: Scalar
    offset: int
    length: int
    is_hole: bool


@dataclass(frozen=True, slots=True)
class ScriptText:
    """A script as bash gets it, but for its holes."""

    text: str
    pieces: tuple[_Piece, ...]

    def span(self, start: int, length: int = 1) -> Span:
        """The place of text[start:start + length] in the file, to the end of its line."""
        first, last = self._place(start), self._place(start + max(length, 1) - 1)
        if first.line == last.line and first.column < last.end_column:
            return replace(first, end_column=last.end_column)
        rest = self.text.find("\n", start)  # the end of the line, if its last character stands in the same line
        line_end = self._place(rest - 1) if rest > start else first
        return (
            replace(first, end_column=max(first.end_column, line_end.end_column))
            if line_end.line == first.line
            else first
        )

    def _place(self, at: int) -> Span:
        """The place of one character, or of the expression that it stands for."""
        for piece in self.pieces:
            if piece.start <= at < piece.end:
                if piece.is_hole:
                    return span_at(piece.scalar, piece.offset, piece.length)
                return span_at(piece.scalar, piece.offset + at - piece.start)
        piece = next((piece for piece in self.pieces if piece.end >= at), self.pieces[-1])
        return span_at(piece.scalar, max(0, len(piece.scalar.text[: piece.offset + piece.length].rstrip()) - 1))

    def written(self, start: int, end: int) -> str:
        """text[start:end] as it is written in the file, expressions and all."""
        found = ""
        for piece in self.pieces:
            if piece.is_hole and piece.start < end and start < piece.end:
                found += piece.scalar.text[piece.offset : piece.offset + piece.length]
            elif piece.start < end and start < piece.end:
                found += self.text[max(start, piece.start) : min(end, piece.end)]
        return found

    def has_hole(self, start: int, end: int) -> bool:
        """Whether an expression stands in text[start:end], or begins or ends there."""
        return any(piece.is_hole and piece.start < end and start < piece.end for piece in self.pieces)


def script_text(task: Task | OnTimeout) -> ScriptText:
    """The lines of a script, joined as they are run."""
    text = ""
    pieces: list[_Piece] = []
    for number, item in enumerate(task.script):
        if number:
            text += "\n"
        holes = expressions(item.text)
        end = len(item.text.removesuffix("\n")) if holes else len(item.text)
        at = 0
        for first, after in (*holes, (end, end)):
            if first > at:
                pieces.append(_Piece(len(text), len(text) + first - at, item, at, first - at, False))
                text += item.text[at:first]
            if after > first:
                pieces.append(_Piece(len(text), len(text) + len(HOLE), item, first, after - first, True))
                text += HOLE
            at = after
    if not pieces:
        pieces.append(_Piece(0, 0, task.script[0], 0, 0, False))
    return ScriptText(text, tuple(pieces))


def bash_tasks(draft: Draft) -> Iterator[Task]:
    """The tasks whose scripts bash runs, in the order of the file."""
    other = {instance.task.name for instance in draft.instances if instance.operator_type == "python"}
    return (task for task in draft.workflow.tasks if task.name not in other and task.script)


def is_strict(task: Task, draft: Draft) -> bool:
    """Whether a task's script runs under set -euo pipefail."""
    return any(instance.strict for instance in draft.instances if instance.task.name == task.name)
