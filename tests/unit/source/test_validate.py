"""Validation: the same verdict as jsonschema's on any document, and messages that say where and what instead."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sflowc.diagnostics import Diagnostic, Reporter
from sflowc.ir.tree import to_python
from sflowc.schema import workflow_schema, workflow_schema_text
from sflowc.source.load import load
from sflowc.source.validate import schema, validate

ROOT = Path(__file__).resolve().parents[3]
FILES = [*sorted((ROOT / "samples").glob("*.yaml")), *sorted((ROOT / "golden" / "cases").glob("*/*.yaml"))]
VALUES = (
    None,
    "",
    "x",
    "7",
    "true",
    "1h",
    "${{ x }}",
    0,
    3,
    -1,
    2.0,
    1.5,
    True,
    [],
    ["x"],
    [{}],
    {},
    {"name": "x"},
    {"value": 1},
)


def found(text: str) -> list[Diagnostic]:
    report = Reporter()
    root = load("f.yaml", text.encode(), report).root
    assert root is not None
    validate(root, report)
    return list(report)


def test_the_schema_in_the_tree_is_the_assembled_one() -> None:
    text = (ROOT / "schemas" / "workflow.schema.json").read_text(encoding="utf-8")
    assert text == workflow_schema_text(), "run make schema"
    assert schema() == workflow_schema()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(workflow_schema())


def test_the_schema_uses_no_words_but_those_of_json_schema() -> None:
    known = set(jsonschema.Draft202012Validator.VALIDATORS) | {"$schema", "$id", "$defs", "title", "description"}
    known |= {"default", "then", "else"}
    used: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            used.update(part)
            for key, value in part.items():
                for inner in value.values() if key in ("properties", "$defs") else [value]:
                    walk(inner)
        elif isinstance(part, list):
            for item in part:
                walk(item)

    walk(workflow_schema())
    assert used - known == set()


def properties(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, dict):
        inside_condition = path.endswith(("/if", "/oneOf"))
        for name, value in part.get("properties", {}).items():
            if not inside_condition:
                yield f"{path}/{name}", value
        for key, value in part.items():
            yield from properties(value, f"{path}/{key}")
    elif isinstance(part, list):
        for item in part:
            yield from properties(item, path)


def test_every_property_says_what_it_is_for() -> None:
    """Editors show it."""
    definitions = workflow_schema()["$defs"]
    silent = []
    for path, value in properties(workflow_schema()):
        target = definitions.get(value.get("$ref", "").rsplit("/", 1)[-1], {})
        if not any(part.get(word) for part in (value, target) for word in ("title", "description")):
            silent.append(path)
    assert silent == []


def edits(document: Any) -> Iterator[Any]:
    """Copies of a document with one thing changed, taken out or added, everywhere."""
    for path in list(paths(document)):
        for value in VALUES:
            changed = copy.deepcopy(document)
            if not path:
                continue
            parent = at(changed, path[:-1])
            parent[path[-1]] = copy.deepcopy(value)
            yield changed
        changed = copy.deepcopy(document)
        if path:
            del at(changed, path[:-1])[path[-1]]
            yield changed
        changed = copy.deepcopy(document)
        if isinstance(at(changed, path), dict):
            at(changed, path)["surprise"] = 1
            yield changed


def paths(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in children:
        yield from paths(value, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_our_verdict_is_that_of_jsonschema(file: Path) -> None:
    report = Reporter()
    root = load("f.yaml", file.read_bytes(), report).root
    document = to_python(root)  # type: ignore[arg-type]
    judge = jsonschema.Draft202012Validator(workflow_schema())
    assert judge.is_valid(document)
    every = list(edits(document))
    some = random.Random(file.name).sample(every, min(150, len(every)))
    verdicts = {True: 0, False: 0}
    for edited in some:
        text = json.dumps(edited, ensure_ascii=False)
        assert judge.is_valid(edited) == (found(text) == []), text
        verdicts[found(text) == []] += 1
    assert min(verdicts.values()) > 10


START = 'version: "0.1"\nworkflow:\n  name: w\n  tasks:\n    a:\n'


@pytest.mark.parametrize(
    ("body", "code", "place", "message", "more"),
    [
        ("      script: [ls]\n      scripts: [x]", "unknown-key", (7, 7), "task 'a' has no key 'scripts'", "'script'"),
        ("      scrpt: [ls]", "unknown-key", (6, 7), "task 'a' has no key 'scrpt'", "did you mean 'script'?"),
        ("      backend: b", "missing-key", (6, 7), "task 'a' has no 'script'", ""),
        ("      script: ls -l", "wrong-type", (6, 15), "'script' must be a list, not text ('ls -l')", "- item"),
        ("      script: []", "empty-list", (6, 15), "'script' is an empty list", "at least one"),
        ("      script:\n        - echo: hi", "wrong-type", (7, 11), "an item of 'script' must be text, not a mapping", "quote"),
        ("      script: [~]", "wrong-type", (6, 16), "an item of 'script' must be text, not nothing", ""),
        ("      script: [ls]\n      timeout: soon", "wrong-type", (7, 16), "'timeout' must be a number, seconds", ""),
        ("      script: [ls]\n      strict: maybe", "wrong-type", (7, 15), "'strict' must be true or false", ""),
        ("      script: [ls]\n      retries: {count: 1}", "missing-key", (7, 16), "'retries' has no 'interval'", ""),
        (
            "      script: [ls]\n      probes: {readiness: {delay: 1}}",
            "probe-kind", (7, 27), "'readiness' has no check", "exactly one of",
        ),
        (
            "      script: [ls]\n      probes: {readiness: {tcp_port: {port: 1}, http_get: {url: x}}}",
            "probe-kind", (7, 27), "'readiness' has http_get and tcp_port", "exactly one of",
        ),
        ("      script: [ls]\n      depends_on: b", "wrong-type", (7, 19), "'depends_on' must be a list", "[item, item]"),
    ],
)  # fmt: skip
def test_mistakes_in_a_task(body: str, code: str, place: tuple[int, int], message: str, more: str) -> None:
    first = next(each for each in found(f"{START}{body}\n") if each.code == code)
    assert first.span is not None
    assert (first.span.line, first.span.column) == place
    assert first.message.startswith(message)
    assert more in first.help


@pytest.mark.parametrize(
    ("text", "code", "message", "more"),
    [
        ("version: 0.1", "not-quoted", "'version' must be the text '0.1'; without quotes it is a number", 'quote it: "0.1"'),
        ('version: "0.2"', "unknown-value", "'version' cannot be '0.2'", ""),
        ("worflow: {}", "unknown-key", "the file has no key 'worflow'", "did you mean 'workflow'?"),
        ("x: 1", "unknown-key", "the file has no key 'x'", "expected one of: artifacts, backends,"),
        ("variables: 3", "wrong-type", "'variables' must be a mapping or a list, not the value 3", ""),
        ("variables: [{name: A}]", "missing-key", "variable 'A' has no 'value'", ""),
        ("variables: {A: {value: 1, type: int}}", "unknown-value", "'type' cannot be 'int'", "did you mean 'integer'?"),
        ("backends: {b: {type: slrum}}", "unknown-value", "'type' cannot be 'slrum'", "did you mean 'slurm'?"),
        ("operators: {o: {type: srun, imagee: x}}", "unknown-key", "operator 'o' of type srun has no key 'imagee'", ""),
        ("operators: [{name: o, type: bash, x: x}]", "unknown-key", "operator 'o' of type bash has no key 'x'", ""),
        ("operators: [{type: bash}]", "missing-key", "an item of 'operators' has no 'name'", ""),
        ("artifacts: {a: {uri: [x]}}", "wrong-type", "'uri' must be text, not a list", ""),
        ("backends: {b: {type: slurm, nodes: many}}", "wrong-type", "'nodes' must be a whole number, text that", ""),
    ],
)  # fmt: skip
def test_mistakes_elsewhere(text: str, code: str, message: str, more: str) -> None:
    (one,) = found(text)
    assert one.code == code
    assert one.message.startswith(message)
    assert more in one.help


def test_a_typing_error_is_reported_once() -> None:
    assert [each.code for each in found(f"{START}      scrpt: [ls]\n")] == ["unknown-key"]


def test_every_mistake_is_found_at_once() -> None:
    codes = [
        each.code for each in found("version: 0.1\nx: 1\nvariables: 3\nbackends: {b: {type: local, y: 1, nodes: x}}\n")
    ]
    assert codes == ["not-quoted", "unknown-key", "wrong-type", "unknown-key", "wrong-type"]
