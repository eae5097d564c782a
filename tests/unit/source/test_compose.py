"""Merging files, and what --set, --artifact and --missable-tasks change."""

from typing import Any

import pytest
from sflowc.diagnostics import COMMAND_LINE, Reporter
from sflowc.ir.tree import Mapping, to_python
from sflowc.source.compose import Document, Overrides, compose
from sflowc.source.load import load
from sflowc.source.overrides import read_value

HEAD = 'version: "0.1"\nworkflow:\n  name: w\n'
TASK = "  tasks: {a: {script: [ls]}}\n"


def composed(*texts: str, **overrides: tuple[str, ...]) -> tuple[Document | None, Reporter]:
    report = Reporter()
    files = [load(f"{number}.yaml", text.encode(), report) for number, text in enumerate(texts, start=1)]
    assert list(report) == []
    return compose(files, Overrides(**overrides), report), report


def document(*texts: str, **overrides: tuple[str, ...]) -> Document:
    done, report = composed(*texts, **overrides)
    assert done is not None, list(report)
    return done


def errors(*texts: str, **overrides: tuple[str, ...]) -> list[tuple[str, str]]:
    done, report = composed(*texts, **overrides)
    assert done is None
    return [(found.code, str(found.span)) for found in report]


def body(entries: dict[str, Any], name: str) -> Any:
    return to_python(entries[name].value)


def test_a_later_files_entry_replaces_the_earlier_whole_one() -> None:
    merged = document(
        f"{HEAD}{TASK}variables: {{A: {{value: 1, type: integer}}, B: 2}}",
        "variables: [{name: A, value: 3}]\nbackends: {b: {type: local}}",
    )
    assert body(merged.sections["variables"], "A") == {"name": "A", "value": 3}
    assert body(merged.sections["variables"], "B") == 2
    assert list(merged.sections["variables"]) == ["A", "B"]
    assert list(merged.sections["backends"]) == ["b"]


def test_tasks_are_concatenated_and_the_last_timeout_wins() -> None:
    merged = document(
        f"{HEAD}  timeout: 10\n{TASK}",
        "workflow: {timeout: 20, variables: {V: 1}, tasks: [{name: b, script: [ls]}]}",
        "workflow: {timeout: ~}",
        "",
    )
    assert list(merged.tasks) == ["a", "b"]
    assert to_python(merged.workflow["timeout"]) == 20
    assert list(merged.workflow_variables) == ["V"]


def test_names_must_agree() -> None:
    assert document(f"{HEAD}{TASK}", "workflow: {name: w}").workflow_name is not None
    assert errors(f"{HEAD}{TASK}", "workflow: {name: v}") == [("workflow-name-conflict", "2.yaml:1:18")]


def test_what_is_missing_is_said_where_the_first_file_begins() -> None:
    everything = [("missing-name", "1.yaml:1:1"), ("missing-tasks", "1.yaml:1:1"), ("missing-version", "1.yaml:1:1")]
    assert errors("variables: {A: 1}") == everything
    assert errors("", "variables: {A: 1}") == everything
    assert errors(HEAD) == [("missing-tasks", "1.yaml:1:1")]


def test_a_name_twice_shows_both_places() -> None:
    done, report = composed(f"{HEAD}{TASK}", "workflow: {tasks: [{name: a, script: [ls]}]}")
    assert done is None
    (found,) = report
    assert (found.code, str(found.span)) == ("duplicate-name", "2.yaml:1:27")
    assert [str(label.span) for label in found.labels] == ["1.yaml:4:11"]
    twice = f"{HEAD}{TASK}variables: [{{name: A, value: 1}}, {{name: A, value: 2}}]"
    assert errors(twice) == [("duplicate-name", "1.yaml:5:41")]


@pytest.mark.parametrize("name", ["''", "~"])
def test_an_entry_without_a_name(name: str) -> None:
    assert errors(f"{HEAD}{TASK}backends: [{{name: {name}, type: local}}]") == [("missing-key", "1.yaml:5:12")]


def test_a_body_may_only_repeat_its_name() -> None:
    assert document(f"{HEAD}{TASK}backends: {{b: {{name: b, type: local}}}}")
    assert errors(f"{HEAD}{TASK}backends: {{b: {{name: c, type: local}}}}") == [("name-conflict", "1.yaml:5:22")]


WAITING = """
  tasks:
    - {name: agg, script: [ls]}
    - {name: n, script: [ls], replicas: {count: 2}}
    - {name: s, script: [ls], replicas: {variables: [V]}}
    - name: b
      script: [ls]
      depends_on: [agg, %s]
      probes: {readiness: {log_watch: {match_pattern: x, logger: %s}}}
"""


@pytest.mark.parametrize("absent", ["agg_server", "gone", "n_x"])
@pytest.mark.parametrize("pattern", ["{}", "*[erx]"])
def test_what_may_be_absent_is_dropped(absent: str, pattern: str) -> None:
    text = f"{HEAD}{WAITING % (absent, absent)}"
    done, report = composed(text, missable=("other", pattern.format(absent)))
    assert done is not None
    task = body(done.tasks, "b")
    assert task["depends_on"] == ["agg"]
    assert task["probes"] == {"readiness": {"log_watch": {"match_pattern": "x"}}}
    assert [(note.severity, note.code) for note in report] == [("note", "missable-task")] * 2


@pytest.mark.parametrize("there", ["agg", "n", "n_1", "s_4", "s_fast"])
def test_what_is_there_or_may_be_a_replica_is_kept(there: str) -> None:
    done, report = composed(f"{HEAD}{WAITING % (there, there)}", missable=("*",))
    assert done is not None
    assert body(done.tasks, "b")["depends_on"] == ["agg", there]
    assert list(report) == []


