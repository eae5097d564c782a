"""Waits for a log that cannot come."""

from compilation import compiled, error, workflow


def watching(logger: str, kind: str = "readiness") -> str:
    return f"probes: {{{kind}: {{log_watch: {{match_pattern: up, logger: {logger}}}}}}}"


def test_a_task_that_is_ready_by_the_log_of_one_that_waits_for_it_waits_for_ever() -> None:
    found = error(workflow(f"name: a, script: [x], {watching('b')}", "name: b, script: [x], depends_on: [a]"))
    assert found.code == "readiness-deadlock"
    assert found.message == "'a' is ready when the log of 'b' says so, but that starts only after it"


def test_so_does_one_that_watches_what_waits_through_others() -> None:
    found = error(
        workflow(
            f"name: a, script: [x], {watching('c')}",
            "name: b, script: [x], depends_on: [a]",
            "name: c, script: [x], depends_on: [b]",
        )
    )
    assert found.code == "readiness-deadlock"


def test_a_replica_that_comes_later_in_the_chain_counts_too() -> None:
    found = error(workflow(f"name: a, script: [x], replicas: {{count: 2, policy: sequential}}, {watching('a_1')}"))
    assert found.message == "'a_0' is ready when the log of 'a_1' says so, but that starts only after it"


def test_other_logs_can_be_watched() -> None:
    assert compiled(
        workflow(
            f"name: a, script: [x], {watching('b')}",
            "name: b, script: [x]",
            f"name: c, script: [x], depends_on: [b], {watching('b')}",
            f"name: d, script: [x], {watching('d')}",
        )
    ).plan


def test_a_failure_probe_waits_for_nothing() -> None:
    assert compiled(
        workflow(f"name: a, script: [x], {watching('b', 'failure')}", "name: b, script: [x], depends_on: [a]")
    ).plan
