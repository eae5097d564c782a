"""What `workflow.defaults` says holds for every task and probe that says nothing itself, and for no other."""

import pytest
from compilation import SLURM, errors, plan, task, workflow
from sflowc.driver import compile_workflow
from sflowc.ir.plan import Plan, PlanProbe, Retries

ONE = "name: t, script: [x]"
PROBES = "probes: {readiness: {tcp_port: {port: 1}}, failure: {log_watch: {match_pattern: x}, interval: 9}}"


def probes(defaults: str, own: str = PROBES) -> tuple[PlanProbe, ...]:
    return task(workflow(f"{ONE}, {own}", body=f"defaults: {defaults}")).probes


def test_a_task_that_says_nothing_has_them() -> None:
    found = task(workflow(ONE, body="defaults: {timeout: 1h30m, retries: {count: 2, interval: 3}, strict: true}"))
    assert (found.timeout, found.retries, found.strict) == (5400, Retries(2, 3, 1), True)


def test_a_task_that_says_something_has_that() -> None:
    own = "timeout: 5, retries: {count: 0, interval: 0}, strict: false"
    found = task(
        workflow(
            f"{ONE}, {own}", body="defaults: {timeout: 1h, retries: {count: 2, interval: 3, backoff: 4}, strict: true}"
        )
    )
    assert (found.timeout, found.retries, found.strict) == (5, Retries(0, 0, 1), False)


def test_null_says_nothing() -> None:
    own = "timeout: null, retries: null, strict: null"
    found = task(
        workflow(f"{ONE}, {own}", body="defaults: {timeout: 1h, retries: {count: 2, interval: 3}, strict: true}")
    )
    assert (found.timeout, found.retries, found.strict) == (3600, Retries(2, 3, 1), True)
    assert task(workflow(ONE, body="defaults: null")).timeout is None
    assert (
        task(workflow(ONE, body="defaults: {timeout: null, retries: null, strict: null, probes: null}")).retries is None
    )


def test_strictness_is_said_once_when_one_of_them_is_null() -> None:
    assert task(workflow(ONE, body="strict: null\n  defaults: {strict: true}")).strict
    assert task(workflow(ONE, body="strict: true\n  defaults: {strict: null}")).strict


def test_replicas_have_them_with_their_own_values() -> None:
    head = "variables: {A: {value: 1, type: integer, domain: [1, 2]}}"
    found = plan(workflow(f"{ONE}, replicas: {{variables: [A]}}", head=head, body="defaults: {timeout: '${{ A }}m'}"))
    assert [one.timeout for one in found.tasks] == [60, 120]


def test_probes_have_them_where_they_say_nothing() -> None:
    ready, failed = probes("{probes: {delay: 1, interval: 2, success_threshold: 4, failure_threshold: 5}}")
    assert (ready.delay, ready.interval, ready.success_threshold, ready.failure_threshold) == (1, 2, 4, 5)
    assert (failed.delay, failed.interval, failed.failure_threshold) == (1, 9, 5)
    assert (ready.timeout, ready.deadline) == (60, None)


def test_a_default_time_out_is_a_deadline_as_a_written_one_is() -> None:
    ready, failed = probes("{probes: {timeout: 30}}")
    assert (ready.timeout, ready.deadline) == (30, 30)
    assert (failed.timeout, failed.deadline) == (30, None)
    (own,) = probes("{probes: {timeout: 30}}", "probes: {readiness: {tcp_port: {port: 1}, timeout: 7}}")
    assert own.deadline == 7


def test_the_workflow_keeps_its_own_limit() -> None:
    found = plan(workflow(ONE, body="timeout: 2h\n  defaults: {timeout: 1h}"))
    assert (found.timeout, found.tasks[0].timeout) == (7200, 3600)
    assert plan(workflow(ONE, body="defaults: {timeout: 1h}")).timeout is None


def test_they_may_hold_expressions_over_what_each_task_has() -> None:
    body = 'defaults: {timeout: "${{ A * 10 }}"}\n  variables: {A: {value: 2, type: integer}}'
    own = "name: u, script: [x], variables: {A: {value: 3, type: integer}}"
    assert [found.timeout for found in plan(workflow(ONE, own, body=body)).tasks] == [20, 30]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("defaults: {timeout: soon}", "wrong-type"),
        ("defaults: {timeout: 0}", "bad-duration"),
        ("defaults: {retries: {count: -1, interval: 1}}", "too-small"),
        ("defaults: {retries: {count: 1}}", "missing-key"),
        ("defaults: {strict: perhaps}", "wrong-type"),
        ("defaults: {probes: {port: 1}}", "unknown-key"),
        ("defaults: {critical: false}", "unknown-key"),
        ("defaults: [1]", "wrong-type"),
        ("strict: true\n  defaults: {strict: true}", "strict-twice"),
        ("defaults: {timeout: '${{ nope }}'}", "unknown-name"),
        ("defaults: {timeout: '${{ backends.c.nodes[0].name }}'}", "runtime-value"),
    ],
)
def test_what_is_wrong_with_a_default_is_told_once(body: str, code: str) -> None:
    text = workflow(ONE, "name: u, script: [x]", head=SLURM, body=body)
    assert [found for found, _ in errors(text)] == [code]


# ---- Several files ---------------------------------------------------------------------------------------------------

TASK = "tasks: [{name: t, script: [x], probes: {readiness: {tcp_port: {port: 1}}}}]"


def merged(*defaults: str) -> Plan:
    files = [f'version: "0.1"\nworkflow: {{name: w, defaults: {text}}}' for text in defaults]
    files.append(f'version: "0.1"\nworkflow: {{{TASK}}}')
    done = compile_workflow([(f"{i}.yaml", text.encode()) for i, text in enumerate(files)])
    assert done.plan is not None, done.diagnostics
    return done.plan


def test_the_later_files_keys_win_one_by_one() -> None:
    (found,) = merged(
        "{timeout: 1h, strict: true, retries: {count: 1, interval: 1, backoff: 3}, probes: {interval: 1, delay: 2}}",
        "{timeout: 2h, retries: {count: 5, interval: 2}, probes: {interval: 3, failure_threshold: 4}}",
    ).tasks
    assert (found.timeout, found.strict) == (7200, True)
    assert found.retries == Retries(5, 2, 1), "retries are one thing"
    (probe,) = found.probes
    assert (probe.interval, probe.delay, probe.failure_threshold) == (3, 2, 4)


def test_null_in_a_later_file_says_nothing() -> None:
    for later in ("null", "{timeout: null, probes: null}", "{probes: {interval: null}}", "{}"):
        (found,) = merged("{timeout: 1h, probes: {interval: 1}}", later).tasks
        assert (found.timeout, found.probes[0].interval) == (3600, 1), later