def test_without_a_pattern_nothing_is_dropped() -> None:
    assert body(document(f"{HEAD}{WAITING % ('x', 'x')}").tasks, "b")["depends_on"] == ["agg", "x"]


def test_shared_parts_of_a_tree_are_not_changed() -> None:
    text = f"{HEAD}  tasks:\n    a: &a {{script: [ls], depends_on: [gone]}}\n    b: {{<<: *a, depends_on: [a]}}\n    c: *a\n"
    loaded = load("f.yaml", text.encode(), Reporter())
    assert loaded.root is not None
    before = to_python(loaded.root)
    report = Reporter()
    done = compose([loaded], Overrides(missable=("gone",)), report)
    assert done is not None
    assert body(done.tasks, "c")["depends_on"] == []
    assert to_python(loaded.root) == before


VARIABLES = (
    f"{HEAD}  variables: {{W: 1}}\n{TASK}variables: {{A: 1, B: {{value: 1, type: integer, domain: [1, 2]}}, C: [1]}}\n"
)


@pytest.mark.parametrize(
    ("option", "name", "expected"),
    [
        ("A=x", "A", {"value": "x"}),
        ("A=", "A", {"value": ""}),
        ("A=a=b", "A", {"value": "a=b"}),
        ("A=2", "A", {"value": 2}),
        ('A={"k": [1]}', "A", {"value": {"k": [1]}}),
        ("B=2", "B", {"value": 2, "type": "integer", "domain": [1, 2]}),
        ("B=[3, 4]", "B", {"value": 3, "type": "integer", "domain": [3, 4]}),
        ("B=[]", "B", {"value": 1, "type": "integer", "domain": []}),
        ("C=5", "C", {"value": 5}),
    ],
)
def test_set(option: str, name: str, expected: object) -> None:
    assert body(document(VARIABLES, sets=(option,)).sections["variables"], name) == expected


def test_the_last_set_wins() -> None:
    assert body(document(VARIABLES, sets=("A=1", "A=2")).sections["variables"], "A") == {"value": 2}


def test_a_set_value_lies_on_the_command_line() -> None:
    merged = document(VARIABLES, sets=("A=1", "B=22"))
    value = merged.sections["variables"]["B"].value
    assert isinstance(value, Mapping)
    node = value.get("value")
    assert node is not None
    assert (node.span.file, node.span.line, node.span.column, node.span.end_column) == (COMMAND_LINE, 2, 9, 11)


@pytest.mark.parametrize(
    ("options", "code", "advice"),
    [
        ({"sets": ("A",)}, "set-syntax", "write --set NAME=VALUE"),
        ({"sets": ("AA=1",)}, "unknown-variable", "did you mean 'A'?"),
        ({"sets": ("zzz=1",)}, "unknown-variable", "global variables: A, B, C"),
        ({"sets": ("W=1",)}, "unknown-variable", "move it to the global variables to let --set reach it"),
        ({"artifacts": ("A",)}, "artifact-syntax", "write --artifact NAME=URI"),
        ({"artifacts": ("A=",)}, "artifact-syntax", "write --artifact NAME=URI"),
        ({"artifacts": ("A=fs://x",)}, "unknown-artifact", ""),
    ],
)
def test_options_that_fit_nothing(options: dict[str, tuple[str, ...]], code: str, advice: str) -> None:
    done, report = composed(VARIABLES, **options)
    assert done is None
    (found,) = report
    assert (found.code, found.help) == (code, advice)
    assert found.span is not None
    assert found.span.file == COMMAND_LINE


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("file://y", {"uri": "file://y", "content": "hi", "description": "d"}),
        ("fs:///y", {"uri": "fs:///y", "description": "d"}),
    ],
)
def test_artifact(uri: str, expected: object) -> None:
    text = f"{HEAD}{TASK}artifacts: {{M: {{uri: 'file://x', content: hi, description: d}}}}"
    assert body(document(text, artifacts=(f"M={uri}",)).sections["artifacts"], "M") == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), (" 1 ", 1), ("-3", -3), ("007", 7), ("1_000", 1000), ("1.5", 1.5), ("1e3", 1000.0), ("inf", float("inf")),
        ("true", True), ("Yes", True), ("ON", True), ("false", False), ("no", False), ("off", False), ("y", "y"),
        ("[1, 'a']", "[1, 'a']"), ('[1, "a"]', [1, "a"]), ('{"a": null}', {"a": None}), ("", ""), (" x ", " x "),
        ("0x10", "0x10"), ("1" * 4001, "1" * 4001), ("[" * 200 + "]" * 200, "[" * 200 + "]" * 200),
        ("[" * 100_000, "[" * 100_000), ("null", "null"), ("00:30:00", "00:30:00"),
    ],
)  # fmt: skip
def test_what_a_value_on_the_command_line_means(text: str, value: object) -> None:
    found = read_value(text)
    assert (found, type(found)) == (value, type(value))


def test_a_tasks_variables_have_names_of_their_own() -> None:
    twice = "  tasks: {a: {script: [ls], variables: [{name: A, value: 1}, {name: A, value: 2}]}}\n"
    assert errors(f"{HEAD}{twice}") == [("duplicate-name", "1.yaml:4:69")]
    other = "  tasks: {a: {script: [ls], variables: {A: {name: B, value: 1}}}}\n"
    assert errors(f"{HEAD}{other}") == [("name-conflict", "1.yaml:4:51")]
