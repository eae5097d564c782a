"""The order of tasks, and waits in a circle."""

from compilation import error, plan, workflow


def order(*texts: str) -> tuple[str, ...]:
    return plan(workflow(*[f"{text}, script: [x]" for text in texts])).order


def cycle(*texts: str) -> str:
    found = error(workflow(*[f"{text}, script: [x]" for text in texts]))
    assert found.code == "dependency-cycle"
    return found.message


def test_what_can_start_first_comes_first_in_the_order_of_the_file() -> None:
    assert order("name: z, depends_on: [a]", "name: b", "name: a", "name: y, depends_on: [b]") == ("b", "a", "y", "z")


def test_a_task_comes_after_the_last_that_it_waits_for() -> None:
    assert order("name: a", "name: b, depends_on: [a]", "name: c, depends_on: [a, b]", "name: d, depends_on: [a]") == (
        "a",
        "b",
        "d",
        "c",
    )


def test_replicas_come_in_the_order_of_their_indices() -> None:
    assert order("name: s, replicas: {count: 3, policy: sequential}", "name: p, replicas: {count: 2}") == (
        "s_0",
        "p_0",
        "p_1",
        "s_1",
        "s_2",
    )


def test_a_circle_is_printed() -> None:
    assert cycle("name: a, depends_on: [c]", "name: b, depends_on: [a]", "name: c, depends_on: [b]") == (
        "tasks wait for each other: a -> c -> b -> a"
    )


def test_a_task_that_waits_for_itself_is_a_circle() -> None:
    assert cycle("name: a, depends_on: [a]") == "tasks wait for each other: a -> a"


def test_tasks_beside_and_behind_the_circle_are_not_in_it() -> None:
    assert cycle(
        "name: free", "name: behind, depends_on: [b]", "name: a, depends_on: [b, free]", "name: b, depends_on: [a]"
    ) == ("tasks wait for each other: b -> a -> b")


def test_a_replica_that_its_own_task_waits_for_is_a_circle() -> None:
    assert cycle("name: a, replicas: {count: 2}, depends_on: [a_0]") == "tasks wait for each other: a_0 -> a_0"


def test_every_place_of_the_circle_is_shown() -> None:
    found = error(workflow("name: a, script: [x], depends_on: [b]", "name: b, script: [x], depends_on: [a]"))
    assert found.span is not None
    assert (found.span.line, [label.span.line for label in found.labels]) == (4, [5])
