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
from ..diagnostics import Reporter, Span, did_you_mean, nearest
from ..ir.tree import Mapping, Node, Scalar, Sequence, to_python

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_NAMED = ("variable", "artifact", "backend", "operator", "task")


@functools.cache
def schema(name: str = "workflow") -> dict[str, Any]:
    """The schema of the language, of a cluster profile, or of patterns for logs."""
    loaded: dict[str, Any] = json.loads(resources.read_text("schemas", f"{name}.schema.json"))
    return loaded


def validate(root: Mapping, report: Reporter) -> None:
    """Reports everything in a file that the schema does not allow."""
    _Validator(schema(), report).check(root, schema(), "the file")


def validate_cluster(root: Mapping, report: Reporter) -> None:
    """Reports everything in a cluster profile that its schema does not allow."""
    _Validator(schema("cluster"), report).check(root, schema("cluster"), "the cluster profile")


def validate_patterns(root: Mapping, report: Reporter) -> None:
    """Reports everything in a file of patterns for logs that its schema does not allow."""
    _Validator(schema("patterns"), report).check(root, schema("patterns"), "the file of patterns")


def validate_part(node: Node, definition: str, what: str, report: Reporter) -> None:
    """Reports everything in `node` that the definition of that name does not allow."""
    _Validator(schema(), report).check(node, {"$ref": f"#/$defs/{definition}"}, what)


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
        """The schema with what its `$ref` names put in; what is required there and here are both."""
        while "$ref" in schema:
            target = self.root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
            required = [*target.get("required", ()), *schema.get("required", ())]
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
            if required:
                schema["required"] = required
        return schema

    def check(self, node: Node, schema: dict[str, Any], what: str) -> None:
        what = _named(node, schema, what)
        schema = self.resolve(schema)
        if "anyOf" in schema:
            self.any_of(node, schema, what)
        elif "type" in schema and not _has_type(node, schema):
            self.wrong_type(node, schema, what)
        elif "enum" in schema and not _is_one_of(node, schema["enum"]):
            self.wrong_word(node, schema, what)
        elif isinstance(node, Mapping):
            self.mapping(node, schema, what)
        elif isinstance(node, Sequence):
            self.sequence(node, schema, what)

    def any_of(self, node: Node, schema: dict[str, Any], what: str) -> None:
        """Takes the branch that the node's shape asks for; complains about all when no shape fits."""
        branches = self.branches(schema)
        if isinstance(node, Scalar):
            if not any(_fits(node, self.resolve(branch)) for branch in branches):
                self.wrong_type(node, {"anyOf": [self.resolve(branch) for branch in branches]}, what)
            return
        for branch in branches:
            resolved = self.resolve(branch)
            if "type" in resolved and _has_type(node, resolved):
                self.check(node, branch, what)
                return
        self.wrong_type(node, {"anyOf": [self.resolve(branch) for branch in branches]}, what)

    def branches(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        """The branches of an anyOf, those of an anyOf among them in its place."""
        found: list[dict[str, Any]] = []
        for branch in schema["anyOf"]:
            resolved = self.resolve(branch)
            found += self.branches(resolved) if "anyOf" in resolved else [branch]
        return found

    def mapping(self, node: Mapping, schema: dict[str, Any], what: str) -> None:
        properties: dict[str, Any] = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        for key, entry in node.entries.items():
            if key in properties:
                self.check(entry.value, properties[key], f"'{key}'")
            elif more is False:
                self.unknown_key(key, entry.key_span, properties, what)
            elif isinstance(more, dict):
                self.check(entry.value, more, f"'{key}'")
        meant = {nearest(key, properties) for key in node.entries if key not in properties}
        for key in schema.get("required", ()):
            if key not in node and not (more is False and key in meant):  # a typing error is reported once
                self.report.error("missing-key", f"{what} has no '{key}'", _start(node.span))
        if "oneOf" in schema:
            self.one_key(node, [branch["required"][0] for branch in schema["oneOf"]], what)
        for rule in schema.get("allOf", ()):
            ((key, wanted),) = rule["if"]["properties"].items()
            if key in node and to_python(node.entries[key].value) == wanted["const"]:
                self.check(node, rule["then"], f"{what} of type {wanted['const']}")

    def unknown_key(self, key: str, span: Span, properties: dict[str, Any], what: str) -> None:
        advice = did_you_mean(key, properties, what="expected one of")
        self.report.error("unknown-key", f"{what} has no key '{key}'", span, help=advice)

    def one_key(self, node: Mapping, keys: list[str], what: str) -> None:
        present = [key for key in keys if key in node and to_python(node.entries[key].value) is not None]
        if len(present) == 1:
            return
        wrong = f"has {' and '.join(present)}" if present else "has no check"
        advice = f"give exactly one of {', '.join(keys)}"
        self.report.error("probe-kind", f"{what} {wrong}", _start(node.span), help=advice)

    def sequence(self, node: Sequence, schema: dict[str, Any], what: str) -> None:
        if len(node) < schema.get("minItems", 0):
            self.report.error("empty-list", f"{what} is an empty list", node.span, help="give at least one item")
        for item in node:
            if "items" in schema:
                self.check(item, schema["items"], f"an item of {what}")

    def wrong_word(self, node: Node, schema: dict[str, Any], what: str) -> None:
        words = [str(word) for word in schema["enum"] if word is not None]
        found = node.text if isinstance(node, Scalar) else _KINDS[type_of(node)]
        if isinstance(node, Scalar) and found in words:
            self.report.error(
                "not-quoted",
                f"{what} must be the text '{found}'; without quotes it is {_KINDS[type_of(node)]}",
                node.span,
                help=f'quote it: "{found}"',
            )
            return
        self.report.error(
            "unknown-value",
            f"{what} cannot be '{found}'",
            node.span,
            note=f"expected {'one of ' if len(words) > 1 else ''}{', '.join(words)}",
            help=f"did you mean '{near}'?" if (near := nearest(found, words)) else "",
        )

    def wrong_type(self, node: Node, schema: dict[str, Any], what: str) -> None:
        self.report.error(
            "wrong-type",
            f"{what} must be {_expected(schema)}, not {_found(node)}",
            _start(node.span) if isinstance(node, Mapping) else node.span,
            help=_advice(node, schema, what),
        )


def _named(node: Node, schema: dict[str, Any], what: str) -> str:
    """'train' -> task 'train', when the schema is that of a thing with a name; an item of a list says its own."""
    kind = schema.get("$ref", "").rsplit("/", 1)[-1]
    if kind not in _NAMED or not isinstance(node, Mapping):
        return what
    name = node.get("name")
    if what.startswith("an item") and isinstance(name, Scalar):
        return f"{kind} '{name.text}'"
    return f"{kind} {what}" if what.startswith("'") else what


def _start(span: Span) -> Span:
    """Where a mapping begins: all of it is too much to point at."""
    return Span(span.file, span.line, span.column)


def _has_type(node: Node, schema: dict[str, Any]) -> bool:
    allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = type_of(node)
    if kind == "number" and isinstance(node, Scalar) and float(node.value or 0).is_integer():
        return "integer" in allowed or "number" in allowed  # 2.0 is a whole number, says JSON Schema
    return kind in allowed or (kind == "integer" and "number" in allowed)


def _is_one_of(node: Node, words: list[Any]) -> bool:
    value = to_python(node)
    return any(value == word and isinstance(value, bool) == isinstance(word, bool) for word in words)


def _fits(node: Scalar, schema: dict[str, Any]) -> bool:
    """Whether a scalar is what one branch of an anyOf takes."""
    if "enum" in schema:
        return _is_one_of(node, schema["enum"])
    if "type" in schema and not _has_type(node, schema):
        return False
    return "pattern" not in schema or re.search(schema["pattern"], str(node.value)) is not None


def _expected(schema: dict[str, Any]) -> str:
    alternatives: dict[str, None] = {}
    for branch in schema.get("anyOf", [schema]):
        if "description" in branch and "pattern" in branch:
            alternatives[branch["description"]] = None
            continue
        kinds = branch.get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        for kind in kinds:
            if kind != "null" and not ("string" in kinds and kind in ("number", "boolean")):  # text may be any scalar
                alternatives[_KINDS[kind]] = None
    words = list(alternatives)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _found(node: Node) -> str:
    if isinstance(node, Scalar) and node.value is not None:
        text = node.text if len(node.text) <= 40 else f"{node.text[:37]}..."
        return f"{_KINDS[type_of(node)]} ({text!r})" if isinstance(node.value, str) else f"the value {text}"
    return _KINDS[type_of(node)]


def _advice(node: Node, schema: dict[str, Any], what: str) -> str:
    if isinstance(node, Mapping) and what.startswith("an item of "):
        return "quote the line: YAML reads 'word: ' as the key of a mapping"
    if isinstance(node, Scalar) and node.value is not None and "array" in str(schema.get("type", "")):
        return "write a list: [item, item], or a '- item' on each line"
    return ""
