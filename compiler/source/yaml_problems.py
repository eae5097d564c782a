"""The YAML parser's complaints -> diagnostics that say what is wrong and what to write instead.

In: an error of libyaml with its marks, and the text. Out: one diagnostic, whose label shows where the part began that
could not be read to its end.
"""

from __future__ import annotations

import re

import yaml

from ..diagnostics import Label, Reporter, Span

_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SPECIAL = "quote text that begins with one of @ ` % * & ! | > { [ or holds ': ' or ' #'"
# Newer builds of libyaml have a limit of their own, and meet it before they hand out the first of the brackets.
_TOO_DEEP = "exceeded maximum nesting depth"
_PLAIN_TEXT = {
    "found character that cannot start any token": ("text cannot begin with this character", _SPECIAL),
    "did not find expected alphabetic or numeric character": ("text cannot begin with this character", _SPECIAL),
    "mapping values are not allowed in this context": (
        "a key is not allowed here",
        "quote text that holds ': ', and check the indentation",
    ),
    "block sequence entries are not allowed in this context": (
        "a list item is not allowed here",
        "put the first '- ' on a line of its own",
    ),
    "could not find expected ':'": ("this line is no 'key: value'", "check its indentation and quotes"),
    "did not find expected key": ("this fits no mapping that is open here", "check the indentation and quotes"),
    "did not find expected '-' indicator": ("this fits no list that is open here", "check the indentation and quotes"),
    "did not find expected node content": ("a value is missing here", "quote text that has brackets or commas"),
    "did not find expected ',' or ']'": ("a list in brackets is not closed", "close it with ']'"),
    "did not find expected ',' or '}'": ("a mapping in braces is not closed", "close it with '}'"),
    "found unknown escape character": (
        "no such escape in double quotes",
        "write \\\\ for a backslash, or use single quotes",
    ),
    "found unexpected document indicator": ("a quote is not closed", "close it before the line of three dashes"),
}


def report_yaml_error(name: str, text: str, error: yaml.MarkedYAMLError, report: Reporter) -> None:
    """Reports what the parser could not read."""
    mark = error.problem_mark or error.context_mark
    span = _at(name, mark) if mark else Span(name, 1, 1)
    problem = error.problem or "this is not YAML"
    if problem == _TOO_DEEP:
        report.error("yaml-too-large", "this is far too many levels deep", span)
        return
    message, advice = _PLAIN_TEXT.get(problem, (problem, ""))
    labels = []
    if error.context_mark and mark and error.context_mark.line != mark.line:
        labels = [Label(_at(name, error.context_mark), "it begins here")]
    if problem == "found unexpected end of stream" and error.context_mark:
        span, labels = _at(name, error.context_mark), []
        message, advice = "a quote is not closed", "close it, or double a ' that is meant as text"
    written = _line(text, span.line)
    if "\t" in written[: len(written) - len(written.lstrip())]:
        message, advice, labels = "a tab cannot indent YAML", "indent with spaces", []
    report.error("yaml-syntax", message, span, labels=labels, help=advice)


def report_character(name: str, text: str, report: Reporter) -> None:
    """Reports the first character that no YAML file may hold."""
    found = _NOT_YAML.search(text)
    start = found.start() if found else 0
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    code = ord(text[start]) if found else 0
    message = f"YAML does not allow the character U+{code:04X}"
    report.error("yaml-syntax", message, Span(name, line, column), help=f'write it as "\\u{code:04x}" in double quotes')


def report_encoding(name: str, data: bytes, error: UnicodeDecodeError, report: Reporter) -> None:
    """Reports the first byte that is not UTF-8."""
    start = data.rfind(b"\n", 0, error.start) + 1
    column = len(data[start : error.start].decode("utf-8-sig", "replace")) + 1
    span = Span(name, data.count(b"\n", 0, error.start) + 1, column)
    report.error("not-utf-8", f"the byte 0x{data[error.start]:02x} is not UTF-8", span, help="save the file as UTF-8")


def _at(name: str, mark: yaml.Mark) -> Span:
    return Span(name, mark.line + 1, mark.column + 1)


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if number <= len(lines) else ""
