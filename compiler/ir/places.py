"""Where each character of a scalar's text stands in its file.

In: a scalar with the lines of its file. Out: a line and a column for every character of its text, or None when what is
written cannot be followed. The scalar is read again as YAML says (YAML 1.2, chapters 7 and 8): blocks lose their
indentation, folded lines become one, quotes their escapes. What does not come out as the scalar's own text is not used.

    "a: >\\n  one\\n  two"  ->  text "one two", whose "t" stands in line 3, column 3
"""

from __future__ import annotations

import re
from typing import Protocol

from ..diagnostics import Span

Place = tuple[int, int]
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)*")
_HEADER = re.compile(r"[|>](?P<signs>[-+1-9]*)")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_CODES = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_CODES |= {"e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"}


class Written(Protocol):
    """What is needed of a scalar."""

    @property
    def text(self) -> str: ...
    @property
    def span(self) -> Span: ...
    @property
    def style(self) -> str: ...
    @property
    def source(self) -> tuple[str, ...]: ...


def char_places(scalar: Written) -> list[Place] | None:
    """The line and column of every character of the scalar's text, from 1."""
    span, lines = scalar.span, scalar.source
    if not lines or not 1 <= span.line <= len(lines):
        return None
    start = span.column - 1
    properties = _PROPERTIES.match(lines[span.line - 1], start)
    start = properties.end() if properties else start
    if scalar.style not in ("|", ">"):
        begin = start + len(scalar.style)
        if lines[span.line - 1].startswith(scalar.text, begin):
            return [(span.line, begin + number) for number in range(1, len(scalar.text) + 1)]
    try:
        found = _block(scalar, start) if scalar.style in ("|", ">") else _flow(scalar, start)
    except (IndexError, ValueError):  # the file has no such line or character: not what was read
        return None
    text = "".join(character for character, _ in found)
    if text == f"{scalar.text}\n":  # a block at the end of a file that ends without a line break
        found.pop()
    elif text != scalar.text:
        return None
    return [place for _, place in found]


Characters = list[tuple[str, Place]]


def _block(scalar: Written, start: int) -> Characters:
    """A literal or folded block, whose header begins at column `start` of its first line."""
    span, source = scalar.span, scalar.source
    header = _HEADER.match(source[span.line - 1], start)
    signs = header["signs"] if header else ""
    last = span.end_line - (span.end_column == 1 and span.end_line > span.line)
    numbers = list(range(span.line + 1, min(last, len(source)) + 1))
    indent = _indent(scalar, [source[number - 1] for number in numbers])
    found: Characters = []
    breaks: Characters = []
    before = ""  # the line above, without its indentation
    for number in numbers:
        written = source[number - 1]
        content = written[indent:]
        end = ("\n", (number, len(written) + 1))
        if not content and not written.strip(" "):
            breaks.append(end)
            continue
        if found or before:
            is_folded = scalar.style == ">" and before[:1] not in (" ", "\t") and content[:1] not in (" ", "\t")
            line_end = found.pop()
            if not is_folded:
                found.append(line_end)
            elif not breaks:
                found.append((" ", line_end[1]))
        found += breaks
        breaks = []
        found += [(character, (number, indent + at)) for at, character in enumerate(content, start=1)]
        found.append(end)
        before = content
    if "-" in signs:
        return found[:-1] if before else []
    return [*found, *breaks] if "+" in signs else found


def _indent(scalar: Written, lines: list[str]) -> int:
    first = next((line for line in lines if line.strip(" ")), "")
    if re.search("[1-9]", scalar.source[scalar.span.line - 1][scalar.span.column - 1 :].split("#")[0]):
        wanted = next((line for line in scalar.text.split("\n") if line.strip(" ")), "")
        if first.endswith(wanted):
            return len(first) - len(wanted)
    return len(first) - len(first.lstrip(" "))


def _flow(scalar: Written, start: int) -> Characters:
    """A plain or quoted scalar, on one line or several."""
    span, source, quote = scalar.span, scalar.source, scalar.style
    last, last_end = span.end_line or span.line, span.end_column - 1
    start += len(quote)
    found: Characters = []
    blank_lines: Characters = []
    joined = True  # nothing stands between this line and what is before it
    for number in range(span.line, last + 1):
        written = source[number - 1]
        begin, end = (start if number == span.line else 0), (last_end - len(quote) if number == last else len(written))
        if number != span.line:
            begin += len(written[:end]) - len(written[:end].lstrip(" \t"))
        stop = end if number == last and quote else len(written[:end].rstrip(" \t"))
        if number != span.line and stop <= begin and number != last:
            blank_lines.append(("\n", (number, 1)))
            continue
        if number != span.line:
            if blank_lines:
                found += blank_lines
            elif not joined:
                found.append((" ", (number, max(begin, 1))))
            blank_lines = []
        line, joined = _characters(written, begin, max(stop, begin), number, quote)
        found += line
    return found


def _characters(written: str, at: int, end: int, number: int, quote: str) -> tuple[Characters, bool]:
    """The characters of a line, and whether a backslash at its end joins it with the next."""
    found: Characters = []
    while at < end:
        place, character = (number, at + 1), written[at]
        if quote == "'" and character == "'":
            at += 1
        elif quote == '"' and character == "\\":
            escape = _ESCAPE.match(written, at)
            if escape is None:
                return found, True
            character = _unescaped(escape[0])
            at = escape.end() - 1
        found.append((character, place))
        at += 1
    return found, False


def _unescaped(escape: str) -> str:
    return chr(int(escape[2:], 16)) if len(escape) > 2 else _CODES.get(escape[1], escape[1])
