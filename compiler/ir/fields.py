"""Fragments of JSON Schema for a field, by what it takes. The tables of probes, operators and artifacts are made of them.

In: a description. Out: a schema fragment that refers to a definition of schemas/workflow.schema.json. Every kind of
field takes an expression as well, since its value is known only after variables are.

    integer("the port")  # {"$ref": "#/$defs/integer", "description": "the port"}
"""

from __future__ import annotations

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]


def _reference(definition: str, description: str, **more: object) -> Schema:
    return {"$ref": f"#/$defs/{definition}", "description": description, **more}


def text(description: str, **more: object) -> Schema:
    """Text; a number or a boolean is taken as its text."""
    return _reference("text", description, **more)


def integer(description: str, **more: object) -> Schema:
    """A whole number, or text that reads as one."""
    return _reference("integer", description, **more)


def number(description: str, **more: object) -> Schema:
    """A number, or text that reads as one."""
    return _reference("number", description, **more)


def boolean(description: str, **more: object) -> Schema:
    """true or false, or text that reads as one."""
    return _reference("boolean", description, **more)


def texts(description: str, **more: object) -> Schema:
    """A list of texts."""
    return _reference("texts", description, **more)


def body(title: str, properties: dict[str, Schema], required: tuple[str, ...] = (), **more: object) -> Schema:
    """A mapping with exactly these keys."""
    schema: Schema = {
        "title": title,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    return {**schema, **more}
