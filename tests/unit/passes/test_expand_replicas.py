"""The concrete tasks that a task becomes, and their names."""

import pytest
from compilation import environment, error, errors, task, tasks, workflow

AB = "variables: {A: {value: 1, domain: [1, 2]}, B: {value: x, domain: [x, y z]}, C: 3, E: {value: 1, domain: []}}"


def names(*texts: str, head: str = AB) -> list[str]:
    return list(tasks(workflow(*[f"{text}, script: [x]" for text in texts], head=head)))


def mistakes(*texts: str, head: str = AB) -> list[tuple[str, str]]:
    return errors(workflow(*[f"{text}, script: [x]" for text in texts], head=head))


# ---- By count --------------------------------------------------------------------------------------------------------


def test_without_replicas_there_is_one_task_of_its_own_name() -> None:
    found = task(workflow("name: t, script: [x]"))
    assert (found.name, found.base, found.replicated, found.replica_index) == ("t", "t", False, 0)


@pytest.mark.parametrize("replicas", ["{}", "{count: 1}", "{policy: sequential}", "{variables: []}"])
def test_replicas_are_numbered_from_zero_also_when_there_is_only_one(replicas: str) -> None:
    found = task(workflow(f"name: t, script: [x], replicas: {replicas}"))
    assert (found.name, found.base, found.replicated) == ("t_0", "t", True)


@pytest.mark.parametrize("count", ["3", "'3'", "3.0", "'${{ 1 + 2 }}'", "'${{ 6 / 2 }}'", "'${{ variables.C }}'"])
def test_a_count_makes_as_many(count: str) -> None:
    assert names(f"name: t, replicas: {{count: {count}}}") == ["t_0", "t_1", "t_2"]


def test_tasks_stay_in_the_order_of_the_file() -> None:
    assert names("name: b, replicas: {count: 2}", "name: a") == ["b_0", "b_1", "a"]


def test_a_count_may_be_made_of_the_tasks_own_variables() -> None:
    assert names("name: t, variables: {R: 2}, replicas: {count: '${{ R }}'}") == ["t_0", "t_1"]


def test_a_count_may_be_made_of_a_backends_nodes() -> None:
    head = "backends: {c: {type: slurm, nodes: 2}}"
    assert names("name: t, replicas: {count: '${{ backends.c.nodes | length }}'}", head=head) == ["t_0", "t_1"]


@pytest.mark.parametrize(
    ("count", "code"),
    [
        ("0", "too-small"),
        ("-1", "too-small"),
        ("'${{ 0 }}'", "too-small"),
        ("'${{ 1.5 }}'", "not-a-number"),
        ("'${{ backends.local.nodes[0].name }}'", "runtime-value"),
        ("1000000", "too-large"),
    ],
)
def test_a_count_that_cannot_be(count: str, code: str) -> None:
    assert [found for found, _ in mistakes(f"name: t, replicas: {{count: {count}}}")] == [code]


@pytest.mark.parametrize("policy", ["sequential", "' Sequential '", "SEQUENTIAL", "'${{ P }}'"])
def test_a_policy_is_read_without_regard_to_case_and_space(policy: str) -> None:
    head = "variables: {P: sequential}"
    found = tasks(workflow(f"name: t, script: [x], replicas: {{count: 2, policy: {policy}}}", head=head))
    assert found["t_1"].depends_on == ("t_0",)


def test_an_unknown_policy_is_a_mistake() -> None:
    found = error(workflow("name: t, script: [x], replicas: {count: 2, policy: serial}"))
    assert (found.code, found.help) == ("unknown-value", "it can be: parallel, sequential")


# ---- By variables ----------------------------------------------------------------------------------------------------


def test_replicas_go_over_a_domain() -> None:
    assert names("name: t, replicas: {variables: [A]}") == ["t_1", "t_2"]


def test_of_several_variables_the_first_is_slowest() -> None:
    assert names("name: t, replicas: {variables: [B, A]}") == ["t_x_1", "t_x_2", "t_y_z_1", "t_y_z_2"]


def test_a_replica_has_its_values_and_its_index() -> None:
    found = tasks(workflow("name: t, script: ['${{ A }} ${{ variables.B }}'], replicas: {variables: [A, B]}", head=AB))
    last = found["t_2_y_z"]
    assert last.script == ("2 y z",)
    assert {name: environment(last)[name] for name in "AB"} == {"A": "2", "B": "y z"}
    assert (last.replica_index, last.sweep_variables) == (3, ("A", "B"))


