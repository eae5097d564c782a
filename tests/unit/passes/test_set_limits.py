"""Time limits, retries, and how a task's end counts."""

import pytest
from compilation import errors, plan, task, tasks, workflow
from sflowc.ir.plan import Retries


def timeout(said: str) -> float | None:
    return task(workflow(f"name: t, script: [x], timeout: {said}")).timeout


def mistakes(fields: str) -> list[str]:
    return [code for code, _ in errors(workflow(f"name: t, script: [x], {fields}"))]


# ---- Time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("10", 10),
        ("1.5", 1.5),
        ("'10'", 10),
        ("90s", 90),
        ("1.5s", 1.5),
        ("30m", 1800),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1d", 86400),
        ("1d2h3m4s", 93784),
        ("1h 30m", 5400),
        ("' 90s '", 90),
        ("'${{ 2 * 3 }}'", 6),
        ("'${{ 2 }}m'", 120),
        ("~", None),
        ("", None),
    ],
)
def test_a_time_is_seconds_or_says_its_units(said: str, seconds: float | None) -> None:
    assert timeout(said) == seconds


@pytest.mark.parametrize("said", ["0", "-1", "''", "'${{ 0 }}'", "'${{ [] }}'", "1e12", "'${{ true }}'"])
def test_a_time_must_be_some_time(said: str) -> None:
    assert mistakes(f"timeout: {said}") == ["bad-duration"]


@pytest.mark.parametrize("said", ["soon", "5min", "1:30:00", "30 m", "m30", "1.5h", "true", "[1]"])
def test_what_is_no_time(said: str) -> None:
    assert mistakes(f"timeout: {said}") == ["wrong-type"]


def test_a_time_known_only_when_the_job_runs_is_a_mistake() -> None:
    assert mistakes("timeout: '${{ backends.local.nodes[0].name }}'") == ["runtime-value"]


def test_the_workflows_time_is_kept_as_it_was_written() -> None:
    found = plan(workflow("name: t, script: [x]", body="timeout: 1h30m"))
    assert (found.timeout, found.timeout_text) == (5400, "1h30m")


def test_of_several_files_the_last_time_counts() -> None:
    found = plan(
        workflow("name: t, script: [x]", body="timeout: 5m"), "workflow: {timeout: 6m}", "workflow: {timeout: }"
    )
    assert found.timeout == 360


# ---- Retries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{count: 2, interval: 5}", Retries(2, 5, 1)),
        ("{count: '2', interval: '1.5', backoff: 2}", Retries(2, 1.5, 2)),
        ("{count: '${{ 1 + 1 }}', interval: '${{ 5 }}', backoff: '${{ 1.5 }}'}", Retries(2, 5, 1.5)),
        ("{count: 0, interval: 0, backoff: }", Retries(0, 0, 1)),
        ("~", None),
    ],
)
def test_retries(said: str, expected: Retries | None) -> None:
    assert task(workflow(f"name: t, script: [x], retries: {said}")).retries == expected


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("{count: 1}", "missing-key"),
        ("{interval: 1}", "missing-key"),
        ("{count: , interval: 1}", "missing-key"),
        ("{count: -1, interval: 1}", "too-small"),
        ("{count: 1, interval: -1}", "too-small"),
        ("{count: 1, interval: 1, backoff: 0}", "too-small"),
        ("{count: 1, interval: 1, backoff: 0.5}", "too-small"),
        ("{count: 1000000, interval: 1}", "too-large"),
        ("{count: '${{ 1.5 }}', interval: 1}", "not-a-number"),
        ("{count: 1, interval: '${{ \"a\" }}'}", "not-a-number"),
        ("{count: 1, interval: 10s}", "wrong-type"),
        ("{count: 1, interval: 1, times: 3}", "unknown-key"),
        ("3", "wrong-type"),
    ],
)
def test_retries_that_cannot_be(said: str, code: str) -> None:
    assert mistakes(f"retries: {said}") == [code]


# ---- Flags -----------------------------------------------------------------------------------------------------------


def test_scripts_are_not_strict_unless_the_workflow_or_the_task_says_so() -> None:
    texts = ("name: a, script: [x]", "name: b, script: [x], strict: false", "name: c, script: [x], strict: yes")
    assert [found.strict for found in tasks(workflow(*texts)).values()] == [False, False, True]
    assert [found.strict for found in tasks(workflow(*texts, body="strict: true")).values()] == [True, False, True]


def test_every_task_counts_unless_it_says_that_it_does_not() -> None:
    texts = (
        "name: a, script: [x]",
        "name: b, script: [x], critical: no",
        "name: c, script: [x], critical: '${{ 1 > 2 }}'",
    )
    assert [found.critical for found in tasks(workflow(*texts)).values()] == [True, False, False]


@pytest.mark.parametrize("flag", ["strict", "critical"])
def test_a_flag_that_is_no_flag_is_a_mistake(flag: str) -> None:
    assert mistakes(f"{flag}: '${{{{ 3 }}}}'") == ["not-a-boolean"]
