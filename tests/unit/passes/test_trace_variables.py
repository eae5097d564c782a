"""What each variable has shaped, and which can therefore still be changed when the script runs."""

import pytest
from compilation import SLURM, plan, workflow


def shaped(*tasks: str, head: str = "", body: str = "") -> dict[str, tuple[str, ...]]:
    found = plan(workflow(*tasks, head=head, body=body))
    return {variable.name: variable.shaped for variable in found.variables}


def settable(*tasks: str, head: str = "", body: str = "") -> list[str]:
    found = plan(workflow(*tasks, head=head, body=body))
    return [variable.name for variable in found.variables if variable.settable]


def test_what_only_reaches_environments_is_settable() -> None:
    task = "name: t, script: ['echo $A ${A}']"
    assert settable(task, head="variables: {A: 1, B: {type: integer, value: 2, domain: [2, 3]}}") == ["A", "B"]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("script: [a, 'b\n\nc ${{ A }}']", "line 4 of the script of t"),
        ("script: ['x ${{ variables.A }}']", "line 1 of the script of t"),
        ("script: [\"x ${{ variables['A'] }}\"]", "line 1 of the script of t"),
        ("script: ['x ${{ A + 1 }}']", "line 1 of the script of t"),
        ("script: ['x ${{ [1, A] | join }}']", "line 1 of the script of t"),
        ("script: ['x ${{ 1 if A is defined else 2 }}']", "line 1 of the script of t"),
        ("script: [x], replicas: {count: '${{ A }}'}", "the replica count of t"),
        ("script: [x], resources: {gpus: {count: '${{ A }}'}}", "the placement of t"),
        ("script: [x], resources: {nodes: {indices: ['${{ A }}']}}", "the placement of t"),
        ("script: [x], timeout: '${{ A }}'", "the time limit of t"),
        ("script: [x], retries: {count: '${{ A }}', interval: 1}", "the retries of t"),
        ("script: [x], strict: '${{ A }}'", "strict mode of t"),
        ("script: [x], variables: {V: '${{ A }}'}", "the value of variable V of t"),
        ("script: [x], probes: {readiness: {tcp_port: {port: '${{ A }}'}}}", "the readiness probe of t"),
        (
            "script: [x], probes: {failure: {log_watch: {match_pattern: a}, delay: '${{ A }}'}}",
            "the failure probe of t",
        ),
        ("script: [x], operator: {name: o, ntasks: '${{ A }}'}", "the operator of t"),
    ],
)
def test_what_is_made_of_a_variable_in_a_task(fields: str, what: str) -> None:
    fields = fields.replace("\n", "\\n").replace("'b\\n", '"b\\n').replace("}}']", "}}']")
    fields = fields.replace("\"b\\n\\nc ${{ A }}'", '"b\\n\\nc ${{ A }}"')
    head = f"variables: {{A: {{type: integer, value: 1}}}}\n{SLURM}\noperators: {{o: {{type: srun}}}}"
    assert shaped(f"name: t, {fields}", head=head) == {"A": (what,)}


@pytest.mark.parametrize(
    ("section", "what"),
    [
        ("backends: {c: {type: slurm, nodes: '${{ A }}'}}", "the nodes of backend c"),
        ("backends: {c: {type: slurm, gpus_per_node: '${{ A }}'}}", "the gpus per node of backend c"),
        ("backends: {c: {type: slurm, extra_args: ['--mem=${{ A }}']}}", "the extra args of backend c"),
        ("artifacts: {M: {uri: 'fs:///${{ A }}'}}", "the URI of artifact M"),
        ("artifacts: {M: {uri: 'file://m', content: '${{ A }}'}}", "the content of artifact M"),
        ("operators: {o: {type: srun, container_image: 'i:${{ A }}'}}", "the container image of operator o"),
    ],
)
def test_what_is_made_of_a_variable_elsewhere(section: str, what: str) -> None:
    assert shaped("name: t, script: [x]", head=f"variables: {{A: 1}}\n{section}") == {"A": (what,)}


