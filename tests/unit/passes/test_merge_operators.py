"""The command that runs a task's script: its operator with what the task overrides."""

import pytest
from compilation import SLURM, diagnostics, errors, task, tasks, workflow
from sflowc.ir.expr import display


def argv(operators: str, use: str, head: str = SLURM) -> list[str]:
    """The words of the command, without what every srun has."""
    found = task(workflow(f"name: t, script: [x], operator: {use}", head=f"{head}\noperators: {operators}"))
    usual = ("--nodelist=", "--job-name=", "--unbuffered", "--label", "--overlap", "--export=ALL", "--nodes=")
    return [word for word in map(display, found.argv) if not word.startswith(usual)][:-3]


def mistakes(operators: str, use: str) -> list[tuple[str, str]]:
    return errors(workflow(f"name: t, script: [x], operator: {use}", head=f"{SLURM}\noperators: {operators}"))


# ---- Which operator --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "expected"), [("local", "bash"), ("slurm", "srun")])
def test_without_an_operator_the_backend_says_how(kind: str, expected: str) -> None:
    found = task(workflow("name: t, script: [x]", head=f"backends: {{b: {{type: {kind}}}}}"))
    assert (found.operator.type, found.operator.name) == (expected, "default_b")


def test_a_task_names_its_operator() -> None:
    head = "operators: {o: {type: python, python_exec: py}}"
    found = task(workflow("name: t, script: [x], operator: o", head=head))
    assert (found.operator.type, found.operator.name, found.argv) == ("python", "o", ("py", "-c", "<script>"))


def test_null_names_none() -> None:
    assert task(workflow("name: t, script: [x], operator: ")).operator.type == "bash"


def test_an_unknown_operator_is_a_mistake() -> None:
    assert mistakes("{o: {type: srun}}", "p") == [("unknown-operator", "p")]
    assert mistakes("{o: {type: srun}}", "{name: p, ntasks: 1}") == [("unknown-operator", "p")]


def test_an_override_without_a_name_is_a_mistake() -> None:
    assert [code for code, _ in mistakes("{o: {type: srun}}", "{ntasks: 1}")] == ["missing-key"]


# ---- Overrides -------------------------------------------------------------------------------------------------------


def test_a_key_replaces_the_operators() -> None:
    assert argv("{o: {type: srun, ntasks: 3, mpi: pmix}}", "{name: o, ntasks: 1}") == [
        "srun",
        "--ntasks=1",
        "--mpi=pmix",
    ]


def test_further_options_are_appended() -> None:
    assert argv("{o: {type: srun, extra_args: [--a]}}", "{name: o, extra_args: [--b, --c]}") == [
        "srun",
        "--a",
        "--b",
        "--c",
    ]


def test_other_lists_are_replaced() -> None:
    operators = "{o: {type: srun, container_image: a/b, container_mounts: ['/a:/a']}}"
    found = argv(operators, "{name: o, container_mounts: ['/b:/b']}")
    assert next(word for word in found if word.startswith("--container-mounts=")).startswith(
        "--container-mounts=/b:/b,<"
    )


def test_null_changes_nothing() -> None:
    operators = "{o: {type: srun, ntasks: 3, extra_args: [--a]}}"
    assert argv(operators, "{name: o, ntasks: , extra_args: ~, type: }") == ["srun", "--ntasks=3", "--a"]


def test_the_type_may_be_overridden_and_the_other_types_keys_are_left() -> None:
    found = task(
        workflow(
            "name: t, script: [x], operator: {name: o, type: python, python_exec: py}",
            head=f"{SLURM}\noperators: {{o: {{type: srun, ntasks: 3}}}}",
        )
    )
    assert found.argv == ("py", "-c", "<script>")


def test_the_operator_itself_stays_as_it_is_for_other_tasks() -> None:
    found = tasks(
        workflow(
            "name: a, script: [x], operator: {name: o, extra_args: [-b]}",
            "name: b, script: [x], operator: o",
            head="operators: {o: {type: python, extra_args: [-a]}}",
        )
    )
    assert [task.argv[1:-2] for task in found.values()] == [("-a", "-b"), ("-a",)]


def test_a_description_is_no_option() -> None:
    assert argv("{o: {type: srun, description: x}}", "{name: o, description: y}") == ["srun"]


