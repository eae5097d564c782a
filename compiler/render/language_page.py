"""The page on the keys of the language (docs/language.md), from the JSON Schema of workflow files.

In: the schema, as schemas/workflow.schema.json has it. Out: Markdown, one section with a table for each mapping of fixed keys,
in the order in which the schema mentions them.

    language_page(json.loads(resources.read_text("schemas", "workflow.schema.json")))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_Schema = dict[str, Any]

_HEAD = """\
# The language

<!-- Written by `make docs` from the JSON Schema. -->

Every key of a workflow file. What a value may be is given as YAML sees it; instead of it, an expression, `${{ ... }}`, is
taken nearly everywhere. A duration is a number of seconds, or such as `90s`, `30m`, `1h30m`. Keys in **bold** are required.
A *section* is a mapping of names to bodies, or a list of bodies that each have a `name`. A key that is not here is an error.

[Differences from nv-sflow](differences.md) says what the keys mean where that is not the same; [an editor checks all this
while you type](tutorial.md#let-the-editor-help).
"""


def language_page(schema: _Schema) -> str:
    """The whole page."""
    page = _Page(schema["$defs"])
    page.section("Workflow file", schema)
    return f"{_HEAD}\n" + "\n".join(page.written()).rstrip("\n") + "\n"


class _Page:
    def __init__(self, definitions: _Schema) -> None:
        self._definitions = definitions
        self._sections: dict[str, tuple[_Schema, frozenset[str]]] = {}

    def section(self, heading: str, schema: _Schema, elsewhere: frozenset[str] = frozenset()) -> str:
        """A link to the section on a mapping of fixed keys, which is written once; some of them are shown elsewhere."""
        self._sections.setdefault(heading, (schema, elsewhere))
        return f"[{heading}](#{heading.lower().replace(' ', '-')})"

    def written(self) -> Iterator[str]:
        """The sections, among them those that are found on the way."""
        done: set[str] = set()
        while rest := [heading for heading in self._sections if heading not in done]:
            done.add(rest[0])
            yield from self._section(rest[0], *self._sections[rest[0]])

    def _section(self, heading: str, schema: _Schema, elsewhere: frozenset[str]) -> Iterator[str]:
        yield f"## {heading}\n"
        if title := schema.get("title"):
            yield f"{title.rstrip('.')}{'' if title.endswith('?') else '.'}\n"
        keys = {key: value for key, value in schema["properties"].items() if key not in elsewhere}
        if keys:
            yield "| key | value | default | meaning |\n| --- | --- | --- | --- |"
            yield from (self._row(heading, key, value, schema.get("required", ())) for key, value in keys.items())
            yield ""
        here = frozenset(schema["properties"])
        kinds = [_name(part["then"]) for part in schema.get("allOf", ()) if "then" in part]
        links = [self.section(_heading(name), self._definitions[name], here) for name in kinds]
        if links:
            yield f"More keys for each type: {', '.join(links)}.\n"

    def _row(self, heading: str, key: str, value: _Schema, required: list[str]) -> str:
        name = f"**`{key}`**" if key in required else f"`{key}`"
        default = f"`{_yaml(value['default'])}`" if "default" in value else ""
        inner = self._definitions[_name(value)] if "$ref" in value else value
        meaning = next(
            (part[about] for part in (value, inner) for about in ("description", "title") if about in part), ""
        )
        above = "" if heading == "Workflow file" else f"{heading} "
        kind = self._kind(value, f"{above}{key}" if above else key.capitalize())
        return "| " + " | ".join(text.replace("|", r"\|") for text in (name, kind, default, meaning)) + " |"

    def _kind(self, value: _Schema, heading: str) -> str:
        """What a value may be, in a few words; the heading is for keys that it may have."""
        if "$ref" in value:
            name = _name(value)
            if name in _SIMPLE:
                return _SIMPLE[name]
            return self._kind(self._definitions[name], _heading(name))
        if "enum" in value:
            return ", ".join(f"`{_yaml(item)}`" for item in value["enum"] if item is not None)
        if "properties" in value:
            return self.section(heading, value)
        if "anyOf" in value:
            return _either(self._kind(item, heading) for item in value["anyOf"])
        types = value.get("type", [])
        return _either(self._of_type(kind, value, heading) for kind in ([types] if isinstance(types, str) else types))

    def _of_type(self, kind: str, value: _Schema, heading: str) -> str:
        if kind == "array":
            return f"list of {self._kind(value['items'], heading)}" if "items" in value else "list"
        if kind == "object":
            inner = value.get("additionalProperties")
            return f"mapping of names to {self._kind(inner, heading)}" if isinstance(inner, dict) else "mapping"
        return _TYPES.get(kind, kind)


_SIMPLE = {
    "expression": "",
    "text": "text",
    "word": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "texts": "list of text",
    "duration": "duration",
    "integers": "integer or list of integer",
}
_TYPES = {"string": "text", "null": ""}


def _name(reference: _Schema) -> str:
    name: str = reference["$ref"].rpartition("/")[2]
    return name


def _heading(definition: str) -> str:
    """probe_tcp_port -> Probe tcp_port."""
    return definition.capitalize().replace("_", " ", 1)


def _either(kinds: Iterable[str]) -> str:
    """Kinds in one cell; a section is a mapping or a list of the same bodies, of which one is said."""
    said = list(dict.fromkeys(filter(None, kinds)))
    if len(said) == 2 and said[0].startswith("mapping of names to ") and said[1].startswith("list of "):
        return said[0].replace("mapping of names to", "section of", 1)
    return " or ".join(said)


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