@pytest.mark.parametrize(
    ("kind", "domain", "expected"),
    [
        ("string", "[0.5, a-b, 'c d']", ["t_0_5", "t_a_b", "t_c_d"]),
        ("string", "[a/b, '*', '']", ["t_a_b", "t__", "t_"]),
        ("string", "['..', -x]", ["t___", "t__x"]),
        ("float", "[1, -2.5, 1.0e-7]", ["t_1_0", "t__2_5", "t_1e_07"]),
        ("boolean", "[true, no]", ["t_True", "t_False"]),
        ("list", "[[1, 2], [3]]", ["t__1__2_", "t__3_"]),
    ],
)
def test_what_is_not_safe_in_a_file_name_becomes_a_line(kind: str, domain: str, expected: list[str]) -> None:
    first = {"list": "[1, 2]"}.get(kind, domain[1:].split(",")[0])
    variable = f"{{type: {kind}, value: {first}, domain: {domain}}}"
    assert names("name: t, replicas: {variables: [V]}", head=f"variables: {{V: {variable}}}") == expected


def test_workflow_variables_can_be_gone_over() -> None:
    text = workflow(
        "name: t, script: [x], replicas: {variables: [V]}", body="variables: {V: {value: 1, domain: [1, 2]}}"
    )
    assert list(tasks(text)) == ["t_1", "t_2"]


def test_the_tasks_own_variables_can_be_gone_over() -> None:
    own = "variables: {V: {value: 1, domain: [1, 2]}, W: '${{ V }}w'}"
    found = tasks(workflow(f"name: t, script: ['${{{{ W }}}}'], {own}, replicas: {{variables: [V]}}"))
    assert [task.script for task in found.values()] == [("1w",), ("2w",)]


def test_a_count_beside_variables_must_be_their_product() -> None:
    assert len(names("name: t, replicas: {count: 4, variables: [A, B]}")) == 4
    assert mistakes("name: t, replicas: {count: 3, variables: [A, B]}") == [
        ("count-mismatch", "{count: 3, variables: [A, B]}")
    ]


@pytest.mark.parametrize(
    ("variables", "code", "place"),
    [
        ("[C]", "no-domain", "C"),
        ("[E]", "no-domain", "E"),
        ("[A, AA]", "unknown-variable", "AA"),
        ("[A, B, A]", "duplicate-name", "A"),
    ],
)
def test_variables_that_cannot_be_gone_over(variables: str, code: str, place: str) -> None:
    assert mistakes(f"name: t, replicas: {{variables: {variables}}}") == [(code, place)]


def test_too_many_combinations_are_a_mistake() -> None:
    head = f"variables: {{A: {{value: 0, domain: {list(range(400))}}}, B: {{value: 0, domain: {list(range(400))}}}}}"
    assert [code for code, _ in mistakes("name: t, replicas: {variables: [A, B]}", head=head)] == ["too-large"]


# ---- Names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a b", "é", "5", "a..b", "$(x)", "a:b"])
def test_a_name_that_a_directory_can_have(name: str) -> None:
    assert names(f"name: '{name}'") == [name]


@pytest.mark.parametrize("name", ["a/b", "..", ".", "-x", "a\\tb", "a" * 201])
def test_a_name_that_no_directory_can_have_is_a_mistake(name: str) -> None:
    assert mistakes(f'name: "{name}"') == [("bad-task-name", f'"{name}"')]


def test_a_replica_with_too_long_a_name_is_a_mistake() -> None:
    head = f"variables: {{V: {{value: a, domain: [a, {'b' * 300}]}}}}"
    assert mistakes("name: t, replicas: {variables: [V]}", head=head) == [("bad-task-name", "t")]


def test_two_replicas_of_one_name_are_a_mistake() -> None:
    found = error(
        workflow(
            "name: t, script: [x], replicas: {variables: [V]}",
            head="variables: {V: {value: '0.1', domain: ['0.1', '0-1']}}",
        )
    )
    assert found.code == "replica-name-clash"
    assert found.message == "two replicas would be called 't_0_1': those of 0.1 and of 0-1"


@pytest.mark.parametrize("order", [("a, replicas: {count: 2}", "a_1"), ("a_1", "a, replicas: {count: 2}")])
def test_a_replica_with_the_name_of_another_task_is_a_mistake(order: tuple[str, str]) -> None:
    found = error(workflow(*[f"name: {text}, script: [x]" for text in order]))
    assert (found.code, len(found.labels)) == ("replica-name-clash", 1)


def test_replicas_of_two_tasks_with_one_name_are_a_mistake() -> None:
    head = "variables: {V: {value: '0', domain: ['0', b_0]}}"
    assert [
        code
        for code, _ in mistakes("name: a, replicas: {variables: [V]}", "name: a_b, replicas: {count: 1}", head=head)
    ] == ["replica-name-clash"]


@pytest.mark.parametrize(
    "name", ["sflow.log", "events.jsonl", "status.json", "plan.txt", "run.json", "env.txt", ".owner", "w.sh"]
)
def test_a_task_cannot_be_called_like_a_file_of_the_run(name: str) -> None:
    assert mistakes(f"name: {name}") == [("bad-task-name", name)]


def test_a_policy_that_cannot_be_read_is_one_mistake() -> None:
    assert mistakes("name: t, replicas: {policy: '${{ nope }}'}") == [("unknown-name", "nope")]
