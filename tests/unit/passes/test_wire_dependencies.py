"""Which concrete tasks wait for which."""

import pytest
from compilation import diagnostics, error, errors, tasks, workflow

PARALLEL = "replicas: {count: 2}"
SEQUENTIAL = "replicas: {count: 3, policy: sequential}"


def edges(*texts: str, **overrides: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found = tasks(workflow(*[f"{text}, script: [x]" for text in texts]), **overrides)
    return {name: task.depends_on for name, task in found.items()}


def test_a_task_waits_for_those_that_it_names_in_their_order() -> None:
    assert edges("name: a", "name: b", "name: c, depends_on: [b, a]")["c"] == ("b", "a")


def test_a_task_may_name_one_that_stands_after_it() -> None:
    assert edges("name: a, depends_on: [b]", "name: b") == {"a": ("b",), "b": ()}


def test_a_name_twice_is_one_edge() -> None:
    assert edges("name: a", "name: b, depends_on: [a, a]")["b"] == ("a",)


def test_all_parallel_replicas_wait_and_are_waited_for() -> None:
    assert edges("name: a", f"name: p, {PARALLEL}, depends_on: [a]", "name: z, depends_on: [p]") == {
        "a": (),
        "p_0": ("a",),
        "p_1": ("a",),
        "z": ("p_0", "p_1"),
    }


def test_sequential_replicas_are_a_chain_of_which_the_first_waits_and_the_last_is_waited_for() -> None:
    assert edges("name: a", f"name: s, {SEQUENTIAL}, depends_on: [a]", "name: z, depends_on: [s]") == {
        "a": (),
        "s_0": ("a",),
        "s_1": ("s_0",),
        "s_2": ("s_1",),
        "z": ("s_2",),
    }


def test_replicas_wait_for_replicas() -> None:
    found = edges(
        f"name: p, {PARALLEL}",
        f"name: q, {PARALLEL}, depends_on: [p]",
        f"name: s, {SEQUENTIAL}, depends_on: [q]",
        f"name: r, {SEQUENTIAL}, depends_on: [s]",
    )
    assert found["q_0"] == found["q_1"] == ("p_0", "p_1")
    assert found["s_0"] == ("q_0", "q_1")
    assert found["r_0"] == ("s_2",)


def test_a_single_replica_is_both_ends_of_its_chain() -> None:
    found = edges("name: s, replicas: {count: 1, policy: sequential}", "name: z, depends_on: [s]")
    assert found == {"s_0": (), "z": ("s_0",)}


@pytest.mark.parametrize("replicas", [PARALLEL, SEQUENTIAL])
def test_a_concrete_replica_can_be_named(replicas: str) -> None:
    assert edges(f"name: a, {replicas}", "name: z, depends_on: [a_1]")["z"] == ("a_1",)


def test_a_replica_beside_its_own_task_is_not_waited_for_twice() -> None:
    assert edges(f"name: a, {PARALLEL}", "name: z, depends_on: [a_1, a]")["z"] == ("a_1", "a_0")


def test_an_unknown_name_is_a_mistake() -> None:
    found = error(workflow("name: fetch, script: [x]", "name: b, script: [x], depends_on: [fecth]"))
    assert (found.code, found.help) == ("unknown-task", "did you mean 'fetch'?")


def test_a_replica_that_there_is_not_is_a_mistake() -> None:
    assert errors(workflow(f"name: a, {PARALLEL}, script: [x]", "name: z, script: [x], depends_on: [a_2]")) == [
        ("unknown-task", "a_2")
    ]


def test_names_are_not_expressions() -> None:
    head = "variables: {D: a}"
    assert errors(workflow("name: a, script: [x]", "name: z, script: [x], depends_on: ['${{ D }}']", head=head)) == [
        ("unknown-task", "'${{ D }}'")
    ]


# ---- Tasks that may be absent ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["gone", "go*", "g?ne", "[a-g]one", "*"])
def test_an_absent_task_that_a_pattern_covers_is_left_out(pattern: str) -> None:
    assert edges("name: a", "name: z, depends_on: [a, gone]", missable=(pattern,))["z"] == ("a",)


@pytest.mark.parametrize("pattern", ["other", "Gone", "gon", ""])
def test_an_absent_task_that_no_pattern_covers_is_a_mistake(pattern: str) -> None:
    text = workflow("name: a, script: [x]", "name: z, script: [x], depends_on: [a, gone]")
    assert errors(text, missable=(pattern,)) == [("unknown-task", "gone")]


def test_a_task_that_is_there_stays_though_a_pattern_covers_it() -> None:
    assert edges("name: a", "name: z, depends_on: [a]", missable=("*",))["z"] == ("a",)


def test_a_replica_that_is_there_stays_and_one_that_is_not_goes() -> None:
    found = edges(f"name: a, {PARALLEL}", "name: z, depends_on: [a_1, a_7]", missable=("a_*",))
    assert found["z"] == ("a_1",)


def test_that_a_task_is_left_out_is_told_at_its_name() -> None:
    text = workflow(f"name: a, {PARALLEL}, script: [x]", "name: z, script: [x], depends_on: [a_7, gone]")
    found = diagnostics(text, missable=("a_7", "gone"))
    assert sorted((note.severity, note.code, note.message) for note in found) == [
        ("note", "missable-task", "task 'a_7' is absent; what depends on it goes on without"),
        ("note", "missable-task", "task 'gone' is absent; what depends on it goes on without"),
    ]