def test_variables_of_variables() -> None:
    head = "variables: {A: 1, B: '${{ A }}x', C: {value: 1, domain: ['${{ D }}', 1]}, D: 2}"
    assert shaped("name: t, script: [x]", head=head, body="variables: {E: '${{ B }}'}") == {
        "A": ("the value of variable B",),
        "B": ("the value of workflow variable E",),
        "C": (),
        "D": ("the domain of variable C",),
        "E": (),
    }


def test_the_workflow_itself() -> None:
    assert shaped("name: t, script: [x]", head="variables: {A: 60}", body="timeout: '${{ A }}'") == {
        "A": ("the time limit of the workflow",)
    }


def test_a_default_shapes_the_tasks_that_have_it() -> None:
    head, body = "variables: {A: 60}", "defaults: {timeout: '${{ A }}', probes: {interval: '${{ A }}'}}"
    tasks = ("name: t, script: [x]", "name: u, script: [x], timeout: 5")
    assert shaped(*tasks, head=head, body=body) == {"A": ("the time limit of t",)}
    assert settable(tasks[1], head=head, body=body) == ["A"]
    assert settable("name: t, script: [x], variables: {A: 2}", head=head, body=body) == ["A"]


def test_swept_variables_shape_replicas() -> None:
    head = "variables: {A: {value: 1, domain: [1, 2]}}"
    assert shaped("name: t, replicas: {variables: [A]}, script: ['${{ A }}']", head=head) == {
        "A": ("the replicas of t",)
    }


def test_all_variables_at_once() -> None:
    head = "variables: {A: 1, B: 2}"
    found = shaped("name: t, script: [\"${{ variables[variables.A ~ ''] is defined }}\"]", head=head)
    assert found == {"A": ("line 1 of the script of t",), "B": ("line 1 of the script of t",)}


def test_each_use_counts_once() -> None:
    head = "variables: {A: 1}"
    found = shaped("name: t, script: ['${{ A }} ${{ A }}', '${{ A }}']", "name: u, script: ['${{ A }}']", head=head)
    assert found == {
        "A": ("line 1 of the script of t", "line 2 of the script of t", "line 1 of the script of u"),
    }


def test_a_tasks_own_variable_is_another_one() -> None:
    assert settable("name: t, variables: {A: 2}, script: ['${{ A }}']", head="variables: {A: 1}") == ["A"]
    found = shaped("name: t, variables: {A: '${{ A }}2'}, script: ['${{ A }}']", head="variables: {A: 1}")
    assert found == {"A": ("the value of variable A of t",)}


def test_a_variable_of_the_workflow_hides_a_global_one() -> None:
    head = "variables: {A: 1}\nbackends: {c: {type: local, nodes: '${{ A }}'}}"
    assert settable("name: t, script: [x]", head=head, body="variables: {A: 2}") == ["A"]
    assert settable("name: t, script: ['${{ A }}']", head=head, body="variables: {A: 2}") == []
    assert settable("name: t, script: [x]", head="variables: {A: 1}", body="variables: {A: '${{ A }}2'}") == ["A"]


def test_what_only_the_compiler_reads_or_no_task_sees_cannot_be_changed() -> None:
    head = "variables: {A: {type: list, value: [1]}, B: {type: dict, value: {}}, C-D: 1, E: [1]}"
    assert settable("name: t, script: [x]", head=head) == ["E"]


def test_an_expression_in_what_is_never_read_counts_too() -> None:
    """A later pass may read it; whoever changes the variable must not be told that nothing was made of it."""
    head = "variables: {A: 1}\noperators: {unused: {type: srun, mem: '${{ A'}}"
    assert settable("name: t, script: [x]", head=head) == ["A"]
    assert settable("name: t, script: [x]", head=head.replace("${{ A", "${{ A }}")) == []
