"""runs/patterns.yaml and files like it: what a line of a log, a reason or the output of a job means.

In: the file's bytes. Out: Patterns in the order of the file, or diagnostics at their places. The schema is
schemas/patterns.schema.json. What a pattern costs is bounded: it must hold a piece of plain text, by which the lines that it is
tried on are found, and it may not hold repetitions whose combinations are too many.

    load_patterns("mine.yaml", data, report)[0].id == "license-server-down"
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import get_args

from ... import resources
from ...diagnostics import Reporter
from ...ir.tree import Mapping, Node, Scalar, Sequence
from ...probes.log_pattern import parse_pattern
from ...source.load import load
from ...source.validate import validate_patterns
from .findings import Fault, Layer
from .pattern_cost import cost, required_texts

COSTLIEST = 20_000
_SHORTEST = 3
_HERE = "cannot be had in a pattern for logs, which must be quick"


@dataclass(frozen=True, slots=True)
class Pattern:
    """`layer` None is that of the task; `texts` are pieces in lower case of which a line has one when it matches.

    `at_end`: healthy logs have such lines too, so that it only counts at the end of the log of a task that failed.
    """

    id: str
    where: frozenset[str]
    layer: Layer | None
    fault: Fault
    regex: re.Pattern[str]
    texts: tuple[bytes, ...]
    cause: str
    next_step: str
    role: str | None
    general: bool
    always: bool
    at_end: bool
    explained_by: tuple[str, ...]
    examples: tuple[str, ...]

    def search(self, line: str) -> re.Match[str] | None:
        """A match in a line, also behind the label that srun puts before lines."""
        return self.regex.search(line) or self.regex.search(_LABEL.sub("", line))


_LABEL = re.compile(r"^ {0,4}[0-9]{1,5}: ")


@functools.cache
def own_patterns() -> tuple[Pattern, ...]:
    """Those that ship with sflowc."""
    report = Reporter()
    found = load_patterns("patterns.yaml", resources.path("runs", "patterns.yaml").read_bytes(), report)
    assert not report.has_errors, [f"{one.span}: {one.message}" for one in report]
    return found


def load_patterns(name: str, data: bytes, report: Reporter) -> tuple[Pattern, ...]:
    """The patterns of a file; what is wrong with it goes to the reporter."""
    errors = report.error_count
    file = load(name, data, report)
    if file.root is not None:
        validate_patterns(file.root, report)
    if report.error_count > errors or file.root is None:
        return ()
    found = []
    entries = file.root.get("patterns")
    for entry in entries if isinstance(entries, Sequence) else ():
        pattern = _pattern(entry, report) if isinstance(entry, Mapping) else None
        if pattern is not None:
            found.append(pattern)
    return tuple(found)


def _pattern(entry: Mapping, report: Reporter) -> Pattern | None:
    regex = _regex(entry, report)
    if regex is None:
        return None
    compiled, texts = regex
    layer = _text(entry, "layer")
    return Pattern(
        id=_text(entry, "id"),
        where=frozenset(_texts(entry.get("where")) or ("log",)),
        layer=_one_of(layer, get_args(Layer)),
        fault=_one_of(_text(entry, "fault"), get_args(Fault)) or "application",
        regex=compiled,
        texts=texts,
        cause=_text(entry, "cause"),
        next_step=_text(entry, "next"),
        role=_text(entry, "role") or None,
        general=_flag(entry, "general"),
        always=_flag(entry, "always"),
        at_end=_flag(entry, "at_end"),
        explained_by=_texts(entry.get("explained_by")),
        examples=_texts(entry.get("examples")),
    )


def _one_of(text: str, words: tuple[str, ...]):  # type: ignore[no-untyped-def] # a word of a Literal
    return text if text in words else None


def _regex(entry: Mapping, report: Reporter) -> tuple[re.Pattern[str], tuple[bytes, ...]] | None:
    node = entry.get("regex")
    assert isinstance(node, Scalar)
    parsed = parse_pattern(node.text, node.span, report, _HERE)
    if parsed is None:
        return None
    if cost(parsed.tree) > COSTLIEST:
        report.error(
            "regex-unsupported",
            f"a pattern whose repetitions have more than {COSTLIEST:,} combinations {_HERE}",
            node.span,
            help="write bounds, such as .{1,60} for .*, and no repetition inside a repetition",
        )
        return None
    texts = required_texts(parsed.tree)
    if not texts or min(map(len, texts)) < _SHORTEST:
        report.error(
            "regex-unsupported",
            f"a pattern without a piece of plain text of at least {_SHORTEST} characters in each of its branches {_HERE}",
            node.span,
            help="add a word that stands in the line",
        )
        return None
    return re.compile(node.text), tuple(sorted(text.encode() for text in texts))


def _text(entry: Mapping, key: str) -> str:
    node = entry.get(key)
    return node.text.strip() if isinstance(node, Scalar) else ""


def _texts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Sequence):
        return tuple(item.text for item in node if isinstance(item, Scalar))
    return (node.text,) if isinstance(node, Scalar) and node.value is not None else ()


def _flag(entry: Mapping, key: str) -> bool:
    node = entry.get(key)
    return isinstance(node, Scalar) and node.value is True
