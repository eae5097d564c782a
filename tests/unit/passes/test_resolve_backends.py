"""Where tasks can run: sizes, options, and which backend is the default."""

import pytest
from compilation import error, errors, plan, script, task, workflow
from sflowc.ir.plan import PlanBackend

ONE = "name: t, script: [x]"
VARIABLES = "variables: {N: {type: integer, value: 2}, A: acme, T: 00:05:00}"


def backends(section: str) -> dict[str, PlanBackend]:
    found = plan(workflow(ONE, head=f"{VARIABLES}\nbackends: {section}")).backends
    return {backend.name: backend for backend in found}


def slurm(fields: str) -> dict[str, object]:
    """The options of a slurm backend."""
    return dict(backends(f"{{c: {{type: slurm, {fields}}}}}")["c"].options)


def mistakes(section: str) -> list[tuple[str, str]]:
    return errors(workflow(ONE, head=f"{VARIABLES}\nbackends: {section}"))


@pytest.mark.parametrize("section", ["", "{}", "[]"])
def test_without_a_backend_there_is_a_local_one(section: str) -> None:
    assert backends(section) == {"local": PlanBackend("local", "local", True, 1, None)}


@pytest.mark.parametrize("nodes", ["3", "'3'", "3.0", "'${{ N + 1 }}'"])
def test_nodes_may_be_text_or_an_expression(nodes: str) -> None:
    assert backends(f"{{l: {{type: local, nodes: {nodes}}}}}")["l"].nodes == 3


def test_a_backend_has_one_node_and_no_known_gpus_unless_it_says_so() -> None:
    found = backends("{l: {type: local, nodes: , gpus_per_node: }}")["l"]
    assert (found.nodes, found.gpus_per_node) == (1, None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("nodes: 0", "too-small"),
        ("nodes: -1", "too-small"),
        ("nodes: '${{ 0 }}'", "too-small"),
        ("nodes: '${{ 1.5 }}'", "not-a-number"),
        ("nodes: '${{ \"abc\" }}'", "not-a-number"),
        ("nodes: true", "wrong-type"),
        ("nodes: 10000000", "too-large"),
        ("gpus_per_node: 0", "too-small"),
        ("gpus_per_node: 5000", "too-large"),
        ("default: '${{ 3 }}'", "not-a-boolean"),
        ("default: perhaps", "wrong-type"),
        ("type: pbs", "unknown-value"),
        ("cpus: 3", "unknown-key"),
        ("partition: p", "unknown-key"),
    ],
)
def test_what_a_backend_cannot_be(fields: str, code: str) -> None:
    kind = "" if fields.startswith("type") else "type: local, "
    assert [found for found, _ in mistakes(f"{{l: {{{kind}{fields}}}}}")] == [code]


# ---- The default -----------------------------------------------------------------------------------------------------


def default(section: str) -> list[str]:
    return [name for name, backend in backends(section).items() if backend.default]


def test_the_first_backend_is_the_default() -> None:
    assert default("{a: {type: local}, b: {type: local}}") == ["a"]


@pytest.mark.parametrize("said", ["true", "yes", "1", "'${{ N == 2 }}'"])
def test_unless_another_says_that_it_is(said: str) -> None:
    assert default(f"{{a: {{type: local}}, b: {{type: local, default: {said}}}}}") == ["b"]


def test_to_say_that_it_is_not_does_not_make_the_first_one_less_first() -> None:
    assert default("{a: {type: local, default: false}, b: {type: local}}") == ["a"]


def test_two_defaults_are_a_mistake_that_shows_both() -> None:
    found = error(
        workflow(ONE, head="backends: {a: {type: local, default: true}}"),
        "backends: {b: {type: local, default: true}}",
    )
    assert found.code == "two-defaults"
    assert found.span is not None
    assert (found.span.file, [label.span.file for label in found.labels]) == ("2.yaml", ["1.yaml"])


# ---- Slurm -----------------------------------------------------------------------------------------------------------


def test_options_are_kept_as_text() -> None:
    assert slurm("account: '${{ A }}', partition: 0123, time: '${{ T }}', extra_args: ['--x=${{ N }}', 5]") == {
        "account": "acme",
        "partition": "0123",
        "time": "00:05:00",
        "extra_args": ("--x=2", "5"),
    }


@pytest.mark.parametrize("time", ["00:30:00", "1:30:00", "1-00:00:00", "90"])
def test_a_time_stays_as_it_was_written(time: str) -> None:
    assert slurm(f"time: {time}") == {"time": time}


def test_flags_are_read_as_booleans() -> None:
    assert slurm("exclusive: yes, requeue: '${{ false }}'") == {"exclusive": "true", "requeue": "false"}


def test_null_says_nothing() -> None:
    assert slurm("account: , partition: ~, extra_args: ") == {}


def test_an_option_of_two_lines_is_a_mistake() -> None:
    assert [code for code, _ in mistakes('{c: {type: slurm, comment: "a\\nb"}}')] == ["bad-directive"]


def test_an_option_cannot_be_made_of_addresses() -> None:
    assert mistakes("{c: {type: slurm, comment: '${{ backends.c.nodes[0].name }}'}}") == [("unknown-name", "backends")]


# ---- In expressions --------------------------------------------------------------------------------------------------


def test_expressions_see_nodes_by_their_index() -> None:
    head = "backends: {c: {type: slurm, nodes: 2, gpus_per_node: 4}}"
    node = "${{ backends.c.nodes[1].%s }}"
    assert [script(node % field, head=head) for field in ("name", "ip_address", "index", "num_gpus")] == [
        "<name:c:1>",
        "<ip:c:1>",
        "1",
        "4",
    ]


def test_a_task_may_sit_on_any_backend() -> None:
    head = "backends: {l: {type: local}, c: {type: slurm, nodes: 2}}"
    assert task(workflow("name: t, backend: c, script: [x]", head=head)).backend == "c"
