"""What becomes of a task's script."""

import pytest
from compilation import SLURM, errors, script, task, tasks, workflow


def lines(*items: str, head: str = "") -> tuple[object, ...]:
    listed = "".join(f"\n    - {item}" for item in items)
    return task(f"{head}\nworkflow:\n  name: w\n  tasks:\n  - name: t\n    script:{listed}").script


def test_items_stay_as_they_are() -> None:
    assert lines("echo $A", "'  x '", "''") == ("echo $A", "  x ", "")


@pytest.mark.parametrize("item", ["010", "yes", "1e3", "0x1F", "1.50", "true"])
def test_an_item_that_looks_like_something_else_is_text_as_it_was_written(item: str) -> None:
    assert lines(item) == (item,)


def test_what_is_bashs_or_jinjas_stays() -> None:
    text = "${#a[@]} ${A:-b} $((1+2)) $(ls) {{ x }} {% if %} {# c #} {a,b}"
    assert script(text) == text
    assert script(text + " ${{ 1 }}") == text + " 1"


def test_one_newline_at_the_end_is_lost_with_an_expression_only() -> None:
    assert lines('"a ${{ 1 }}\\n\\n"', '"b\\n\\n"') == ("a 1\n", "b\n\n")


def test_expressions_take_the_white_space_around_them_along() -> None:
    assert script("a  ${{- 1 -}}  b", "a\n  ${{- 1 }}", "a ${{ 1 -}}\n b") == "a1b\na1\na 1b"


def test_tasks_know_their_own_and_others_places() -> None:
    head = "backends: {c: {type: slurm, nodes: 2, gpus_per_node: 4}}"
    found = tasks(
        workflow(
            "name: s, script: [x], replicas: {count: 2}, resources: {gpus: {count: 2}, nodes: {count: 1}}",
            "name: t, script: ['${{ task.s[1].nodes[0].name }} ${{ task.s_1.gpus }} ${{ task.s | length }}',"
            " '${{ task.t.backend }} ${{ task.t.operator }} ${{ task.t.gpus }} ${{ task[''t''].nodes[1].index }}']",
            head=head,
        )
    )["t"]
    assert [str(line) if isinstance(line, str) else line.display() for line in found.script] == [
        "<name:c:1> [0, 1] 2",
        "c default_c [] 1",
    ]


def test_a_nodes_index_is_its_place_among_the_tasks() -> None:
    text = workflow(
        "name: t, script: ['${{ task.t.nodes[0].index }} ${{ task.t.nodes[0].num_gpus }}'], resources: {nodes: {indices: [2]}}",
        head=SLURM,
    )
    assert task(text).script == ("0 4",)


def test_a_replicated_task_is_a_list_also_when_there_is_one() -> None:
    text = workflow("name: t, script: ['${{ task.t[0].name }} ${{ task.t_0.name }}'], replicas: {count: 1}")
    assert task(text).script == ("t_0 t_0",)


@pytest.mark.parametrize(
    ("expression", "code", "place"),
    [
        ("task.u.gpus", "unknown-task", "u"),
        ("task.t.nodes[1].name", "index-out-of-range", "1"),
        ("task.t[0].name", "unknown-name", "0"),
        ("task.t.host", "unknown-name", "host"),
        ("nope", "unknown-name", "nope"),
        ("variables.nope", "unknown-variable", "nope"),
    ],
)
def test_what_a_script_cannot_name(expression: str, code: str, place: str) -> None:
    assert errors(workflow(f"name: t, script: ['${{{{ {expression} }}}}']")) == [(code, place)]


def test_only_scripts_name_tasks() -> None:
    assert errors(workflow("name: t, script: [x], timeout: '${{ task.t.gpus | length }}'")) == [
        ("unknown-name", "task")
    ]


def test_a_mistake_in_a_script_is_told_of_once_for_all_replicas() -> None:
    head = "variables: {V: {value: 1, domain: [1, 2]}}"
    assert errors(workflow("name: t, script: ['${{ nope }}'], replicas: {variables: [V]}", head=head)) == [
        ("unknown-name", "nope")
    ]


def test_replicas_by_count_share_one_script() -> None:
    found = tasks(workflow("name: t, script: ['${{ workflow.name }}'], replicas: {count: 2}"))
    assert found["t_0"].script is found["t_1"].script


def test_sections_win_over_variables_of_their_name() -> None:
    head = "variables: {workflow: v, task: v, name: v}"
    assert (
        script("${{ workflow.name }} ${{ task.t.name }} ${{ name }} ${{ variables.workflow }}", head=head) == "w t v v"
    )


def test_places_are_not_looked_up_when_no_script_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("sflowc.passes.fold_scripts._tasks")
    assert script("a ${{ 1 }} ${{ workflow.name }}") == "a 1 w"
