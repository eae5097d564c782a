"""The page on the keys of the language says every key of the schema, and links only to what is there."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sflowc import resources
from sflowc.render.language_page import language_page

SCHEMA = json.loads(resources.read_text("schemas", "workflow.schema.json"))


def keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from keys(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys(inner)


def test_every_key_is_there() -> None:
    page = language_page(SCHEMA)
    said = set(re.findall(r"^\| \**`(\w+)`\** \|", page, re.MULTILINE))
    assert said == set(keys(SCHEMA))


def test_links_lead_to_headings() -> None:
    page = language_page(SCHEMA)
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert len(set(headings)) == len(headings)
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= {heading.lower().replace(" ", "-") for heading in headings}


def test_what_a_value_may_be_and_means() -> None:
    page = language_page(SCHEMA)
    assert "| **`port`** | integer |  | The port, 1 to 65535 |" in page
    assert (
        "| `type` | `local`, `slurm` |  | What it is |" in page
        or "| **`type`** | `local`, `slurm` |  | What it is |" in page
    )
    assert "| `label` | boolean | `true` | Whether every line of output begins with the number of its process |" in page
    assert "| `operators` | section of [Operator](#operator) |  | How tasks run |" in page
