"""Bytes -> spanned YAML tree: YAML 1.2 core scalars on top of PyYAML's C parser.

In: a file's name and bytes. Out: its tree, and diagnostics. Differs from plain PyYAML where the language does: a time
such as 00:30:00 is text (YAML 1.1 reads a number), `yes` and `on` are text, 010 is ten; a duplicate key is an error.

    load("hello.yaml", b'version: "0.1"', report).root.get("version").text == "0.1"
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.resolver import BaseResolver

from ..diagnostics import Label, Reporter, Span
from ..ir.tree import Entry, Mapping, Node, Scalar, ScalarValue, Sequence

MAX_NODES = 500_000
"""More nodes than this, aliases counted each time they are used, is an attack or an accident."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_WORDS: dict[str, ScalarValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_PLAIN = "!plain"


class _Loader(CParser, BaseResolver):
    """The C parser and composer, which marks the scalars that were written without quotes and without a tag."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        BaseResolver.__init__(self)

    def resolve(self, kind: type, value: str | None, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return _PLAIN
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file's tree (None when it is empty or broken) and the sha256 of its bytes."""

    name: str
    sha256: str
    root: Mapping | None


def load(name: str, data: bytes, report: Reporter) -> LoadedFile:
    """Parses one file. An empty document is no error here: a part of a workflow may be empty."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.error("not-utf-8", "the file is not UTF-8", Span(name, line, 1), help="save it as UTF-8")
        return LoadedFile(name, sha256, None)
    root = _parse(name, text, report)
    if root is not None and not isinstance(root, Mapping):
        report.error("not-a-mapping", "the top level must be a mapping of sections", root.span, help=_TOP_LEVEL)
        root = None
    return LoadedFile(name, sha256, root)


_TOP_LEVEL = "sections are version, variables, artifacts, backends, operators and workflow"


def _parse(name: str, text: str, report: Reporter) -> Node | None:
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None or (isinstance(node, yaml.ScalarNode) and node.tag == _PLAIN and not node.value):
            return None
        return _Converter(name, text, report).convert(node)
    except yaml.MarkedYAMLError as error:
        _report_yaml_error(name, text, error, report)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        report.error("yaml-syntax", "the file holds a character that YAML does not allow", Span(name, line, 1))
    except (_TooMuch, RecursionError):
        report.error("yaml-too-large", "the document is too deep or too large", Span(name, 1, 1))
    finally:
        if loader is not None:
            loader.dispose()
    return None


def _report_yaml_error(name: str, text: str, error: yaml.MarkedYAMLError, report: Reporter) -> None:
    mark = error.problem_mark or error.context_mark
    span = Span(name, mark.line + 1, mark.column + 1) if mark else Span(name, 1, 1)
    problem = error.problem or "this is not YAML"
    lines = text.splitlines()
    written = lines[span.line - 1] if span.line <= len(lines) else ""
    advice = ""
    if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in problem:
        problem, advice = "a tab cannot indent YAML", "indent with spaces"
    elif "expected a single document" in str(error):
        problem, advice = "the file holds more than one document", "put each document in a file of its own"
    elif "mapping values are not allowed" in problem:
        advice = "quote the text if it holds ': '"
    report.error("yaml-syntax", problem, span, note=str(error.context or ""), help=advice)


class _TooMuch(Exception):
    """The document has more nodes than any workflow."""


class _Converter:
    """Turns PyYAML's nodes into our tree; an alias is converted again where it is used."""

    def __init__(self, name: str, text: str, report: Reporter) -> None:
        self.name = name
        self.report = report
        self.lines = tuple(text.splitlines())
        self.count = 0
        self.open: set[int] = set()

    def convert(self, node: yaml.Node) -> Node:
        self.count += 1
        if self.count > MAX_NODES or id(node) in self.open:
            raise _TooMuch
        span = self.span(node)
        if isinstance(node, yaml.ScalarNode):
            style = node.style or ""
            return Scalar(_scalar_value(node), node.value, span, style, self.lines)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return Sequence(tuple(self.convert(item) for item in node.value), span)
            assert isinstance(node, yaml.MappingNode)
            return Mapping(self.entries(node), span)
        finally:
            self.open.discard(id(node))

    def entries(self, node: yaml.MappingNode) -> dict[str, Entry]:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.report.error("complex-key", "a key must be a single word or text", self.span(key))
                continue
            if key.value == "<<" and key.tag == _PLAIN:
                self.merge(value, merged)
                continue
            if key.value in own:
                self.duplicate(key, own[key.value].key_span)
                continue
            own[key.value] = Entry(self.span(key), self.convert(value))
        return {**merged, **own}

    def merge(self, node: yaml.Node, into: dict[str, Entry]) -> None:
        """A merge key `<<`: the entries of one mapping, or of several of which the earlier ones count more."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for source in sources:
            tree = self.convert(source)
            if not isinstance(tree, Mapping):
                self.report.error("bad-merge-key", "'<<' takes a mapping or a list of mappings", self.span(source))
                continue
            for key, entry in tree.entries.items():
                into.setdefault(key, entry)

    def duplicate(self, key: yaml.ScalarNode, first: Span) -> None:
        self.report.error(
            "duplicate-key",
            f"the key '{key.value}' stands here twice",
            self.span(key),
            labels=[Label(first, "first here")],
            help="remove one of the two",
        )

    def span(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        return Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _scalar_value(node: yaml.ScalarNode) -> ScalarValue:
    """The value under the YAML 1.2 core schema; only what stands without quotes can be anything but text."""
    text: str = node.value
    if node.tag == "tag:yaml.org,2002:str" or node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 4000 else text
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", "").lower())
    return text
