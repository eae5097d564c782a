"""What the environment of a task holds."""

from compilation import SLURM, environment, task, tasks, workflow
from sflowc.ir.expr import display
from sflowc.ir.plan import PlanTask

ARTIFACTS = "artifacts: {A: {uri: 'fs:///a'}, B: {uri: 'fs:///b'}}"


def built_in(found: PlanTask) -> dict[str, str]:
    return {name: display(text) for name, text in found.env if name.startswith("SFLOW_")}


def test_every_variable_and_artifact_is_there_for_every_task() -> None:
    found = tasks(
        workflow(
            "name: s, script: [x]",
            "name: t, script: [x]",
            head=f"variables: {{V: 1}}\n{ARTIFACTS}",
            body="variables: {W: 2}",
        )
    )
    assert environment(found["s"]) == environment(found["t"]) == {"A": "/a", "B": "/b", "V": "1", "W": "2"}


def test_variables_hide_artifacts() -> None:
    head = f"variables: {{A: global}}\n{ARTIFACTS}"
    found = task(workflow("name: t, script: [x]", head=head, body="variables: {B: workflow}"))
    assert environment(found) == {"A": "global", "B": "workflow"}


def test_swept_values_hide_variables_of_the_task_the_workflow_and_the_file() -> None:
    head = "variables: {V: {value: 1, domain: [1]}}"
    found = task(workflow("name: t, variables: {V: t}, replicas: {variables: [V]}, script: [x]", head=head))
    assert environment(found) == {"V": "1"}


def test_values_print_as_python_does() -> None:
    head = "variables: {A: true, B: ~, C: 1.0e-7, D: [1, two], E: {type: dict, value: {k: v}}, F: 2.50}"
    assert environment(task(workflow("name: t, script: [x]", head=head))) == {
        "A": "True",
        "B": "None",
        "C": "1e-07",
        "D": "[1, 'two']",
        "E": "{'k': 'v'}",
        "F": "2.5",
    }


def test_names_that_no_shell_can_export_are_left_out() -> None:
    found = task(workflow("name: t, script: [x]", head="variables: {a-b: 1, 1a: 2, é: 3, _ok1: 4}"))
    assert environment(found) == {"_ok1": "4"}


def test_the_run_says_where_it_is() -> None:
    found = built_in(task(workflow("name: t, script: [x]")))
    assert {name: text for name, text in found.items() if name.endswith("_DIR")} == {
        "SFLOW_WORKSPACE_DIR": "<workspace_dir>",
        "SFLOW_OUTPUT_DIR": "<output_dir>",
        "SFLOW_WORKFLOW_OUTPUT_DIR": "<workflow_output_dir>",
        "SFLOW_TASK_OUTPUT_DIR": "<workflow_output_dir>/t",
    }


def test_a_task_finds_its_nodes() -> None:
    found = built_in(task(workflow("name: t, script: [x], resources: {nodes: {indices: [2, 0]}}", head=SLURM)))
    assert found["SFLOW_TASK_ASSIGNED_NODE_NAMES"] == "<name:c:2>,<name:c:0>"
    assert found["SFLOW_TASK_ASSIGNED_NODE_IPS"] == "<ip:c:2>,<ip:c:0>"


def test_a_replicas_index_counts_from_zero_and_is_zero_without_replicas() -> None:
    found = tasks(workflow("name: s, script: [x]", "name: t, script: [x], replicas: {count: 2}"))
    assert [built_in(task)["SFLOW_REPLICA_INDEX"] for task in found.values()] == ["0", "0", "1"]


def test_the_gpus_are_those_that_were_placed_whatever_a_variable_says() -> None:
    head = f"{SLURM}\nvariables: {{CUDA_VISIBLE_DEVICES: '7'}}"
    found = tasks(workflow("name: s, script: [x], resources: {gpus: {count: 2}}", "name: t, script: [x]", head=head))
    assert [environment(task)["CUDA_VISIBLE_DEVICES"] for task in found.values()] == ["0,1", "7"]


def test_without_gpus_nothing_is_said_of_them() -> None:
    assert environment(task(workflow("name: t, script: [x]", head=SLURM))) == {}


def test_names_come_sorted() -> None:
    found = task(workflow("name: t, script: [x]", head="variables: {b: 1, a: 2, B: 3}"))
    assert [name for name, _ in found.env] == sorted(name for name, _ in found.env)


def test_what_tasks_have_in_common_is_the_same_entry() -> None:
    text = workflow("name: s, script: [x]", "name: t, script: [x]", head="variables: {V: 1}", body="variables: {W: 2}")
    one, other = tasks(text).values()
    seen = {id(entry) for entry in one.env}
    assert {"V", "W"} <= {entry[0] for entry in other.env if id(entry) in seen}


def test_a_task_that_is_placed_alike_in_another_workflow_has_the_same_entries_of_its_run() -> None:
    found = [task(workflow("name: t, script: [x]", head=f"variables: {{V: {value}}}")) for value in (1, 2)]
    one, other = ({id(entry) for entry in each.env if entry[0] != "V"} for each in found)
    assert one == other
