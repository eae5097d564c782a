"""Bytes -> spanned YAML tree: YAML 1.2 core scalars on top of PyYAML's C parser.

In: a file's name and bytes. Out: its tree, and diagnostics. The tree is composed here, from the parser's events: PyYAML's
own composer recurses in C, where a deep document ends the process, and resolves aliases without a bound.

    load("hello.yaml", b'version: "0.1"', report).root.get("version").text == "0.1"
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from ..diagnostics import Label, Reporter, Span, did_you_mean
from ..ir.tree import Entry, Mapping, Node, Scalar, Sequence
from .core_schema import CORE_TAGS, STRING_TAGS, plain_value
from .yaml_problems import report_character, report_encoding, report_yaml_error

MAX_NODES = 200_000
"""More nodes than this, those behind an alias counted each time it is used, is an attack or an accident."""
MAX_DEPTH = 100

_TOP_LEVEL = "sections are version, variables, artifacts, backends, operators and workflow"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedFile:
    """A file's tree (None when it is empty or broken) and the sha256 of its bytes. Read twice, it is two of them."""

    name: str
    sha256: str
    root: Mapping | None


def load(name: str, data: bytes, report: Reporter) -> LoadedFile:
    """Parses one file. An empty document is no error here: a part of a workflow may be empty."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        root = _parse(name, data.decode("utf-8-sig"), report)
    except UnicodeDecodeError as error:
        report_encoding(name, data, error, report)
        root = None
    if isinstance(root, Scalar) and root.value is None:
        root = None
    if root is not None and not isinstance(root, Mapping):
        report.error("not-a-mapping", "the top level must be a mapping of sections", root.span, help=_TOP_LEVEL)
        root = None
    return LoadedFile(name, sha256, root)


def _parse(name: str, text: str, report: Reporter) -> Node | None:
    parser = None
    try:
        parser = CParser(text)
        return _Composer(name, text, parser, report).document()
    except yaml.reader.ReaderError:
        report_character(name, text, report)
    except yaml.MarkedYAMLError as error:
        report_yaml_error(name, text, error, report)
    except _Refused:
        pass
    finally:
        if parser is not None:
            parser.dispose()
    return None


class _Refused(Exception):
    """What was reported leaves nothing to go on with."""


class _Composer:
    """Makes a tree of the parser's events. What stands behind an alias is the anchor's own node: nobody changes a tree."""

    def __init__(self, name: str, text: str, parser: Any, report: Reporter) -> None:
        self.name = name
        self.lines = tuple(text.splitlines())
        self.next = parser.get_event
        self.report = report
        self.count = 0
        self.depth = 0
        self.anchors: dict[str, tuple[Node, int] | None] = {}  # None while the anchor's own node is still open

    def document(self) -> Node | None:
        """The tree of the only document; None when there is none."""
        self.next()
        if isinstance(self.next(), yaml.StreamEndEvent):
            return None
        root = self.node(self.next())
        self.next()
        further = self.next()
        if not isinstance(further, yaml.StreamEndEvent):
            self.refuse(
                "several-documents",
                "the file holds more than one document",
                self.span(further, further),
                "put each document in a file of its own, and name the files in order",
            )
        return root

    def node(self, event: Any) -> Node:
        if type(event) is yaml.AliasEvent:
            return self.alias(event)
        before = self.count
        self.spend(1, event)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.check_tag(event)
        node: Node
        if type(event) is yaml.ScalarEvent:
            node = self.scalar(event)
        else:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                self.refuse("yaml-too-large", f"this is more than {MAX_DEPTH} levels deep", self.span(event, event))
            node = self.sequence(event) if type(event) is yaml.SequenceStartEvent else self.mapping(event)
            self.depth -= 1
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.count - before)
        return node

    def alias(self, event: Any) -> Node:
        span = self.span(event, event)
        if event.anchor not in self.anchors:
            advice = did_you_mean(event.anchor, self.anchors, what="anchors")
            self.refuse("unknown-anchor", f"no anchor before this is called '&{event.anchor}'", span, advice)
        found = self.anchors[event.anchor]
        if found is None:
            self.refuse("unknown-anchor", f"'&{event.anchor}' would hold itself", span)
        self.spend(found[1], event)
        return found[0]

    def scalar(self, event: Any) -> Scalar:
        style = "" if event.style is None or event.style == ":" else event.style
        is_text = bool(style) or event.tag in STRING_TAGS
        value = event.value if is_text else plain_value(event.value)
        span = self.span(event, event)
        if "\0" in event.value:
            message = "this text holds a NUL, which no script, variable or argument can"
            self.report.error("nul-character", message, span, help="have the task make it: printf '\\0'")
        return Scalar(value, event.value, span, style, self.lines)

    def sequence(self, start: Any) -> Sequence:
        items = []
        event = self.next()
        while type(event) is not yaml.SequenceEndEvent:
            items.append(self.node(event))
            event = self.next()
        return Sequence(tuple(items), self.span(start, event))

    def mapping(self, start: Any) -> Mapping:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        event = self.next()
        while type(event) is not yaml.MappingEndEvent:
            key = self.node(event)
            value = self.node(self.next())
            if not isinstance(key, Scalar):
                self.report.error("complex-key", "a key must be a word", key.span, help=_QUOTE_BRACES)
            elif key.text == "<<" and not key.style:
                self.merge(value, merged)
            elif key.text in own:
                self.duplicate(key, own[key.text].key_span)
            else:
                own[key.text] = Entry(key.span, value)
            event = self.next()
        return Mapping({**merged, **own} if merged else own, self.span(start, event))

    def merge(self, value: Node, into: dict[str, Entry]) -> None:
        """A merge key `<<`: the entries of one mapping, or of several of which the earlier ones count more."""
        for source in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(source, Mapping):
                self.report.error("bad-merge-key", "'<<' takes a mapping or a list of mappings", source.span)
                continue
            for key, entry in source.entries.items():
                into.setdefault(key, entry)

    def duplicate(self, key: Scalar, first: Span) -> None:
        self.report.error(
            "duplicate-key",
            f"the key '{key.text}' stands here twice",
            key.span,
            labels=[Label(first, "first here")],
            help="remove one of the two",
        )

    def check_tag(self, event: Any) -> None:
        if event.tag is None or event.tag == "!" or event.tag in CORE_TAGS:
            return
        shown = event.tag.replace("tag:yaml.org,2002:", "!!")
        self.report.error(
            "unknown-tag",
            f"the tag {shown} means nothing here",
            self.span(event, event),
            help="remove it, or quote the text if it begins with '!'",
        )

    def spend(self, nodes: int, event: Any) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            message = f"the document has more than {MAX_NODES} nodes"
            self.refuse("yaml-too-large", message, self.span(event, event))

    def refuse(self, code: str, message: str, span: Span, advice: str = "") -> NoReturn:
        self.report.error(code, message, span, help=advice)
        raise _Refused

    def span(self, first: Any, last: Any) -> Span:
        start, end = first.start_mark, last.end_mark
        return Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


_QUOTE_BRACES = "quote text that begins with a brace or a bracket; an expression is ${{ … }}"
