"""Validates a spanned tree against the JSON Schema of the language.

In: a file's tree. Out: diagnostics, each at the place that is wrong, with what would be right. The schema is
schemas/workflow.schema.json; this walks the part of JSON Schema 2020-12 that it uses, on nodes that know their place.
(`jsonschema` would need 0.1 s to import and knows no places; a test holds the two against each other.)
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from .. import resources
from ..diagnostics import Reporter, did_you_mean, nearest
from ..ir.tree import Mapping, Node, Scalar, Sequence, to_python

_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@functools.cache
def schema() -> dict[str, Any]:
    """The schema of the language."""
    loaded: dict[str, Any] = json.loads(resources.read_text("schemas", "workflow.schema.json"))
    return loaded


def validate(root: Mapping, report: Reporter) -> None:
    """Reports everything in a file that the schema does not allow."""
    _Validator(schema(), report).check(root, schema(), "the file")


def validate_part(node: Node, definition: str, what: str, report: Reporter) -> None:
    """Reports everything in `node` that the definition of that name does not allow."""
    _Validator(schema(), report).check(node, schema()["$defs"][definition], what)


def type_of(node: Node) -> str:
    """The JSON type of a node."""
    if isinstance(node, Mapping):
        return "object"
    if isinstance(node, Sequence):
        return "array"
    value = node.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "integer" if isinstance(value, int) else "number"
    return "string"


class _Validator:
    def __init__(self, root: dict[str, Any], report: Reporter) -> None:
        self.root = root
        self.report = report

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = {**schema, **self.root["$defs"][schema["$ref"].rsplit("/", 1)[1]]}
            schema = {key: value for key, value in schema.items() if key != "$ref"}
        for part in schema.get("allOf", ()):
            schema = {**self.resolve(part), **{key: value for key, value in schema.items() if key != "allOf"}}
        return schema

    def check(self, node: Node, schema: dict[str, Any], what: str) -> None:
        schema = self.resolve(schema)
        if "anyOf" in schema:
            self.any_of(node, schema, what)
        elif "type" in schema and not self.has_type(node, schema):
            self.wrong_type(node, schema, what)
        elif "enum" in schema and to_python(node) not in schema["enum"]:
            self.wrong_word(node, schema, what)
        elif isinstance(node, Mapping):
            self.mapping(node, schema, what)
        elif isinstance(node, Sequence):
            self.sequence(node, schema, what)

    def has_type(self, node: Node, schema: dict[str, Any]) -> bool:
        allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kind = type_of(node)
        if kind in allowed or (kind == "integer" and "number" in allowed):
            return True
        return bool(schema.get("asText")) and kind in ("integer", "number", "boolean")

    def fits(self, node: Node, schema: dict[str, Any]) -> bool:
        """Whether a scalar is what one branch of an anyOf takes."""
        schema = self.resolve(schema)
        if "enum" in schema:
            return to_python(node) in schema["enum"]
        if not self.has_type(node, schema):
            return False
        pattern = schema.get("pattern")
        return pattern is None or not isinstance(node, Scalar) or re.search(pattern, str(node.value)) is not None

    def any_of(self, node: Node, schema: dict[str, Any], what: str) -> None:
        """Takes the branch that the node's shape asks for; complains about all when no shape fits."""
        branches = [self.resolve(branch) for branch in schema["anyOf"]]
        for branch in branches:
            if "anyOf" in branch and isinstance(node, Scalar):
                branches += [self.resolve(inner) for inner in branch["anyOf"]]
        if isinstance(node, Scalar):
            if not any(self.fits(node, branch) for branch in branches if "anyOf" not in branch):
                self.wrong_type(node, {"anyOf": branches}, what)
            return
        for branch in branches:
            if "type" in branch and self.has_type(node, branch):
                self.check(node, branch, what)
                return
        self.wrong_type(node, {"anyOf": branches}, what)

    def mapping(self, node: Mapping, schema: dict[str, Any], what: str) -> None:
        properties: dict[str, Any] = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        for key, entry in node.entries.items():
            if key in properties:
                self.check(entry.value, properties[key], f"'{key}'")
            elif more is False:
                self.report.error(
                    "unknown-key",
                    f"{what} has no key '{key}'",
                    entry.key_span,
                    help=did_you_mean(key, properties, what="keys"),
                )
            elif isinstance(more, dict):
                self.check(entry.value, more, f"'{key}'")
        for key in schema.get("required", ()):
            if key not in node:
                near = nearest(key, [k for k in node.entries if k not in properties])
                advice = f"is '{near}' meant to be it?" if near else ""
                self.report.error("missing-key", f"{what} has no '{key}'", node.span, help=advice)
        if "oneKeyOf" in schema:
            self.one_key(node, schema["oneKeyOf"], what)

    def one_key(self, node: Mapping, keys: list[str], what: str) -> None:
        present = [key for key in keys if key in node and to_python(node.entries[key].value) is not None]
        if len(present) == 1:
            return
        wrong = f"has {' and '.join(present)}" if present else "has no check"
        self.report.error("probe-kind", f"{what} {wrong}", node.span, help=f"give exactly one of {', '.join(keys)}")

    def sequence(self, node: Sequence, schema: dict[str, Any], what: str) -> None:
        if len(node) < schema.get("minItems", 0):
            self.report.error("empty-list", f"{what} is an empty list", node.span, help="give at least one item")
        for item in node:
            if "items" in schema:
                self.check(item, schema["items"], f"an item of {what}")

    def wrong_word(self, node: Node, schema: dict[str, Any], what: str) -> None:
        words = [str(word) for word in schema["enum"] if word is not None]
        found = node.text if isinstance(node, Scalar) else _NAMES[type_of(node)]
        self.report.error(
            "unknown-value",
            f"{what} cannot be '{found}'",
            node.span,
            note=f"expected one of {', '.join(words)}",
            help=did_you_mean(found, words, what="it can be"),
        )

    def wrong_type(self, node: Node, schema: dict[str, Any], what: str) -> None:
        self.report.error(
            "wrong-type",
            f"{what} must be {_expected(schema)}, not {_found(node)}",
            node.span,
            help=_advice(node, schema, what),
        )


def _expected(schema: dict[str, Any]) -> str:
    alternatives: dict[str, None] = {}
    for branch in schema.get("anyOf", [schema]):
        if "description" in branch and "pattern" in branch:
            alternatives[branch["description"]] = None
            continue
        kinds = branch.get("type", [])
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if kind != "null":
                alternatives[_NAMES[kind]] = None
    words = list(alternatives)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _found(node: Node) -> str:
    if isinstance(node, Scalar) and node.value is not None:
        text = node.text if len(node.text) <= 40 else f"{node.text[:37]}..."
        return f"{_NAMES[type_of(node)]} ({text!r})" if isinstance(node.value, str) else f"the value {text}"
    return _NAMES[type_of(node)]


def _advice(node: Node, schema: dict[str, Any], what: str) -> str:
    if isinstance(node, Mapping) and what == "an item of 'script'":
        return "quote the line: YAML reads 'word: ' as the key of a mapping"
    if isinstance(node, Scalar) and "array" in str(schema.get("type", "")):
        return "write a list: [item, item], or a '- item' on each line"
    return ""