@pytest.mark.parametrize(
    ("use", "code"),
    [
        ("{name: o, foo: 1}", "unknown-key"),
        ("{name: o, image: x}", "unknown-key"),
        ("{name: o, ntasks: many}", "wrong-type"),
        ("{name: o, type: kube}", "unknown-value"),
        ("{name: o, type: docker}", "missing-key"),
        ("{name: o, exclusive: '${{ 3 }}'}", "not-a-boolean"),
        ("{name: o, ntasks: '${{ nope }}'}", "unknown-name"),
    ],
)
def test_what_cannot_be_overridden(use: str, code: str) -> None:
    assert [found for found, _ in mistakes("{o: {type: srun}}", use)] == [code]


# ---- Expressions -----------------------------------------------------------------------------------------------------


def test_every_field_takes_an_expression() -> None:
    head = f"{SLURM}\nvariables: {{N: {{type: integer, value: 2}}, I: a/b, W: false}}"
    operators = (
        "{o: {type: srun, ntasks: '${{ N }}', exclusive: '${{ N == 2 }}', label: '${{ W }}', chdir: '/${{ I }}',"
        " extra_args: ['--x=${{ N * 2 }}']}}"
    )
    found = task(workflow("name: t, script: [x], operator: o", head=f"{head}\noperators: {operators}"))
    words = [display(word) for word in found.argv]
    assert {"--ntasks=2", "--exclusive", "--chdir=/a/b", "--x=4"} <= set(words)
    assert "--label" not in words


def test_a_field_may_hold_an_address() -> None:
    operators = "{o: {type: srun, extra_args: ['--host=${{ backends.c.nodes[1].ip_address }}']}}"
    assert argv(operators, "o") == ["srun", "--host=<ip:c:1>"]


def test_replicas_have_commands_of_their_own() -> None:
    head = "variables: {N: {value: 1, domain: [1, 2]}}\noperators: {o: {type: python, extra_args: ['${{ N }}']}}"
    found = tasks(workflow("name: t, script: [x], operator: o, replicas: {variables: [N]}", head=head))
    assert [task.argv[1] for task in found.values()] == ["1", "2"]


# ---- Images ----------------------------------------------------------------------------------------------------------

GOOD = [
    "a",
    "a/b:1",
    "reg:5000/a/b:1",
    "a@sha256:0123abcd",
    "docker://a/b:1",
    "reg#a/b:1",
    "/x/y.sqsh",
    "./y.sqsh",
    "${IMG}",
]
BAD = ["<your-image>", "your image", "a/b:<tag>", "/x/<y>.sqsh", "[image]"]


@pytest.mark.parametrize("image", GOOD)
def test_an_image_is_a_reference_or_a_path(image: str) -> None:
    assert f"--container-image={image}" in argv(f"{{o: {{type: srun, container_image: '{image}'}}}}", "o")


@pytest.mark.parametrize("image", BAD)
@pytest.mark.parametrize(
    "field",
    ["container_image: '%s'", "extra_args: ['--container-image=%s']", "extra_args: ['--container-image', '%s']"],
)
def test_a_placeholder_is_no_image_wherever_it_stands(field: str, image: str) -> None:
    assert [code for code, _ in mistakes(f"{{o: {{type: srun, {field % image}}}}}", "o")] == ["invalid-image"]


def test_a_wrong_image_is_a_mistake_also_of_an_operator_that_no_task_uses() -> None:
    assert mistakes("{o: {type: bash}, q: {type: srun, container_image: '<x>'}}", "o") == [("invalid-image", "'<x>'")]


def test_the_image_of_an_artifact_is_known_only_when_the_job_runs_and_is_let_be() -> None:
    head = f"{SLURM}\nartifacts: {{I: {{uri: 'fs://i.sqsh'}}}}"
    operators = "{o: {type: srun, extra_args: ['--container-image=${{ artifacts.I.path }}']}}"
    assert "--container-image=<workspace_dir>/i.sqsh" in argv(operators, "o", head)


def test_an_image_and_a_container_exclude_each_other() -> None:
    assert [code for code, _ in mistakes("{o: {type: srun, container_image: a, container_name: n}}", "o")] == [
        "container-twice"
    ]


def test_a_mistake_is_told_of_once_for_all_replicas() -> None:
    text = workflow(
        "name: t, script: [x], replicas: {count: 3}, operator: {name: o, exclusive: '${{ 3 }}'}",
        head=f"{SLURM}\noperators: {{o: {{type: srun}}}}",
    )
    assert [found.code for found in diagnostics(text)] == ["not-a-boolean"]
