"""A composed workflow as YAML: what `sflowc compose` writes.

In: a Document, and lines for its head. Out: YAML that loads to the same document: sections and names in their order, the keys of
each body in the language's usual order, several lines of text as a block. It means the same to readers of YAML 1.1.

    workflow_yaml(document, ["Composed by sflowc from a.yaml, b.yaml."])
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

from ..ir.memo import by_identity
from ..ir.tree import Entry, Mapping, Node, Scalar, Sequence
from ..source.compose import EMPTY, SECTIONS, Document
from ..source.core_schema import plain_value

_TASK = (
    *("name", "description", "depends_on", "backend", "operator", "replicas", "resources", "variables"),
    *("strict", "critical", "timeout", "retries", "script", "outputs", "probes"),
)
_BODY = ("description", "type", "value", "domain", "uri", "sha256", "content", "default")
_WORKFLOW = ("name", "description", "timeout", "on_timeout", "strict", "defaults", "variables", "tasks")
_FLOW_WIDTH = 70
"""A list of words that is no longer than this stands in one line."""
_BREAKS = frozenset("\r\x85\u2028\u2029")
"""What a block would make a line feed of."""
_END = "...\n"
"""What stands after a block that keeps its last empty lines, at the end of a document."""
_RESOLVER = yaml.resolver.Resolver()
"""YAML 1.1, which other tools read."""
_SPECIAL = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
_TEXT = "tag:yaml.org,2002:str"


def workflow_yaml(document: Document, head: Iterable[str] = ()) -> str:
    """The whole document."""
    sections = {name: bodies for name in SECTIONS if (bodies := document.sections.get(name))}
    return _paragraphs(
        [
            "".join(f"# {line}".rstrip() + "\n" for line in head) + 'version: "0.1"\n',
            *(_section_text(name, bodies) for name, bodies in sections.items()),
            *_workflow(document),
        ]
    )


def _workflow(document: Document) -> Iterator[str]:
    """The workflow up to its first task, and each further task."""
    assert document.workflow_name is not None
    body: dict[str, Node] = {"name": document.workflow_name, **document.workflow}
    if document.workflow_variables:
        body["variables"] = _section(document.workflow_variables)
    head = _dump(_mapping({"workflow": _mapping(_sorted(body, _WORKFLOW))})).removesuffix(_END) + "  tasks:\n"
    for name, entry in document.tasks.items():
        yield head + _task_text(name, entry)
        head = ""


@by_identity
def _task_text(name: str, entry: Entry) -> str:
    body = {**_entries(entry.value), "name": _scalar(name)}
    return _indented(_dump(Sequence((_mapping(_sorted(body, _TASK)),), entry.value.span)), 4)


def _section_text(name: str, bodies: dict[str, Entry]) -> str:
    """A section, one body after another: in a table's rows most are the same ones."""
    texts = [_body_text(key, entry) for key, entry in bodies.items()]
    return f"{name}:\n{''.join(text.removesuffix(_END) for text in texts[:-1])}{texts[-1]}"


@dataclass(frozen=True, slots=True)
class _Body:
    """A body that equals each other one of the same content, wherever they stand: rows often set a variable alike."""

    content: object
    entry: Entry = field(compare=False)


@by_identity
def _body_text(name: str, entry: Entry) -> str:
    return _text_of(name, _Body(_content(entry.value), entry))


@functools.lru_cache(maxsize=4096)
def _text_of(name: str, body: _Body) -> str:
    return _indented(_dump(_section({name: body.entry})), 2)


def _content(node: Node) -> object:
    """What is written of a node, and of which kind it is: True equals 1, and nothing in a mapping is nothing in a list."""
    if isinstance(node, Scalar):
        return type(node.value), node.value, node.text
    if isinstance(node, Sequence):
        return Sequence, *[_content(item) for item in node.items]
    return Mapping, *[(key, _content(entry.value)) for key, entry in node.entries.items()]


def _indented(text: str, by: int) -> str:
    indented = textwrap.indent(text.removesuffix(_END), " " * by, _is_text)
    return indented + _END if text.endswith(_END) else indented


