"""Comments that silence warnings: `# sflowc: ignore[code, code]`.

In: a file's text and its tree, which tells a comment from the same words in a string or a script. Out: what each comment
silences, and the diagnostics that are left. A comment on its own line is for the line below it, any other for its own line;
a scalar or a list that begins there, or whose key stands there, counts to its end. Errors cannot be silenced.

    tasks:
      - script:  # sflowc: ignore[lost-failure]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .. import codes
from ..diagnostics import Diagnostic, Span, did_you_mean
from ..ir.tree import Mapping, Node, Scalar, Sequence

_MARK = "sflowc:"
_COMMENT = re.compile(r"#\s*sflowc:\s*(?P<rest>.*)")
_IGNORE = re.compile(r"ignore\[(?P<codes>[^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One code that one comment silences, from `first` to `last`, lines of the file."""

    code: str
    span: Span
    first: int
    last: int

    def silences(self, found: Diagnostic) -> bool:
        if found.severity == "error" or found.span is None or found.span.file != self.span.file:
            return False
        if not self.first <= found.span.line <= self.last:
            return False
        return self.code == found.code or (self.code == "shellcheck" and bool(codes.SHELLCHECK.fullmatch(found.code)))


def read_ignores(name: str, data: bytes, root: Node | None) -> tuple[list[Ignore], list[Diagnostic]]:
    """What a file's comments silence, and what is wrong with the comments themselves."""
    if _MARK.encode() not in data or root is None:
        return [], []
    lines = data.decode("utf-8-sig").splitlines()
    layout = _Layout(root)
    ignores: list[Ignore] = []
    wrong: list[Diagnostic] = []
    for number, line in enumerate(lines, start=1):
        start = _comment(line, layout.text_on(number)) if _MARK in line else None
        found = None if start is None else _COMMENT.match(line, start)
        if found is None:
            continue
        target = number if line[: found.start()].strip() else _next_content(lines, number)
        last = max(target, layout.last.get(target, 0))
        listed = _IGNORE.match(found["rest"])
        if listed is None:
            span = Span(name, number, found.start() + 1, number, len(line) + 1)
            message = "this comment silences nothing"
            wrong.append(
                Diagnostic(
                    "warning", "ignore-syntax", message, span, help="write `# sflowc: ignore[code]`, or several codes"
                )
            )
            continue
        offset = found.start("rest") + listed.start("codes")
        for word in re.finditer(r"[^,\s]+", listed["codes"]):
            span = Span(name, number, offset + word.start() + 1, number, offset + word.end() + 1)
            if codes.find(word[0]) is None:
                advice = did_you_mean(word[0], codes.known())
                wrong.append(
                    Diagnostic("warning", "unknown-code", f"no diagnostic has the code '{word[0]}'", span, help=advice)
                )
            else:
                ignores.append(Ignore(word[0], span, target, last))
    return ignores, wrong


def _next_content(lines: list[str], number: int) -> int:
    """The first line below that is no comment and not blank."""
    for below, line in enumerate(lines[number:], start=number + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return below
    return number


def _comment(line: str, taken: list[tuple[int, int]]) -> int | None:
    """Where a line's comment begins: at a `#` after a blank, outside all scalars."""
    for found in re.finditer(r"(?:^|(?<=\s))#", line):
        if not any(start <= found.start() < end for start, end in taken):
            return found.start()
    return None


class _Layout:
    """Where the scalars of a tree lie, and where what begins on a line ends."""

    def __init__(self, root: Node) -> None:
        self.last: dict[int, int] = {}
        self._taken: dict[int, list[tuple[int, int]]] = {}
        for begin, node in _values(root):
            if isinstance(node, Scalar):
                self._take(node.span, node.style in ("|", ">"))
            if not isinstance(node, Mapping):
                last = _last_line(node)
                for line in (begin, node.span.line) if isinstance(node, Scalar) else (begin,):
                    self.last[line] = max(self.last.get(line, 0), last)

    def text_on(self, line: int) -> list[tuple[int, int]]:
        """The columns of a line that are taken by scalars, from 0."""
        return self._taken.get(line, [])

    def _take(self, span: Span, is_block: bool) -> None:
        for line in range(span.line + is_block, _last_of(span) + 1):  # a comment may stand behind the sign of a block
            start = span.column - 1 if line == span.line else 0
            end = span.end_column - 1 if line == span.end_line else 1 << 30
            self._taken.setdefault(line, []).append((start, end))


def _last_of(span: Span) -> int:
    """The last line of a scalar; a block ends at the beginning of the next line."""
    return span.end_line - 1 if span.end_column == 1 and span.end_line > span.line else span.end_line


def _last_line(node: Node) -> int:
    """The last line of a node. A list in YAML's own reckoning ends only where the next thing begins."""
    if isinstance(node, Scalar):
        return _last_of(node.span)
    inner = node.items if isinstance(node, Sequence) else tuple(entry.value for entry in node.entries.values())
    return max(map(_last_line, inner), default=node.span.line)


def _values(node: Node) -> Iterator[tuple[int, Node]]:
    """Every node with the line of its key, or its own. What stands behind several aliases is met once."""
    seen: set[int] = set()
    queue: list[tuple[int, Node]] = [(node.span.line, node)]
    while queue:
        begin, node = queue.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield begin, node
        if isinstance(node, Sequence):
            queue += [(item.span.line, item) for item in node.items]
        elif isinstance(node, Mapping):
            for key, entry in node.entries.items():
                yield entry.key_span.line, Scalar(key, key, entry.key_span, "'")
                queue.append((entry.key_span.line, entry.value))


def silence(found: Iterable[Diagnostic], ignores: list[Ignore], *, unused: bool = False) -> list[Diagnostic]:
    """The diagnostics that no comment silences; with `unused` also what is to be said of comments that silence nothing."""
    kept: list[Diagnostic] = []
    used: set[Ignore] = set()
    for diagnostic in found:
        silencing = [ignore for ignore in ignores if ignore.silences(diagnostic)]
        used.update(silencing)
        if not silencing:
            kept.append(diagnostic)
    if unused:
        kept += [_unused(ignore) for ignore in ignores if ignore not in used]
    return sorted(kept, key=Diagnostic.sort_key)


def _unused(ignore: Ignore) -> Diagnostic:
    is_error = codes.entry(codes.find(ignore.code) or ignore.code).severity == "error"
    advice = "errors cannot be silenced" if is_error else "take the comment out"
    return Diagnostic(
        "warning", "unused-ignore", f"there is no '{ignore.code}' here to silence", ignore.span, help=advice
    )
