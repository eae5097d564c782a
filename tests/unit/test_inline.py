"""Variables that are known are put in place of the expressions that name them, and the plan stays the same."""

import dataclasses
from pathlib import Path

import pytest
from compilation import workflow
from hypothesis import given, settings
from hypothesis import strategies as st
from sflowc.driver import compile_workflow, compose_workflow
from sflowc.inline import inline_variables
from sflowc.ir.dump import plan_to_json
from sflowc.render.workflow_yaml import workflow_yaml
from sflowc.source.compose import Overrides


def resolved(text: str, **overrides: tuple[str, ...]) -> str:
    document = compose_workflow([("w.yaml", text.encode())], Overrides(**overrides)).document
    assert document is not None
    return workflow_yaml(inline_variables(document))


def plan_of(text: str, without: set[str] = frozenset()) -> dict:  # type: ignore[assignment]
    """The plan, without what says how the variables were written."""
    done = compile_workflow([("w.yaml", text.encode())])
    assert done.plan is not None, [f"{found.span} {found.message}" for found in done.diagnostics]
    plan = plan_to_json(dataclasses.replace(done.plan, sources=()))
    for task in plan["tasks"]:
        task["env"] = {name: value for name, value in task["env"].items() if name not in without}
        words = task["argv"]  # a container is told the names of its variables
        task["argv"] = [
            word for word, after in zip(words, [*words[1:], ""], strict=True) if {word, after}.isdisjoint(without)
        ]
    return {
        key: value for key, value in plan.items() if key not in ("variables", "domains", "shaped", "workflow_timeout")
    }


def same(text: str) -> str:
    """The resolved text, once it has been seen to compile to the same plan."""
    after = resolved(text)
    gone = set(variables(text)) - set(variables(after))
    assert plan_of(after) == plan_of(text, gone)
    return after


def variables(text: str) -> dict:
    done = compile_workflow([("w.yaml", text.encode())])
    assert done.plan is not None
    return {variable.name: variable.value for variable in done.plan.variables}


HEAD = 'version: "0.1"\n'


@pytest.mark.parametrize(
    ("declared", "task", "left"),
    [
        ("N: {value: 2, type: integer}", 'name: t, timeout: "${{ N }}m", script: [a]', []),
        ("P: 80", 'name: t, script: ["serve ${{ variables.P }} ${{ P }}x"]', []),
        ('P: 80, U: "http://h:${{ P }}/"', 'name: t, script: ["get ${{ U }}"]', []),
        ("P: 80", 'name: t, script: ["serve ${{ P }}", "echo $P"]', ["P"]),
        ('P: 80, U: "h:${{ P }}"', 'name: t, script: ["get ${{ U }}", "echo $P"]', ["P", "U"]),
        ("NCCL_DEBUG: INFO", "name: t, script: [a]", ["NCCL_DEBUG"]),
        ("N: {value: 2, type: integer}", 'name: t, replicas: {count: "${{ N }}"}, script: ["a ${{ N }}"]', ["N"]),
        ("N: {value: 2, domain: [2, 3]}", 'name: t, replicas: {variables: [N]}, script: ["a ${{ N }}"]', ["N"]),
        ("API_TOKEN: x", 'name: t, script: ["a ${{ API_TOKEN }}"]', ["API_TOKEN"]),
        (
            "A: {value: 2, type: integer}, B: 7",
            'name: t, script: ["${{ A + 1 }} ${{ task.t.nodes[0].name }} ${{ B }}"]',
            [],
        ),
        ("A: 1", 'name: t, script: ["${{ task.t.nodes[0].name + variables.A }}"]', ["A"]),
        ("L: {value: [1, 2], type: list}", 'name: t, script: ["${{ L }}"]', ["L"]),
        ("A: x", 'name: t, script: ["a ${{- A }}"]', ["A"]),
    ],
)
def test_what_stays(declared: str, task: str, left: list[str]) -> None:
    text = one(declared, task)
    assert list(variables(same(text))) == left


def one(declared: str, task: str, **more: str) -> str:
    """A workflow of one task and these global variables."""
    tasks = workflow(task, **more)
    return f"{HEAD}variables: {{{declared}}}\n{tasks}"


def test_a_workflow_variable_that_hides_a_global_one_stays() -> None:
    text = one("A: g", 'name: t, script: ["a ${{ A }}"]', body="variables: {A: w}")
    assert [line.strip() for line in same(text).splitlines() if "A:" in line] == ["A: g", "A: w"]


def test_one_node_behind_an_alias_means_two_things() -> None:
    tasks = workflow("name: t, script: &s ['a ${{ A }}'], variables: {A: own}", "name: u, script: *s")
    text = f"{HEAD}variables: {{A: global}}\n{tasks}"
    assert "${{ A }}" in same(text)


def test_what_the_command_line_sets_is_inlined() -> None:
    text = one("A: 1", 'name: t, script: ["a ${{ A }}"]')
    assert "- a 5\n" in resolved(text, sets=("A=5",))


ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = [(path,) for path in sorted((ROOT / "samples").glob("*.yaml"))]
WORKFLOWS += [tuple(sorted(folder.glob("*.yaml"))) for folder in sorted((ROOT / "golden" / "cases").glob("*/"))]


@pytest.mark.parametrize(
    "files", [files for files in WORKFLOWS if files], ids=lambda files: f"{files[0].parent.name}-{files[0].stem}"
)
def test_samples_mean_the_same(files: tuple[Path, ...]) -> None:
    document = compose_workflow([(path.name, path.read_bytes()) for path in files]).document
    assert document is not None
    same(workflow_yaml(document))


NAMES = ("A", "B", "C")
_VALUES = st.sampled_from(
    ["1", "'1'", "2.5", "true", "'yes'", "text", "'a b'", "{value: 3, type: integer}", "{value: 4}", "'${{ A }}x'"]
)
_LINES = st.lists(
    st.sampled_from(
        [
            "${{ A }}",
            "${{ variables.B }}",
            "$C",
            "${C}",
            "${{ C | upper }}",
            "${{ A ~ B }}",
            "${{ B if A else C }}",
            "plain",
            "'",
            "${{ task.t.nodes[0].name }}",
        ]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(_VALUES, min_size=3, max_size=3), st.lists(_LINES, min_size=1, max_size=3), st.booleans())
def test_any_workflow_means_the_same(values: list[str], lines: list[str], at_workflow: bool) -> None:
    values[0] = values[0].replace("${{ A }}x", "first")
    declared = "variables: {" + ", ".join(f"{name}: {value}" for name, value in zip(NAMES, values, strict=True)) + "}"
    script = "".join(f"\n      - |\n        {line}" for line in lines)
    level = ("", f"\n  {declared}") if at_workflow else (f"{declared}\n", "")
    text = f"{HEAD}{level[0]}workflow:\n  name: w{level[1]}\n  tasks:\n  - name: t\n    script:{script}\n"
    if compile_workflow([("w.yaml", text.encode())]).plan is not None:
        same(text)