def _paragraphs(parts: list[str]) -> str:
    """The parts with an empty line between, which after a block that keeps its last lines would be one of them."""
    text = "".join(part.removesuffix(_END) if part.endswith(_END) else f"{part}\n" for part in parts)
    return text if parts[-1].endswith(_END) else text.removesuffix("\n")


def _is_text(line: str) -> bool:
    """Also a line of spaces only: inside a block they are text. An empty line is left empty."""
    return line != "\n"


def _section(bodies: dict[str, Entry]) -> Mapping:
    """Bodies by name; what says its name inside does so no more."""
    found: dict[str, Node] = {}
    for name, entry in bodies.items():
        if isinstance(entry.value, Mapping):
            body = {key: value for key, value in _entries(entry.value).items() if key != "name"}
            found[name] = _mapping(_sorted(body, _BODY))
        else:
            found[name] = entry.value
    return _mapping(found)


def _entries(node: Node) -> dict[str, Node]:
    return {key: entry.value for key, entry in node.entries.items()} if isinstance(node, Mapping) else {}


def _sorted(body: dict[str, Node], order: tuple[str, ...]) -> dict[str, Node]:
    """The keys that have a usual place first, the others as they came."""
    return {**{key: body[key] for key in order if key in body}, **body}


def _mapping(body: dict[str, Node]) -> Mapping:
    return Mapping({key: Entry(EMPTY, value) for key, value in body.items()}, EMPTY)


def _scalar(text: str) -> Scalar:
    return Scalar(text, text, EMPTY)


def _dump(node: Node) -> str:
    events: list[yaml.Event] = [yaml.StreamStartEvent(encoding=None), yaml.DocumentStartEvent(explicit=False)]
    _add_events(events, node)
    events += [yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent()]
    text: str = yaml.emit(events, Dumper=yaml.CDumper, allow_unicode=True, width=1 << 30)
    return text


def _add_events(events: list[yaml.Event], node: Node, key: str = "") -> None:
    if isinstance(node, Scalar):
        events.append(_scalar_event(node))
    elif isinstance(node, Sequence):
        events.append(yaml.SequenceStartEvent(None, None, implicit=True, flow_style=_fits_a_line(node, key)))
        for item in node.items:
            _add_events(events, item)
        events.append(yaml.SequenceEndEvent())
    else:
        events.append(yaml.MappingStartEvent(None, None, implicit=True, flow_style=not node.entries))
        for name, entry in node.entries.items():
            events.append(_key_event(name))
            _add_events(events, entry.value, name)
        events.append(yaml.MappingEndEvent())


@functools.lru_cache(maxsize=4096)  # keys are few, and stand in every workflow of a table
def _key_event(name: str) -> yaml.ScalarEvent:
    return _scalar_event(_scalar(name))


def _fits_a_line(node: Sequence, key: str) -> bool:
    words = [item.text for item in node.items if isinstance(item, Scalar) and "\n" not in item.text]
    return key != "script" and len(words) == len(node.items) and sum(map(len, words), 2 * len(words)) <= _FLOW_WIDTH


def _scalar_event(scalar: Scalar) -> yaml.ScalarEvent:
    text = scalar.text
    if not isinstance(scalar.value, str):
        style = None
        if plain_value(text) != scalar.value:  # from --set, which reads more than YAML does
            text = _SPECIAL.get(str(scalar.value), str(scalar.value).lower())
    elif _BREAKS.intersection(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    else:
        style = None if _is_plain_text(text) else "'"
    return yaml.ScalarEvent(None, None, implicit=(style is None, style is not None), value=text, style=style)


@functools.lru_cache(maxsize=4096)
def _is_plain_text(text: str) -> bool:
    """Whether readers of YAML 1.1 and of 1.2 take it for text when it stands without quotes."""
    return (
        bool(text)
        and isinstance(plain_value(text), str)
        and _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _TEXT  # type: ignore[no-untyped-call]
        and text not in ("y", "Y", "n", "N")
    )
